"""What a hotline survives: something is done to it under real calls, and the callers tell what they heard."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agi.ops import agents, ready
from agi.ops.speech import listens
from agi.ops.supervise import Supervisor
from agi.workshop.bench import faults
from agi.workshop.bench.faults import LASTING, Fault, Part
from agi.workshop.bench.installation import Bench
from agi.workshop.figures import table
from agi.workshop.softphone.hearing import SURE
from agi.workshop.softphone.matching import PROBE, RATE, Sound, find
from agi.workshop.softphone.phone import CallOver, NotAnswered, PhoneError
from agi.workshop.softphone.plain import PlainPhone, PlainPhones
from agi.workshop.softphone.references import References
from agi.workshop.softphone.roster import TESTER, account
from agi.workshop.softphone.wavfile import folder_for_recordings, growing

PATIENCE = {"HOTLINE_DIALOGUE__FIRST_KEY_MS": "2000"}
"""Setting of the hotline that is drilled: a question waits so long for its answer."""
BACK_S = 25.0
"""What is not well again by then is started anew by hand."""
LASTS_S = 8.0
"""So long a disk is full, a port taken, a line besieged."""

_APART_S = 1.0  # from one call to the next
_KEY_AFTER = 3  # calls later each presses its key: by then it hears the menu
_KEY = "1"  # then a question for a number, helps, and the silences between them
_HEARD_S = 6.0  # after all is well again a caller listens for so long
_LOUD = 150  # of 32,767: less is silence
_APOLOGY = "fault.apology"
_PARTS = 2


class End(StrEnum):
    """What became of a call."""

    WENT_ON = "went on"
    APOLOGY = "apology"
    """It was heard, and then the agents' queue."""
    LOST = "lost"
    """It was cut off, or nothing was heard any more."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One caller: the end, and the longest time (s) in which nothing was heard; of a new call until its first word."""

    end: End
    silence_s: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One fault: of the calls in progress, and of one placed right after it; None where that was not answered."""

    part: Part
    fault: Fault
    calls: Sequence[Heard]
    new: Heard | None
    back_s: float | None
    """Seconds until all was well again, since the fault, or since the end of one that lasts; None when it was not."""


@dataclass(frozen=True, slots=True)
class _Call:
    phone: PlainPhone
    since: float
    """When it was answered (monotonic)."""


def drill(box: Bench, what: Sequence[tuple[Part, Fault]], moments: int, told: Callable[[str], None]) -> Iterator[Trial]:
    """Do `what` one after another, each with `moments` calls in progress that began a second apart.

    Raises BenchFailed when the hotline cannot be started anew.
    """
    with closing(References(box.settings)) as references:
        apology = references.bank.references[_APOLOGY].sound
    with ExitStack() as stack:
        duty = stack.enter_context(closing(PlainPhones(account(box.settings, agents.listed(box.settings)[0].number))))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder_for_recordings())))
        agent = duty.phone(folder / "agent.wav")  # it rings and is not answered: who comes to the queue stays there
        for part, fault in what:
            told(f"{part} {fault} …")
            _make_well(box)
            agent.register()
            yield _trial(box, part, fault, moments, apology, folder)


def report(trials: Sequence[Trial]) -> str:
    """A Markdown table, a row for each fault."""
    rows = []
    for one in trials:
        ends = [call.end for call in one.calls]
        kept = [call.silence_s for call in one.calls if call.end is not End.LOST]
        rows.append(
            (
                f"{one.part} {one.fault}",
                *(f"{ends.count(end)} of {len(ends)}" for end in End),
                f"{max(kept):.1f}" if kept else "–",
                one.new.end if one.new else "not answered",
                f"{one.new.silence_s:.1f}" if one.new else "–",
                f"{one.back_s:.1f}" if one.back_s is not None else f"not in {BACK_S:.0f}",
            )
        )
    head = ("fault", *End, "longest silence, s", "new call", "its first word after, s", "well again after, s")
    return table(head, rows)


def _trial(box: Bench, part: Part, fault: Fault, moments: int, apology: Sound, folder: Path) -> Trial:
    number = box.settings.telephony.number
    with closing(PlainPhones(account(box.settings, TESTER))) as phones, ThreadPoolExecutor(moments) as pool:
        new = phones.phone(folder / "new.wav")
        calls = _in_progress(phones, number, moments, folder)
        before = faults.pid_of(box, part)
        at = time.monotonic()
        with ExitStack() as doing:
            doing.enter_context(faults.done(box, part, fault))
            answered = pool.submit(_answered, new, number)
            if fault in LASTING:
                time.sleep(LASTS_S)
                doing.close()
            left = time.monotonic()
            another = part is not Part.SUPERVISOR and before is not None and fault is not Fault.BESIEGED
            well = _wait(lambda: (not another or faults.pid_of(box, part) not in (None, before)) and _is_well(box))
            back_s = time.monotonic() - left if well else None
            waited_s = answered.result()
            new.wait_ended(_HEARD_S)
        cut = [call.phone.wait_ended(0) is not None for call in (*calls, _Call(new, at))]
        list(pool.map(lambda call: call.phone.hang_up(), calls))
    told = [
        heard(call.phone.recording, at - call.since, apology, cut=gone) for call, gone in zip(calls, cut, strict=False)
    ]
    return Trial(part, fault, told, _of_new(new.recording, waited_s, apology, cut=cut[-1]), back_s)


def _in_progress(phones: PlainPhones, number: str, moments: int, folder: Path) -> list[_Call]:
    """Calls that began a second apart, the last a second ago."""
    calls: list[_Call] = []
    begun = time.monotonic()
    for nth in range(moments):
        phone = phones.phone(folder / f"{nth}.wav")
        with suppress(NotAnswered):
            phone.dial(number)
            calls.append(_Call(phone, time.monotonic()))
        if len(calls) > _KEY_AFTER:
            with suppress(CallOver):
                calls[-1 - _KEY_AFTER].phone.press(_KEY)
        time.sleep(max(begun + (nth + 1) * _APART_S - time.monotonic(), 0))
    return [call for call in calls if call.phone.wait_ended(0) is None]


def _answered(phone: PlainPhone, number: str) -> float | None:
    """Dial until a call is answered, as people do; seconds it took, None after `BACK_S`."""
    begun = time.monotonic()
    while (left := begun + BACK_S - time.monotonic()) > 0:
        try:
            phone.dial(number, timeout_s=left)
        except NotAnswered:
            time.sleep(min(0.5, left))
        except PhoneError:
            return None
        else:
            return time.monotonic() - begun
    return None


def _is_well(box: Bench) -> bool:
    return ready.unmet(box.settings, box.program) is None and listens(box.settings.var)


def _make_well(box: Bench) -> None:
    """Wait until everything runs; what nothing starts anew is started as its owner would."""
    if not Supervisor(box.settings).running():
        box.hotline("up")
    if not _wait(lambda: _is_well(box)):
        box.hotline("down")
        box.hotline("up")


def _wait(met: Callable[[], bool]) -> bool:
    """Whether `met()` comes about within `BACK_S`."""
    end = time.monotonic() + BACK_S
    while not (done := met()) and time.monotonic() < end:
        time.sleep(0.1)
    return done


def heard(recording: Path, from_s: float, apology: Sound, *, cut: bool) -> Heard:
    """What a caller heard from `from_s` seconds of the call on; a silence counts from where it began."""
    sound = growing(recording)
    edges = np.flatnonzero(np.concatenate(([True], _loud(sound), [True])))
    silences = np.diff(edges)[edges[1:] > from_s * 10] - 1
    return Heard(_end(sound, apology, cut=cut), float(silences.max(initial=0)) / 10)


def _of_new(recording: Path, waited_s: float | None, apology: Sound, *, cut: bool) -> Heard | None:
    if waited_s is None:
        return None
    sound = growing(recording)
    loud = _loud(sound)
    silent = int(loud.argmax()) if loud.any() else len(loud)
    return Heard(_end(sound, apology, cut=cut), waited_s + silent / 10)


def _end(sound: Sound, apology: Sound, *, cut: bool) -> End:
    if cut or not _loud(sound[-round(_HEARD_S * RATE) :]).any():
        return End.LOST
    return End.APOLOGY if _says(sound, apology) else End.WENT_ON


def _says(sound: Sound, apology: Sound) -> bool:
    """Whether parts of it are heard: not by its beginning, which stutters where the hotline takes the processor just
    then to start anew.
    """
    parts = (apology[at : at + PROBE] for at in range(0, len(apology) - PROBE, 2 * PROBE))
    return sum(find(sound, part).score >= SURE for part in parts) >= _PARTS


def _loud(sound: Sound) -> NDArray[np.bool_]:
    """Of each tenth of a second, whether anything was heard."""
    step = RATE // 10
    return np.asarray(np.abs(sound[: len(sound) // step * step].reshape(-1, step)).max(axis=1) > _LOUD)
