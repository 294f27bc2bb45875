"""A terminal that does not speak UTF-8 is shown near characters; no command ends because of one it lacks."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from installation import private_environment, settings_of

from agi.books.calls import CallBook
from agi.settings import ROOT

CALL = "1795505517.0"
_TERMINALS = [
    {"LC_ALL": "C"},
    {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"},
    {"LC_ALL": "id_ID.ISO-8859-1"},
    {"PYTHONIOENCODING": "iso-8859-1"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "cp1252:strict"},
]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An installation with one call in its book."""
    own = private_environment(tmp_path)
    settings = settings_of(own)
    settings.data.mkdir()
    book = CallBook.open(settings.calls_db, bytes(32))
    book.begin(CALL, "081234567890", datetime.now(UTC))
    book.close()
    return own


def hotline(environment: dict[str, str], terminal: dict[str, str], *words: str) -> subprocess.CompletedProcess[bytes]:
    own = {name: value for name, value in environment.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    return subprocess.run(
        (ROOT / "hotline", *words), env={**own, **terminal}, capture_output=True, check=False, timeout=60
    )


@pytest.mark.parametrize("terminal", _TERMINALS, ids=str)
def test_no_command_ends_because_of_a_character(environment: dict[str, str], terminal: dict[str, str]) -> None:
    for words in (("calls", "list"), ("calls", "show", CALL), ("prompts", "list"), ("registry", "import", "--help")):
        done = hotline(environment, terminal, *words)
        assert done.returncode == 0, done.stderr


def test_what_a_terminal_lacks_is_shown_by_near_characters(environment: dict[str, str]) -> None:
    latin = {"PYTHONIOENCODING": "iso-8859-1"}
    assert b"*890" in hotline(environment, latin, "calls", "list").stdout
    assert b"-> ./hotline up" in hotline(environment, latin, "doctor").stdout
