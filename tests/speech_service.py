"""A speech service in this process for tests: hears by level (see audiosocket_peer), takes orders as the real one."""

import socket
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from audiosocket_peer import Peer

from agi.dialogue.question import Answer, Digits, Options, Question
from agi.hearing.client import SpeechClient, Unheard
from agi.hearing.protocol import Ask, Left, Report
from agi.hearing.service import SpeechService

MENU = Question("menu", (), Options("123"), first_key_ms=2000, grammar="menu:main")
NIK = Question("nik", (), Digits(4, 4), first_key_ms=2000, between_keys_ms=1000, grammar="nik")

LEVEL = "audiosocket_peer:LevelListener"


@contextmanager
def serving(
    folder: Path, listener: str = LEVEL, *, limit: int = 40, slow_ms: int = 1500
) -> Iterator[tuple[SpeechService, SpeechClient]]:
    """A service that runs while the block does, and the line's side of it."""
    path = folder / "speech.sock"
    service = SpeechService(path, listener, limit=limit, slow_ms=slow_ms)
    service.start()
    try:
        yield service, SpeechClient(path, limit_s=2.0)
    finally:
        service.stop()


def all_free(service: SpeechService, places: int = 40, limit_s: float = 3.0) -> bool:
    """Whether all places of the service become free within the limit."""
    deadline = time.monotonic() + limit_s
    while service.state().free != places and time.monotonic() < deadline:
        time.sleep(0.01)
    return service.state().free == places


def clip(folder: Path, ms: int, name: str = "prompt") -> Path:
    """A clip of `ms` whose samples count up, so that a lost or doubled frame shows; without extension."""
    path = folder / name
    with wave.open(f"{path}.wav", "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(b"".join((n // 160 + 1).to_bytes(2, "little") for n in range(8 * ms)))
    return path


def answer_of(report: Report | None) -> Answer:
    """The answer that a turn has ended with."""
    assert report is not None
    assert report.answer is not None
    return report.answer


class Turn:
    """A call of one turn that is being taken: the call is left when the report has come (`left` has its keys)."""

    def __init__(
        self, client: SpeechClient, question: Question, *clips: Path, keys: str = "", read_back: int = 0
    ) -> None:
        self._ready = threading.Event()
        self.uuid = ""
        self.port = 0
        self.left: Left | None = None
        self._report: Report | None = None
        self.unheard = ""
        ask = Ask(question, tuple(map(str, clips)), keys=keys, read_back=read_back)
        self._thread = threading.Thread(target=self._run, args=(client, ask), daemon=True)
        self._thread.start()

    def _run(self, client: SpeechClient, ask: Ask) -> None:
        never, other = socket.socketpair()
        with never, other:
            try:
                call = client.open(ask)
            except Unheard as trouble:
                self.unheard = trouble.why
                self._ready.set()
                return
            self.uuid, self.port = str(UUID(call.uuid)), call.port
            self._ready.set()
            try:
                self._report = call.report(never.fileno(), 20)
            except Unheard as trouble:
                self.unheard = trouble.why
            self.left = call.leave()

    def connect(self) -> Peer:
        """Connect as Asterisk does when it is told to."""
        assert self._ready.wait(30)
        assert self.port, f"refused: {self.unheard}"
        return Peer(self.port, self.uuid)

    def over(self) -> Report | None:
        """The report, None where there is none (`unheard` says why)."""
        self._thread.join(10)
        assert not self._thread.is_alive()
        return self._report

    def lost(self) -> str:
        """Why the question has no answer and must be asked by keypad, once the call is back; "" where it has one."""
        report = self.over()
        return self.unheard if report is None else report.fell_back if report.answer is None else ""

    def refused(self) -> str:
        """Why the turn was not begun."""
        assert self._ready.wait(30)
        self._thread.join(10)
        return self.unheard
