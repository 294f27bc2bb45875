"""The hotline runs in a folder of any name: quotes, spaces, signs that other programs take for their own."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from installation import brought_up, private_environment
from supervisor.options import UnhosedConfigParser

from agi.ops import ready
from agi.ops.supervise import SuperviseFailed, _command
from agi.settings import ROOT

NASTY = [
    "Jum'at",
    'the "line"',
    "50% full",
    "%(here)s",
    "a ;b",
    "a\t#b",
    "a; b#c",
    "$HOME `id`",
    "süß 電話",
    "back\\slash",
    "x, y=z",
]
ANY = st.text(st.characters(exclude_characters="\n\r\0", exclude_categories=("Cs",)), max_size=60)


def read_back(command: str) -> list[str]:
    """What supervisord makes of `command` in its configuration."""
    parser = UnhosedConfigParser()
    parser.read_string(f"[program:line]\ncommand={command}\ndirectory=/\n")
    return shlex.split(parser.saneget("program:line", "command", expansions={"here": "/elsewhere"}))


@given(ANY, ANY)
def test_supervisord_reads_every_word_as_it_was(word: str, value: str) -> None:
    assert read_back(_command(("run", word), {"HOTLINE_X": value}))[-3:] == [f"HOTLINE_X={value}", "run", word]


@pytest.mark.parametrize("name", NASTY)
def test_supervisord_reads_such_a_folder_as_it_is(name: str) -> None:
    words = read_back(_command((f"/srv/{name}/bin/python",), {"HOTLINE_PLACES__VAR": f"/srv/{name}/var"}))
    assert words == ["/usr/bin/env", "-C", str(ROOT), f"HOTLINE_PLACES__VAR=/srv/{name}/var", f"/srv/{name}/bin/python"]


def test_a_line_break_in_a_path_is_told() -> None:
    with pytest.raises(SuperviseFailed, match="line break"):
        _command(("/srv/a\nb/python",), {})


@pytest.mark.parametrize("name", ["a:b", "a;b", "a\nb", "a\x1bb"])
def test_a_folder_that_cannot_work_is_told_before_anything_is_made(name: str, tmp_path: Path) -> None:
    copy = tmp_path / name
    copy.mkdir()
    shutil.copy(ROOT / "hotline", copy)
    elsewhere = {**private_environment(tmp_path / "own"), "HOTLINE_PLACES__VAR": str(tmp_path / name / "var")}
    for command, environment in ((copy / "hotline", None), (ROOT / "hotline", elsewhere)):
        done = subprocess.run((command, "up"), env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode != 0
        assert "rename the folder" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert [path.name for path in copy.iterdir()] == ["hotline"]


def test_a_hotline_answers_from_such_a_folder(tmp_path: Path) -> None:
    home = tmp_path / """Jum'at 50% #1 "a" ü""" / ("long" * 20)
    home.mkdir(parents=True)
    with brought_up(home) as hotline:
        assert hotline.run("doctor").returncode == 0
        assert hotline.run("up").returncode == 0
        telephony = hotline.settings.telephony
        assert ready.sip_answers(telephony.listen, telephony.sip_port)
        log = (hotline.settings.var / "log" / "line.out").read_text()
        assert "line.serves" in log
