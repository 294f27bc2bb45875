"""The last words of calls, as Asterisk writes them, become the spool's files: none lost, whatever is killed."""

import os
import time
from pathlib import Path

import pytest

from agi.line import last_words

FIRST, SECOND = (f'"{{""extra"":""call=a-1795504227.{number} started={number} end""}}"\n' for number in (1, 2))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where Asterisk writes `ended`; the spool is beside it."""
    (tmp_path / "spool").mkdir()
    return tmp_path


def later(folder: Path) -> None:
    """Take twice, as if some time lay between."""
    last_words.take(folder / "ended", folder / "spool")
    if (folder / "taken").exists():
        os.utime(folder / "taken", (time.time() - 5,) * 2)
    last_words.take(folder / "ended", folder / "spool")


def spooled(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (folder / "spool").iterdir()}


def test_each_line_becomes_the_file_of_its_call(folder: Path) -> None:
    (folder / "ended").write_text(FIRST + SECOND)
    assert last_words.are_left(folder / "ended")
    later(folder)
    assert spooled(folder) == {"a-1795504227.1": "started=1 end\n", "a-1795504227.2": "started=2 end\n"}
    assert not last_words.are_left(folder / "ended")


def test_a_line_that_asterisk_writes_while_the_file_is_put_aside_is_not_lost(folder: Path) -> None:
    with (folder / "ended").open("a") as writing:
        writing.write(FIRST)
        writing.flush()
        last_words.take(folder / "ended", folder / "spool")
        writing.write(SECOND)  # had it open before
    (folder / "ended").write_text(FIRST.replace(".1 ", ".3 "))
    later(folder)
    assert set(spooled(folder)) == {"a-1795504227.1", "a-1795504227.2"}
    later(folder)
    assert "a-1795504227.3" in spooled(folder)


def test_a_line_killed_in_between_goes_on_where_it_was(folder: Path) -> None:
    (folder / "ended").write_text(FIRST)
    last_words.take(folder / "ended", folder / "spool")
    (folder / "spool" / "a-1795504227.1").write_text("started=1 end\n")
    later(folder)
    assert set(spooled(folder)) == {"a-1795504227.1"}


@pytest.mark.parametrize(
    "junk", ["call=../../x started=1 end\n", "\0\n", "call= end\n", "started=1 end\n", "call=a ha\n"]
)
def test_what_is_no_last_word_makes_no_file(folder: Path, junk: str) -> None:
    (folder / "ended").write_text(junk + FIRST)
    later(folder)
    assert set(spooled(folder)) <= {"a-1795504227.1"}


def test_nothing_to_take_is_no_trouble(folder: Path) -> None:
    later(folder)
    assert spooled(folder) == {}
