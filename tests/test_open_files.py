"""Open files: as many as the allowed calls need are granted at start, whatever the shell's soft limit; doctor tells."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import private_environment, settings_of
from line_exchange import Exchange

from agi.ops import open_files
from agi.ops.doctor import Level, open_files_granted

USUAL = 1024


@pytest.fixture
def usual_limit() -> Iterator[None]:
    """The soft limit of an ordinary shell."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (USUAL, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def limit_of(pid: int) -> int:
    """The soft limit of a process."""
    row = next(row for row in Path(f"/proc/{pid}/limits").read_text().splitlines() if row.startswith("Max open files"))
    return int(row.split()[3])


def test_asterisk_and_the_line_may_open_what_the_calls_need(tmp_path: Path, usual_limit: None) -> None:
    exchange = Exchange(tmp_path)
    try:
        exchange.start()
        exchange.start_line()
        assert exchange.line is not None
        needed = open_files.wanted(exchange.settings)
        assert needed > USUAL
        assert limit_of(exchange.asterisk_pid) >= needed
        assert limit_of(exchange.line.pid) >= needed
    finally:
        exchange.close()


@pytest.mark.parametrize(("hard", "level"), [(2 * USUAL, Level.WARN), (1 << 20, Level.OK), (-1, Level.OK)])
def test_doctor_tells_when_the_machine_grants_too_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hard: int, level: Level
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (USUAL, hard))
    told = open_files_granted(settings_of(private_environment(tmp_path)))
    assert told.level is level
    assert level is Level.OK or (str(hard) in told.text and "line.max_calls" in told.advice)
