"""How many spoken turns one core carries, and how steady the prompts stay meanwhile: the speech service alone.

The service runs as a process of its own, as it does in a hotline; this process plays Asterisk's part for all callers
over AudioSocket. Speakers say a number of 16 digits over the prompt, again and again; listeners hear a long prompt
and say nothing. All sound goes at its real pace.
"""

import os
import random
import socket
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from agi.dialogue.question import Digits, Options, Question
from agi.hearing.audiosocket import FRAME_BYTES, FRAME_MS, Kind, audio, packed
from agi.hearing.client import SpeechClient, Unheard
from agi.hearing.protocol import KIND, LONGEST, Ask, BadMessage, Ready, Report, State, decode, encode
from agi.ops import ready, speech
from agi.settings import ROOT, Settings
from agi.workshop.bench.installation import BenchFailed, run_hotline
from agi.workshop.bench.processes import children, cpu_ms
from agi.workshop.figures import percentile
from agi.workshop.softphone.speaking import SPEAKERS, speak

DIGITS = 16
_TAIL_MS = 40  # silence at the end of a spoken WAV
_BEAT_S = FRAME_MS / 1000
_PROMPT_S = 30
_QUIET = bytes(FRAME_BYTES)
_SAID = 12


@dataclass(frozen=True, slots=True)
class TurnsFigures:
    """`answers` turns by `speaking` callers at once beside `listening` ones; times in ms.

    `answer_*`: from the end of speech until the answer is there. `right`: answers with all 16 digits as said.
    `late`: frames of prompts sent over 20 ms late, of `frames`; `worst_ms` the latest. `own_late_ms`: the latest that
    this measuring process itself was. `lag_ms`: the longest that sound waited for recognition.
    `cores`: processors used by the service.
    """

    speaking: int
    listening: int
    answers: int
    right: int
    refused: int
    answer_p50_ms: float
    answer_p95_ms: float
    frames: int
    late: int
    worst_ms: float
    own_late_ms: float
    lag_ms: int
    cores: float


@dataclass(slots=True, eq=False)
class _Caller:
    """One connection to the service and what is said on it."""

    ask: Ask
    said: str
    sound: list[bytes]
    due: float
    ends_at: float = 0.0
    control: socket.socket | None = None
    peer: socket.socket | None = None
    next: int = 0


@contextmanager
def service(folder: Path, turns: int, cores: frozenset[int] | None) -> Iterator[tuple[Settings, int]]:
    """A speech service for `turns` turns at once, on these `cores`; its settings and pid."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HOTLINE_PLACES__VAR": str(folder / "var"),
        "HOTLINE_SPEECH__ENABLED": "true",
        "HOTLINE_SPEECH__RECOGNISERS": str(turns),
    }
    settings = Settings()
    settings = settings.model_copy(
        update={
            "places": settings.places.model_copy(update={"var": folder / "var"}),
            "speech": settings.speech.model_copy(update={"enabled": True}),
        }
    )
    if not speech.speech_is_on(settings):
        raise BenchFailed(f"There is no speech model in {settings.speech_model}.")
    run_hotline(environment, "prompts", "publish")
    before = os.sched_getaffinity(0)
    if cores is not None:
        os.sched_setaffinity(0, cores)  # the child inherits it
    with (folder / "speech.out").open("wb") as out:
        process = subprocess.Popen(
            (sys.executable, "-m", "agi.cli", "speech", "serve"), env=environment, stdout=out, stderr=out
        )
    if cores is not None:
        os.sched_setaffinity(0, before - cores or before)
    try:
        if not ready.until(partial(speech.listens, settings.var), 20.0):
            raise BenchFailed(f"The speech service does not start: {(folder / 'speech.out').read_text()[-300:]}")
        yield settings, process.pid
    finally:
        os.sched_setaffinity(0, before)
        process.terminate()
        process.wait(10)


def measure(folder: Path, speaking: int, listening: int, seconds: float, cores: frozenset[int] | None) -> TurnsFigures:
    """Keep `speaking` and `listening` callers busy for `seconds`."""
    voices = _voices(folder)
    prompt = _prompt(folder)
    with service(folder, speaking + listening, cores) as (settings, pid):
        crowd = _Crowd(SpeechClient(speech.socket_path(settings.var), limit_s=2.0), speech.socket_path(settings.var))
        callers = [_speaker(voices, prompt, number) for number in range(speaking)]
        callers += [_listener(prompt) for _ in range(listening)]
        pids = (pid, *children(pid))
        used = cpu_ms(*pids)
        begun = time.monotonic()
        crowd.run(callers, seconds)
        share = (cpu_ms(*pids) - used) / ((time.monotonic() - begun) * 1000)
        state = crowd.state
    if not crowd.waits:
        raise BenchFailed("No spoken number was answered.")
    return TurnsFigures(
        speaking,
        listening,
        len(crowd.waits),
        crowd.right,
        crowd.refused,
        percentile(crowd.waits, 0.5),
        percentile(crowd.waits, 0.95),
        state.frames,
        state.late,
        state.worst_ms,
        crowd.own_late_s * 1000,
        state.lag_ms,
        share,
    )


class _Crowd:
    """All callers, kept going by one loop on its own beat."""

    def __init__(self, hearing: SpeechClient, path: Path) -> None:
        self._hearing = hearing
        self._path = path
        self.waits: list[float] = []
        self.right = self.refused = 0
        self.own_late_s = 0.0
        self.state = State(0)

    def run(self, callers: list[_Caller], seconds: float) -> None:
        """Until the time is over."""
        begun = time.monotonic()
        for number, caller in enumerate(callers):
            caller.due = begun + number * _BEAT_S * 7.3  # they do not all begin at once, nor on one beat
        while (now := time.monotonic()) < begun + seconds:
            caller = min(callers, key=lambda one: one.due)
            if caller.due > now:
                time.sleep(caller.due - now)
            self.own_late_s = max(self.own_late_s, time.monotonic() - caller.due if caller.peer else 0.0)
            self._step(caller)
            caller.due += _BEAT_S
        try:
            self.state = self._hearing.state()
        except Unheard as trouble:
            raise BenchFailed("The speech service has died.") from trouble
        for caller in callers:
            self._leave(caller)

    def _step(self, caller: _Caller) -> None:
        if caller.peer is None:
            self._begin(caller)
            return
        frame = caller.sound[caller.next] if caller.next < len(caller.sound) else _QUIET
        caller.next += 1
        if caller.next == len(caller.sound):
            caller.ends_at = time.monotonic() - _TAIL_MS / 1000
        assert caller.control is not None  # noqa: S101 - a caller who is connected has one
        try:
            with suppress(BlockingIOError):
                caller.peer.send(audio(frame))
                caller.peer.recv(65_536)
            report = decode(caller.control.recv(LONGEST))
        except BlockingIOError:
            return
        except (OSError, BadMessage):
            report = Report(None, "dead")
        if caller.said and isinstance(report, Report):
            self._count(caller, report, time.monotonic())
        self._leave(caller)

    def _begin(self, caller: _Caller) -> None:
        control = socket.socket(socket.AF_UNIX, KIND)
        control.settimeout(2.0)
        control.connect(str(self._path))
        control.sendall(encode(caller.ask))
        ready = decode(control.recv(LONGEST))
        if not isinstance(ready, Ready):
            self.refused += 1
            control.close()
            return
        control.setblocking(False)
        caller.control = control
        caller.peer = socket.create_connection(("127.0.0.1", ready.port), timeout=2.0)
        caller.peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        caller.peer.sendall(packed(Kind.UUID, UUID(ready.uuid).bytes))
        caller.peer.setblocking(False)
        caller.next = 0
        caller.ends_at = 0.0

    def _count(self, caller: _Caller, report: Report, now: float) -> None:
        if report.answer is None:
            self.refused += 1
            return
        self.waits.append((now - caller.ends_at) * 1000 if caller.ends_at else 0.0)
        self.right += report.answer.value == caller.said

    def _leave(self, caller: _Caller) -> None:
        for sock in (caller.peer, caller.control):
            if sock is not None:
                sock.close()
        caller.peer = caller.control = None


def _speaker(voices: list[tuple[str, list[bytes]]], prompt: Path, number: int) -> _Caller:
    said, sound = voices[number % len(voices)]
    question = Question("bench", (), Digits(DIGITS, DIGITS), grammar="digits", total_ms=30_000)
    return _Caller(Ask(question, (str(prompt),)), said, sound, 0.0)


def _listener(prompt: Path) -> _Caller:
    return _Caller(Ask(Question("bench", (), Options("1"), grammar="yesno"), (str(prompt),)), "", [], 0.0)


def _voices(folder: Path) -> list[tuple[str, list[bytes]]]:
    """Numbers as several voices say them, after a second of silence."""
    chance = random.Random(1500537)
    found = []
    for number in range(_SAID):
        digits = "".join(chance.choice("0123456789") for _ in range(DIGITS))
        path = folder / f"said-{number}.wav"
        speak(digits, list(SPEAKERS.values())[number % len(SPEAKERS)], path)
        with wave.open(str(path), "rb") as spoken:
            sound = spoken.readframes(spoken.getnframes())
        frames = [sound[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0") for at in range(0, len(sound), FRAME_BYTES)]
        found.append((digits, [_QUIET] * 50 + frames))
    return found


def _prompt(folder: Path) -> Path:
    """A long prompt; what is in it does not matter here."""
    path = folder / "prompt"
    with wave.open(f"{path}.wav", "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes(16_000 * _PROMPT_S))
    return path
