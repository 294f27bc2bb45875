"""Commands of another user, root too, end in one sentence before anything is read or written."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from installation import private_environment, settings_of

from agi.cli import COMMANDS, main
from agi.ops.private import stranger


@pytest.mark.parametrize("words", [("status",), ("up",), ("doctor",), ("registry", "show"), ("calls", "list")])
def test_a_stranger_is_told_whose_it_is(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = private_environment(tmp_path)
    var = settings_of(environment).var
    var.mkdir()
    owner, _ = os.getuid(), monkeypatch.setattr(os, "getuid", lambda: 54321)
    done = CliRunner().invoke(main, words, env=environment)
    assert done.exit_code == 1
    assert f"{var} belongs to" in done.output
    assert "sudo -u" in done.output
    assert "Traceback" not in done.output
    assert list(var.iterdir()) == []
    assert words[0] in COMMANDS
    assert owner != 54321


def test_the_owner_is_told_nothing(tmp_path: Path) -> None:
    settings = settings_of(private_environment(tmp_path))
    assert stranger(settings) is None
    settings.var.mkdir()
    assert stranger(settings) is None


def test_a_database_of_root_in_the_owners_folder_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(private_environment(tmp_path))
    settings.data.mkdir()
    settings.calls_db.touch()
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    assert str(settings.calls_db) in str(stranger(settings))
