"""What a hotline survives: each part is killed and frozen under real calls, and callers tell what they heard."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import soundfile

from agi.bench.figures import table
from agi.bench.installation import Bench, BenchFailed
from agi.bench.processes import children
from agi.ops import ready
from agi.ops.speech import listens
from agi.ops.supervise import Supervisor
from agi.softphone.phone import NotAnswered, PhoneError
from agi.softphone.plain import PlainPhone, PlainPhones
from agi.softphone.roster import TESTER, account

PATIENCE = {"HOTLINE_DIALOGUE__FIRST_KEY_MS": "2000"}
"""Setting of the hotline that is drilled: what is silent for longer is not a question that waits for its answer."""

_FIRST_S, _LAST_S = 1.0, 12.0  # moments of a call: from the welcome to the second help of the main menu
_BACK_S = 25.0
_HEARD_S = 6.0  # after a part is back a caller listens for so long
_LOUD = 150  # of 32,767: less is silence


class Part(StrEnum):
    """What is killed and frozen."""

    LINE = "line"
    SPEECH = "speech"
    RECOGNISER = "recogniser"
    ASTERISK = "asterisk"
    WATCH = "watch"
    SUPERVISOR = "supervisor"


class Fault(StrEnum):
    """What is done to a part."""

    KILLED = "killed"
    FROZEN = "frozen"


_SIGNALS = {Fault.KILLED: signal.SIGKILL, Fault.FROZEN: signal.SIGSTOP}


@dataclass(frozen=True, slots=True)
class Trial:
    """One fault at one moment: of the call in progress and of one placed right after it. Times in seconds."""

    part: Part
    fault: Fault
    went_on: bool
    silence_s: float
    answered_s: float | None
    """How long the new call waited for its answer; None when it got none, or was silent after it."""


def pid_of(box: Bench, part: Part) -> int | None:
    """The process of a part that runs."""
    supervisor = Supervisor(box.settings)
    if part is Part.SUPERVISOR:
        return supervisor.pid()
    if part is Part.RECOGNISER:
        service = supervisor.process(Part.SPEECH).pid
        with suppress(OSError):
            return next(iter(children(service)), None) if service else None
        return None
    return supervisor.process(part).pid


def drill(
    box: Bench, parts: Sequence[Part], faults: Sequence[Fault], moments: int, told: Callable[[str], None]
) -> Iterator[Trial]:
    """Do each fault to each part at `moments` moments of a call; raises BenchFailed when the hotline stays away."""
    for part in parts:
        for fault in faults:
            for nth in range(moments):
                moment_s = _FIRST_S + (_LAST_S - _FIRST_S) * nth / max(moments - 1, 1)
                told(f"{part} {fault} after {moment_s:.1f} s of a call …")
                _make_well(box)
                yield _trial(box, part, fault, moment_s)


def strangers_refused(box: Bench, tries: int) -> int:
    """How many of `tries` connections to the line's port, without the proof that Asterisk gives, were told nothing."""
    refused = 0
    for _ in range(tries):
        with socket.create_connection(("127.0.0.1", box.settings.line.agi_port), timeout=5) as sock:
            with suppress(OSError):  # to be cut off is to be refused as well
                sock.sendall(b"agi_network: yes\nagi_uniqueid: 1.1\nagi_arg_1: main\n\n")
                refused += sock.recv(4096) == b""
                continue
            refused += 1
    return refused


def report(trials: Sequence[Trial]) -> str:
    """A Markdown table, a row for each fault of each part."""
    rows = []
    for part, fault in dict.fromkeys((one.part, one.fault) for one in trials):
        of_row = [one for one in trials if (one.part, one.fault) == (part, fault)]
        went_on = [one for one in of_row if one.went_on]
        answers = [one.answered_s for one in of_row if one.answered_s is not None]
        rows.append(
            (
                f"{part} {fault}",
                f"{len(went_on)} of {len(of_row)}",
                f"{max(one.silence_s for one in went_on):.1f}" if went_on else "–",
                f"{len(answers)} of {len(of_row)}",
                f"{max(answers):.1f}" if answers else "–",
            )
        )
    return table(
        ("fault", "calls that went on", "longest silence, s", "new calls answered", "longest wait for the answer, s"),
        rows,
    )


def _trial(box: Bench, part: Part, fault: Fault, moment_s: float) -> Trial:
    in_progress, new = box.folder / "in-progress.wav", box.folder / "new.wav"
    with closing(PlainPhones(account(box.settings, TESTER))) as phones:
        caller = phones.phone(in_progress)
        caller.dial(box.settings.telephony.number)
        if caller.wait_ended(moment_s) is not None:
            raise BenchFailed("a call ended before anything was done to the hotline.")
        pid = pid_of(box, part)
        if pid is None:
            raise BenchFailed(f"{part} does not run.")
        with _done_to(pid, fault):
            another = phones.phone(new)
            waited = _answered(another, box.settings.telephony.number)
            if part is not Part.SUPERVISOR:
                _wait(lambda: pid_of(box, part) not in (None, pid))
            caller.wait_ended(_HEARD_S)
            dropped = caller.wait_ended(0) is not None
            cut = another.wait_ended(0) is not None
        caller.hang_up()
        another.hang_up()
    quiet, sounds_last = _heard(in_progress)
    well = waited is not None and not cut and _heard(new)[1]
    return Trial(part, fault, sounds_last and not dropped, quiet, waited if well else None)


@contextmanager
def _done_to(pid: int, fault: Fault) -> Iterator[None]:
    """Kill or freeze a process; what is still frozen at the end goes on, so that it can be ended."""
    process = os.pidfd_open(pid)  # a number may be another's by the time it is used again
    try:
        signal.pidfd_send_signal(process, _SIGNALS[fault])
        yield
    finally:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(process, signal.SIGCONT)
        os.close(process)


def _answered(phone: PlainPhone, number: str) -> float | None:
    """Dial until a call is answered, as people do; seconds it took, None after `_BACK_S`."""
    begun = time.monotonic()
    while (left := begun + _BACK_S - time.monotonic()) > 0:
        try:
            phone.dial(number, timeout_s=left)
        except NotAnswered:
            time.sleep(min(0.5, left))
        except PhoneError:
            return None
        else:
            return time.monotonic() - begun
    return None


def _make_well(box: Bench) -> None:
    """Wait until everything runs; the supervisor, which nothing restarts, is started as its owner would."""
    if not Supervisor(box.settings).running():
        box.hotline("up")

    def well() -> bool:
        return ready.unmet(box.settings, box.program) is None and listens(box.settings.var)

    if not _wait(well):
        raise BenchFailed(f"the hotline is not well again after {_BACK_S:.0f} s.")


def _wait(met: Callable[[], bool]) -> bool:
    """Whether `met()` comes about within `_BACK_S`."""
    end = time.monotonic() + _BACK_S
    while not (done := met()) and time.monotonic() < end:
        time.sleep(0.1)
    return done


def _heard(recording: Path) -> tuple[float, bool]:
    """Seconds of the longest silence of a call, and whether there was sound in its last `_HEARD_S`."""
    if not recording.exists():
        return 0.0, False
    sound, rate = soundfile.read(recording, dtype="int16")
    step = rate // 10
    loud = np.abs(sound[: len(sound) // step * step].reshape(-1, step)).max(axis=1) > _LOUD
    edges = np.flatnonzero(np.concatenate(([True], loud, [True])))
    return float(np.diff(edges).max() - 1) / 10, bool(loud[-round(_HEARD_S * 10) :].any())
