"""The telephones of sipp's calls: one UDP port a call, which says what it is given to say and notes when sound comes.

While nothing is played Asterisk sends no packets, so the first one after a silence is the next prompt.
"""

import selectors
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from agi.workshop.bench.caller import Load, Ran, Target, media_port_of, run
from agi.workshop.softphone import rtp

QUIET_S = 0.1
"""No packet for so long: the prompt before it was over."""
LONGEST_S = 5.0
"""What comes later is not the answer."""
_FRAME_S = 0.02
_OVER_PROMPT_S = 0.5
"""So long after a prompt has begun the caller speaks over it."""
_NEXT_PROMPT_S = 0.3
"""So much sound makes a prompt of what comes after an answer."""


@dataclass(frozen=True, slots=True)
class Waits:
    """From what a caller did to the next prompt (ms), with `at_once` calls; `counted` of `expected` could be told."""

    at_once: int
    p50_ms: float
    p95_ms: float
    worst_ms: float
    counted: int
    expected: int
    failed_calls: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said: packets' payloads, and where in them the sound ends (s)."""

    frames: tuple[bytes, ...]
    ends_s: float


@dataclass(slots=True, eq=False)
class Telephone:
    """One call's port: what it still has to say, when packets came, when it began and ended to speak (s, epoch)."""

    sock: socket.socket
    says: list[Spoken]
    sender: rtp.Sender
    far: tuple[str, int] | None = None
    due: float = 0.0
    speak_at: float = 0.0
    saying: Iterator[bytes] | None = None
    arrivals: list[float] = field(default_factory=list)
    said: list[tuple[float, float]] = field(default_factory=list)


def place(
    target: Target,
    load: Load,
    at_once: int,
    folder: Path,
    says: Sequence[Sequence[Spoken]] = ((),),
    first_s: float = 0.0,
) -> tuple[Ran, Sequence[Telephone]]:
    """Place `at_once` calls of `load` within five seconds; each speaks first `first_s` after its first packet."""
    load = replace(load, calls=at_once, rate=max(1, at_once // 5), port_each=True)
    with telephones(load, says, first_s) as lines:
        return run(target, load, folder), lines


@contextmanager
def telephones(load: Load, says: Sequence[Sequence[Spoken]], first_s: float) -> Iterator[Sequence[Telephone]]:
    """The telephones of a load, which speak and listen while the block runs; who has nothing to say sends nothing."""
    stop = threading.Event()
    with ExitStack() as stack:
        lines = []
        for index in range(load.calls):
            sock = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            sock.bind(("127.0.0.1", media_port_of(load, index)))
            sock.setblocking(False)
            lines.append(Telephone(sock, list(says[index % len(says)]), rtp.Sender(index)))
        thread = threading.Thread(target=_live, args=(lines, first_s, stop), name="bench-telephones", daemon=True)
        thread.start()
        try:
            yield lines
        finally:
            stop.set()
            thread.join()


def _live(lines: Sequence[Telephone], first_s: float, stop: threading.Event) -> None:
    with selectors.DefaultSelector() as selector:
        for line in lines:
            selector.register(line.sock, selectors.EVENT_READ, line)
        while not stop.is_set():
            due = min((line.due for line in lines if line.far), default=time.time() + 0.1)
            for held, _ in selector.select(max(due - time.time(), 0.0)):
                _hear(held.data, first_s)
            now = time.time()
            for line in lines:
                if line.far is not None and line.due <= now:
                    _send(line, line.far, now)


def _hear(line: Telephone, first_s: float) -> None:
    try:
        data, far = line.sock.recvfrom(2048)
    except OSError:
        return
    packet = rtp.unpack(data)
    if packet is None or packet.kind not in (rtp.PCMU, rtp.PCMA):
        return  # no sound: a key, or comfort noise
    now = time.time()
    line.arrivals.append(now)
    if not line.says:
        return
    if line.far is None:
        line.far, line.due, line.speak_at = far, now, now + first_s
    elif not line.saying and not line.speak_at and _new_prompt(line):
        line.speak_at = now + _OVER_PROMPT_S


def _new_prompt(line: Telephone) -> bool:
    """Whether a prompt has been playing for a while since the last words."""
    since = line.said[-1][1] if line.said else 0.0
    return sum(at > since for at in line.arrivals[-40:]) * _FRAME_S >= _NEXT_PROMPT_S


def _send(line: Telephone, far: tuple[str, int], now: float) -> None:
    if line.speak_at and now >= line.speak_at and line.says:
        spoken, line.speak_at = line.says.pop(0), 0.0
        line.saying = iter(spoken.frames)
        line.said.append((now, now + spoken.ends_s))
    payload = next(line.saying, None) if line.saying else None
    if payload is None:
        line.saying = None
    line.sock.sendto(line.sender.audio(payload or rtp.SILENCE), far)
    line.due = max(line.due + _FRAME_S, now - 1.0)
