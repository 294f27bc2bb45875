"""What one NIK check costs, three ways in one run: our line, the dialplan alone, a Python process for each call.

All three play the same prompts and take the same keys from the same callers through the same Asterisk. The
dialplan alone (`Read`) looks nothing up and writes nothing down: it is the floor, not a rival.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from agi.books.events import Outcome
from agi.books.reader import CallReader
from agi.workshop.bench.caller import Load, run
from agi.workshop.bench.installation import AGI_SCRIPT, Bench, BenchFailed
from agi.workshop.bench.processes import cpu_ms

DIALPLAN_ONLY = "8001"
PROCESS_PER_CALL = "8002"
_RECORDED_S = 3.0  # the last record may be on its way to the disk when the last caller has gone


@dataclass(frozen=True, slots=True)
class CallsFigures:
    """One way of answering: `cpu_ms` is all CPU time of Asterisk, the line and the scripts, per call."""

    way: str
    calls: int
    failed: int
    cpu_ms: float
    asterisk_ms: float

    @property
    def calls_per_s(self) -> float:
        """New calls a second that one core carries by this cost."""
        return 1000 / self.cpu_ms


def measure(bench: Bench, load: Load, progress: Callable[[str], None]) -> tuple[CallsFigures, ...]:
    """Place the calls of `load` in each of the three ways."""
    _add_rivals(bench)
    figures = []
    for way, service, rate in (
        ("the dialplan alone", DIALPLAN_ONLY, load.rate),
        ("our line", bench.settings.telephony.number, load.rate),
        # A process takes a good part of a core for a second: more than one new call a second would only queue up.
        ("a process per call", PROCESS_PER_CALL, 1),
    ):
        progress(way)
        calls = load.calls if service != PROCESS_PER_CALL else max(10, load.calls // 10)
        figures.append(_one_way(bench, way, replace(load, service=service, rate=rate, calls=calls)))
        if service != DIALPLAN_ONLY:
            _were_served(bench, calls, way)
    return tuple(figures)


def _one_way(bench: Bench, way: str, load: Load) -> CallsFigures:
    before, before_asterisk = cpu_ms(bench.asterisk_pid, bench.line_pid), cpu_ms(bench.asterisk_pid)
    ran = run(bench.target, load, bench.folder)
    if ran.successful == 0:
        raise BenchFailed(f"No call of {way} came to its end; look at sipp's messages.")
    used = cpu_ms(bench.asterisk_pid, bench.line_pid) - before
    used_by_asterisk = cpu_ms(bench.asterisk_pid) - before_asterisk
    return CallsFigures(way, ran.successful, ran.failed, used / load.calls, used_by_asterisk / load.calls)


def _were_served(bench: Bench, calls: int, way: str) -> None:
    """Hold that the newest `calls` calls were told a status: a call that is cheap because it failed counts nothing."""
    limit = time.monotonic() + _RECORDED_S
    with CallReader(bench.settings.calls_db) as reader:
        while reader.open_calls() and time.monotonic() < limit:
            time.sleep(0.05)
        ended = reader.calls(calls)
    served = [call for call in ended if call.outcome is Outcome.COMPLETED]
    if len(served) < calls:
        others = Counter(f"{call.outcome or 'open'} at {call.where}" for call in ended if call not in served)
        raise BenchFailed(f"Only {len(served)} of {calls} calls were served by {way}: {dict(others)}.")


def _add_rivals(bench: Bench) -> None:
    """Two more numbers in the testers' context of this Asterisk, which is the benchmark's own."""
    bench.console("module load app_read.so")
    kk_digits = bench.settings.identity.kk_digits
    rivals = {
        DIALPLAN_ONLY: (
            "Set(CHANNEL(language)=id)",
            "Answer(200)",
            "Read(CHOICE,call/welcome&menu/main,1,,1,7)",
            "Read(NIK,nik/ask,16,,1,7)",
            f"Read(KK,kk/ask.1&digits/{kk_digits}&kk/ask.2,{kk_digits},,1,7)",
            "Playback(ktp/card_issued)",
            "Read(MORE,menu/more,1,,1,7)",
            "Hangup(16)",
        ),
        PROCESS_PER_CALL: (
            "Set(CHANNEL(language)=id)",
            "Set(__HOTLINE_CALL=${UNIQUEID})",
            "Answer(200)",
            "StoreDTMF(RX,HOTLINE_KEYS)",
            f"AGI({bench.folder / AGI_SCRIPT})",
            "Hangup(16)",
        ),
    }
    for number, steps in rivals.items():
        for priority, step in enumerate(steps, start=1):
            bench.console(f"dialplan add extension {number},{priority},{step} into from-testers")
