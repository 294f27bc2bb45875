"""A process that hangs is told from one that works or waits for a busy processor, and is ended; by either side."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agi.pulse import BEAT_S, IDLE_S, MARK, SILENT_S, Pulse
from agi.settings import ROOT

_SLEEPS = "import time; print(flush=True); time.sleep(60)"
_SPINS = "print(flush=True)\nwhile True: pass"
_BEATS = "from agi import pulse; pulse.beat(); import time; print(flush=True); time.sleep(60)"
_WATCHES = """
import sys, structlog
from pathlib import Path
from agi.ops.watch import watch
watch(Path(sys.argv[1]))
"""


@contextmanager
def running(code: str, *words: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process of `code` that has begun, when it prints something."""
    process = subprocess.Popen(
        (sys.executable, "-c", code, *words), env=os.environ | {"PYTHONPATH": str(ROOT)} | more, stdout=-1, text=True
    )
    try:
        assert process.stdout is not None
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def silent(pid: int, seconds: float) -> bool:
    """Whether `pid` counts as hanging at some time within `seconds` in which it does not beat."""
    pulse, end = Pulse(pid), time.monotonic() + seconds
    while time.monotonic() < end:
        if pulse.hangs():
            return True
        time.sleep(BEAT_S)
    return False


@pytest.mark.parametrize("stopped", [True, False])
def test_a_process_that_does_nothing_hangs(stopped: bool) -> None:
    with running(_SLEEPS if not stopped else _SPINS) as process:
        process.stdout.readline()
        if stopped:
            process.send_signal(signal.SIGSTOP)
        assert silent(process.pid, 5 * IDLE_S)


def test_a_process_that_wants_the_processor_is_given_time() -> None:
    assert SILENT_S > 5 * IDLE_S
    with running(_SPINS) as process:
        process.stdout.readline()
        assert not silent(process.pid, 2 * IDLE_S)


def test_time_in_which_the_asker_slept_blames_nobody() -> None:
    with running(_SLEEPS) as process:
        process.stdout.readline()
        pulse = Pulse(process.pid)
        pulse.hangs()
        time.sleep(2 * IDLE_S)
        assert not pulse.hangs()


def test_the_watch_ends_what_hangs_and_is_ended_where_it_hangs_itself(tmp_path: Path) -> None:
    with (
        running(_BEATS, **{MARK: str(tmp_path)}) as well,
        running(_BEATS, **{MARK: str(tmp_path)}) as frozen,
        running(_WATCHES, str(tmp_path)) as watch,
    ):
        for process in (well, frozen):
            process.stdout.readline()
        until(lambda: (tmp_path / "watch.sock").exists())
        time.sleep(4 * BEAT_S)  # both have beaten
        frozen.send_signal(signal.SIGSTOP)
        until(lambda: frozen.poll() == -signal.SIGKILL)
        assert well.poll() is None
        watch.send_signal(signal.SIGSTOP)
        until(lambda: watch.poll() == -signal.SIGKILL)
        assert well.poll() is None


def until(met: Callable[[], bool], limit_s: float = 15) -> None:
    """Wait until `met()`."""
    end = time.monotonic() + limit_s
    while not met():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
