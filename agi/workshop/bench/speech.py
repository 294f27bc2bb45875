"""How long a caller waits between the end of their speech and the next prompt, through a real Asterisk and outside.

sipp places the calls; this process is the mouth and the ear of each: one UDP port a call that sends sound at its
real pace, as a telephone does, and notes when packets come. The caller says an option of the main menu over its
prompt and then a NIK over the question for it. While nothing is played Asterisk sends no packets, so the first one
after the end of speech is the next prompt.
"""

import selectors
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from agi.workshop.bench.caller import Load, Target, media_port_of, run
from agi.workshop.bench.figures import percentile
from agi.workshop.softphone import rtp, wavfile
from agi.workshop.softphone.speaking import SPEAKERS, speak

_TAIL_MS = 40  # silence at the end of a spoken WAV
_FRAME_S = 0.02
_QUIET_S = 0.1
_LONGEST_S = 5.0
_OVER_PROMPT_S = 0.5
"""So long after a prompt has begun the caller speaks over it."""
_NEXT_PROMPT_S = 0.3
"""So much sound makes a prompt of what comes after an answer."""


@dataclass(frozen=True, slots=True)
class SpeechFigures:
    """Waits (ms) with `at_once` calls; `barge_in_*`: from the first sound of speech to the last packet of the prompt.

    `counted` of `expected` utterances were followed by a prompt.
    """

    at_once: int
    p50_ms: float
    p95_ms: float
    worst_ms: float
    barge_in_p50_ms: float
    barge_in_p95_ms: float
    counted: int
    expected: int
    failed_calls: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said: packets' payloads, and where in them the sound begins and ends (s)."""

    frames: tuple[bytes, ...]
    ends_s: float


@dataclass(slots=True, eq=False)
class _Mouth:
    """One call's port: what it still has to say, and what came."""

    sock: socket.socket
    says: list[Spoken]
    first_s: float
    sender: rtp.Sender
    far: tuple[str, int] | None = None
    due: float = 0.0
    speak_at: float = 0.0
    saying: Spoken | None = None
    at: int = 0
    arrivals: list[float] = field(default_factory=list)
    said: list[tuple[float, float]] = field(default_factory=list)


def utterance(text: str, voice: str, folder: Path) -> Spoken:
    """`text` as `voice` says it."""
    path = folder / "utterance.wav"
    speak(text, SPEAKERS[voice], path)
    sound = rtp.encode(wavfile.samples(path))
    path.unlink()
    frames = tuple(sound[at : at + rtp.FRAME].ljust(rtp.FRAME, b"\xff") for at in range(0, len(sound), rtp.FRAME))
    return Spoken(frames, len(sound) / 8000 - _TAIL_MS / 1000)


class Mouths:
    """The telephones of a load: they send and listen while `open`."""

    def __init__(self, load: Load, says: Sequence[Sequence[Spoken]], first_s: float) -> None:
        self._selector = selectors.DefaultSelector()
        self.mouths: list[_Mouth] = []
        for index in range(load.calls):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind(("127.0.0.1", media_port_of(load, index)))
            sock.setblocking(False)
            mouth = _Mouth(sock, list(says[index % len(says)]), first_s, rtp.Sender(index + 1))
            self._selector.register(sock, selectors.EVENT_READ, mouth)
            self.mouths.append(mouth)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bench-mouths", daemon=True)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Speak and listen while the block runs."""
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._thread.join()
            for mouth in self.mouths:
                mouth.sock.close()
            self._selector.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            live = [mouth.due for mouth in self.mouths if mouth.far]
            patience = min(live, default=time.monotonic() + 0.1) - time.monotonic()
            for held, _ in self._selector.select(max(patience, 0.0)):
                self._hear(held.data)
            now = time.monotonic()
            for mouth in self.mouths:
                if mouth.far is not None and mouth.due <= now:
                    self._send(mouth, mouth.far, now)

    def _hear(self, mouth: _Mouth) -> None:
        try:
            data, far = mouth.sock.recvfrom(2048)
        except OSError:
            return
        if len(data) < 12 or struct.unpack("!BB", data[:2])[1] & 0x7F > 34:
            return  # no sound: a key, or comfort noise
        now = time.monotonic()
        mouth.arrivals.append(now)
        if mouth.far is None:
            mouth.far, mouth.due = far, now
            mouth.speak_at = now + mouth.first_s
        elif not mouth.saying and not mouth.speak_at and mouth.says and self._new_prompt(mouth):
            mouth.speak_at = now + _OVER_PROMPT_S

    def _new_prompt(self, mouth: _Mouth) -> bool:
        """Whether a prompt has been playing for a while since the last words."""
        since = mouth.said[-1][1] if mouth.said else 0.0
        return sum(at > since for at in mouth.arrivals[-40:]) * _FRAME_S >= _NEXT_PROMPT_S

    def _send(self, mouth: _Mouth, far: tuple[str, int], now: float) -> None:
        if mouth.speak_at and now >= mouth.speak_at and mouth.says:
            mouth.saying, mouth.at, mouth.speak_at = mouth.says.pop(0), 0, 0.0
            mouth.said.append((now, now + mouth.saying.ends_s))
        payload = rtp.SILENCE
        if mouth.saying is not None:
            payload = mouth.saying.frames[mouth.at]
            mouth.at += 1
            if mouth.at == len(mouth.saying.frames):
                mouth.saying = None
        mouth.sock.sendto(mouth.sender.audio(payload), far)
        mouth.due = max(mouth.due + _FRAME_S, now - 1.0)


def measure(
    target: Target, load: Load, says: Sequence[Sequence[Spoken]], first_s: float, at_once: int, folder: Path
) -> SpeechFigures:
    """Place `at_once` calls within five seconds; each speaks first `first_s` after its first packet."""
    load = replace(load, calls=at_once, rate=max(1, at_once // 5), port_each=True)
    mouths = Mouths(load, says, first_s)
    with mouths.open():
        ran = run(target, load, folder)
    waits, stops = [], []
    for mouth in mouths.mouths:
        for begun, ended in mouth.said:
            stop, wait = _times(mouth.arrivals, begun, ended)
            if wait is not None:
                waits.append(wait)
                stops.append(stop)
    if not waits:
        raise RuntimeError("No prompt was heard after any words: does `hotline doctor` say that speech listens?")
    return SpeechFigures(
        at_once,
        percentile(waits, 0.5),
        percentile(waits, 0.95),
        max(waits),
        percentile(stops, 0.5),
        percentile(stops, 0.95),
        len(waits),
        at_once * len(says[0]),
        ran.failed,
    )


def _times(arrivals: Sequence[float], begun: float, ended: float) -> tuple[float, float | None]:
    """Milliseconds until the prompt stopped after speech begun, and from the end of speech to the next prompt."""
    during = [at for at in arrivals if begun <= at <= ended]
    pauses = [one for one, other in zip(during, [*during[1:], ended], strict=True) if other - one > _QUIET_S]
    stopped = pauses[0] if pauses else begun
    after = next((at for at in arrivals if at > ended), None)
    if after is None or after - ended > _LONGEST_S or any(ended - _QUIET_S < at <= ended for at in during):
        return 0.0, None
    return (stopped - begun) * 1000, (after - ended) * 1000
