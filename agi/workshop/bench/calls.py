"""What one NIK check costs, three ways in one run: our line, the dialplan alone, a Python process for each call.

All three play the same prompts and take the same keys from the same callers through the same Asterisk. The
dialplan alone (`Read`) looks nothing up and writes nothing down: it is the floor, not a rival.
"""

import os
import socketserver
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from agi.books.events import Outcome
from agi.books.reader import CallReader
from agi.line import variables
from agi.workshop.bench.caller import Load, run
from agi.workshop.bench.installation import Bench, BenchFailed
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
    bench.console("module load app_read.so")
    _answer(bench, DIALPLAN_ONLY, *_dialplan_alone(bench.settings.identity.kk_digits))
    progress("the dialplan alone")
    alone = _one_way(bench, "the dialplan alone", replace(load, service=DIALPLAN_ONLY))
    progress("our line")
    ours = _one_way(bench, "our line", replace(load, service=bench.settings.telephony.number))
    _were_served(bench, load.calls, ours.way)
    # A process takes a good part of a core for a second: more than one new call a second would only queue up.
    few = replace(load, service=PROCESS_PER_CALL, rate=1, calls=max(10, load.calls // 10))
    with per_call([sys.executable, "-m", "agi.cli", "line", "--agi"], bench.environment) as server:
        _answer(
            bench,
            PROCESS_PER_CALL,
            "Set(CHANNEL(language)=id)",
            f"Set({variables.inherited(variables.of_case('call'))}=${{UNIQUEID}})",
            "Answer(200)",
            f"StoreDTMF(RX,{variables.KEYS})",
            f"AGI(agi://127.0.0.1:{server.server_address[1]})",
            "Hangup(16)",
        )
        progress("a process per call")
        theirs = _one_way(bench, "a process per call", few)
    theirs = replace(theirs, cpu_ms=theirs.cpu_ms + sum(server.used_ms) / few.calls)
    _were_served(bench, few.calls, theirs.way)
    return alone, ours, theirs


class PerCall(socketserver.ThreadingTCPServer):
    """A FastAGI server that has each call answered by a process of its own. (Asterisk itself may start none.)"""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self.command, self.environment = command, environment
        self.used_ms: list[float] = []
        """CPU time of each process that has ended."""
        super().__init__(("127.0.0.1", 0), _OneCall)


class _OneCall(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        server, call = self.server, self.request.fileno()
        assert isinstance(server, PerCall)  # noqa: S101
        actions = [(os.POSIX_SPAWN_DUP2, call, 0), (os.POSIX_SPAWN_DUP2, call, 1)]
        pid = os.posix_spawn(server.command[0], server.command, server.environment, file_actions=actions)
        _, _, used = os.wait4(pid, 0)
        server.used_ms.append(1000 * (used.ru_utime + used.ru_stime))


@contextmanager
def per_call(command: list[str], environment: Mapping[str, str]) -> Iterator[PerCall]:
    """Have `command` answer calls on stdin and stdout, until all have ended after the block."""
    with PerCall(command, environment) as server:
        thread = threading.Thread(target=server.serve_forever, name="bench-per-call")
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


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


def _dialplan_alone(kk_digits: int) -> tuple[str, ...]:
    return (
        "Set(CHANNEL(language)=id)",
        "Answer(200)",
        "Read(CHOICE,call/welcome&menu/main,1,,1,7)",
        "Read(NIK,nik/ask,16,,1,7)",
        f"Read(KK,kk/ask.1&digits/{kk_digits}&kk/ask.2,{kk_digits},,1,7)",
        "Playback(ktp/card_issued)",
        "Read(MORE,menu/more,1,,1,7)",
        "Hangup(16)",
    )


def _answer(bench: Bench, number: str, *steps: str) -> None:
    """One more number in the testers' context of this Asterisk, which is the benchmark's own."""
    for priority, step in enumerate(steps, start=1):
        bench.console(f"dialplan add extension {number},{priority},{step} into from-testers")
