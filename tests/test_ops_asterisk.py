"""Which Asterisk is used, where its sockets lie, and how its log is read."""

import os
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from installation import private_environment, settings_of

from agi.cli.loglines import Reader
from agi.ops import asterisk, configure, tree
from agi.ops.asterisk import version_of
from agi.ops.places import etc_folder, run_folder, write_whole
from agi.settings import ROOT
from agi.workshop.bench.installation import lend_tree


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Asterisk 22.10.1+dfsg+~cs6.17.60671434-1", (22, 10)),
        ("Asterisk 20.6.0~dfsg+~cs6.13.40431414-2build5", (20, 6)),
        ("Asterisk certified/22.8-cert1", (22, 8)),
        ("asterisk: not found", None),
    ],
)
def test_the_version_is_read(text: str, version: tuple[int, int] | None) -> None:
    assert version_of(text) == version


def test_an_old_asterisk_on_path_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "asterisk"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho Asterisk 20.6.0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    assert asterisk.find(tmp_path / "var") is None
    lend_tree(tmp_path / "var")
    found = asterisk.find(tmp_path / "var")
    assert found is not None
    assert found.private
    assert (version_of(f"Asterisk {found.version}") or (0, 0)) >= asterisk.OLDEST


def test_a_tree_that_stands_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lend_tree(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))  # no apt-get here
    tree.make(tmp_path)


def test_half_a_tree_is_no_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # and the machine has none
    (tmp_path / "asterisk" / "tree.new" / "usr").mkdir(parents=True)
    (tmp_path / "asterisk" / "apt" / "cache" / "archives").mkdir(parents=True)
    assert not tree.is_made(tmp_path)
    assert asterisk.find(tmp_path) is None


def test_sockets_of_a_deep_folder_lie_in_a_short_one_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 100) / "var"
    folder = run_folder(deep)
    try:
        assert len(str(folder)) < 76
        assert folder.stat().st_mode & 0o777 == 0o700
        for name in ("XDG_RUNTIME_DIR", "TMPDIR"):
            monkeypatch.setenv(name, str(tmp_path))
        assert run_folder(deep) == folder, "another login would not find what runs"
        assert run_folder(tmp_path / ("y" * 100) / "var") != folder
    finally:
        folder.rmdir()
        run_folder(tmp_path / ("y" * 100) / "var").rmdir()


def test_sockets_of_a_folder_that_is_short_enough_lie_in_it() -> None:
    with tempfile.TemporaryDirectory() as short:  # pytest's own may be too long
        assert run_folder(Path(short)) == Path(short) / "run"


def test_a_file_is_written_whole_and_only_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    write_whole(path, "one")
    first = path.stat()
    write_whole(path, "one")
    assert path.stat().st_ino == first.st_ino
    write_whole(path, "two")
    assert path.read_text() == "two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_second_configuration_equals_the_first_and_a_new_port_does_not(tmp_path: Path) -> None:
    environment = private_environment(tmp_path)
    settings = settings_of(environment)
    program = asterisk.find(ROOT / "var")
    assert program is not None
    first = configure.write(settings, program)
    assert configure.write(settings, program) == first
    moved = settings_of({**environment, "HOTLINE_TELEPHONY__SIP_PORT": "5999"})
    at_start, by_reload = configure.write(moved, program)
    assert at_start != first[0]
    assert by_reload == first[1]
    assert "5999" in (etc_folder(settings.var) / "local" / "pjsip-transport.conf").read_text()


def test_logs_go_on_after_rotation_and_skip_broken_lines(tmp_path: Path) -> None:
    def line(second: int, event: str) -> str:
        return f'{{"timestamp": "2026-11-24T07:00:{second:02}Z", "level": "info", "event": "{event}", "call": "1.2"}}\n'

    log = tmp_path / "line.jsonl"
    log.write_text("broken\n" + line(1, "first"))
    told = '{"timestamp": "2026-11-24T06:00:00+00:00", "level": "warning", "event": "a\\u001b\\u2028b"}'
    (tmp_path / "asterisk.jsonl").write_text(told + "\nx\n")
    reader = Reader(tmp_path, ZoneInfo("Asia/Jakarta"))
    lines = reader.last(10)
    assert any(each.endswith("WARNING asterisk a\\x1b\\u2028b") for each in lines)
    assert any(each.endswith("INFO    line     first call=1.2") and "14:00:01.000" in each for each in lines)
    following = reader.follow()
    with log.open("a") as more:
        more.write(line(2, "second"))
    assert "second" in next(following)
    log.rename(tmp_path / "line.jsonl.1")
    log.write_text(line(3, "third"))
    assert "third" in next(following)
