"""How long a caller waits between a key and the next prompt, measured outside: key sent → first audio packet.

While nothing is played Asterisk sends no RTP, so the first packet after a silence is the next prompt. Counted
are the keys that end something: the choice in the main menu, the last digit of the NIK, the last KK digit.
"""

import selectors
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from agi.workshop.bench.caller import Load, Target, media_port_of, run
from agi.workshop.bench.figures import percentile

_QUIET_S = 0.1  # no packet for so long before a key: the prompt before it was over
_LONGEST_S = 5.0


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """Waits (ms) with `at_once` calls in progress; `counted` of `expected` keys could be told apart."""

    at_once: int
    p50_ms: float
    p95_ms: float
    worst_ms: float
    counted: int
    expected: int
    failed_calls: int


class _Ears:
    """UDP sockets that note when audio packets arrive, one socket per call."""

    def __init__(self, load: Load) -> None:
        self.arrivals: list[list[float]] = [[] for _ in range(load.calls)]
        self._selector = selectors.DefaultSelector()
        for index in range(load.calls):
            ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            ear.bind(("127.0.0.1", media_port_of(load, index)))
            ear.setblocking(False)
            self._selector.register(ear, selectors.EVENT_READ, index)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="bench-ears", daemon=True)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Listen while the block runs."""
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._thread.join()
            for held in list(self._selector.get_map().values()):
                if isinstance(held.fileobj, socket.socket):
                    held.fileobj.close()
            self._selector.close()

    def _listen(self) -> None:
        while not self._stop.is_set():
            for held, _ in self._selector.select(0.2):
                assert isinstance(held.fileobj, socket.socket)  # noqa: S101
                held.fileobj.recv(2048)
                self.arrivals[held.data].append(time.time())


def measure(target: Target, load: Load, ends: Sequence[int], at_once: int, folder: Path) -> AnswerFigures:
    """Place `at_once` calls within five seconds; `ends` are the indexes of the keys that are counted."""
    load = replace(load, calls=at_once, rate=max(1, at_once // 5), port_each=True)
    ears = _Ears(load)
    with ears.open():
        ran = run(target, load, folder)
    waits = []
    for call, keys in _keys_sent(ran.messages).items():
        arrivals = ears.arrivals[call - 1]
        waits += [wait for index in ends if index < len(keys) and (wait := _wait(arrivals, keys[index])) is not None]
    if not waits:
        raise RuntimeError("No prompt was heard after any key: does `hotline status` say that calls are answered?")
    return AnswerFigures(
        at_once,
        percentile(waits, 0.5),
        percentile(waits, 0.95),
        max(waits),
        len(waits),
        at_once * len(ends),
        ran.failed,
    )


def _wait(arrivals: Sequence[float], key_at: float) -> float | None:
    """Milliseconds from the key to the first packet after it; None if the prompt before it was still playing."""
    if any(key_at - _QUIET_S < at <= key_at for at in arrivals):
        return None
    return next(((at - key_at) * 1000 for at in arrivals if key_at < at < key_at + _LONGEST_S), None)


def _keys_sent(messages: Path) -> dict[int, list[float]]:
    """Times (s since the epoch) at which each call's keys were sent, by call number, from sipp's short messages."""
    sent: dict[int, list[float]] = {}
    for line in messages.read_text(errors="replace").splitlines():
        fields = line.split("\t")
        if len(fields) < 5 or not fields[-1].startswith("INFO ") or fields[3] != "S":
            continue
        call = int(fields[4].partition("-")[0])
        sent.setdefault(call, []).append(float(fields[2]))
    return sent
