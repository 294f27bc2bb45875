"""The speech service: takes one question at a time from the line, has the turn, and gives the answer back.

A process of its own, so that recognition never delays the line, and so that its death costs a caller no more than
hearing a question twice: the line then asks it by keypad.
"""

import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from agi.dialogue.keys import KeyQueue
from agi.hearing.protocol import (
    KIND,
    LONGEST,
    Ask,
    BadMessage,
    FromService,
    GetState,
    Ready,
    Refused,
    Report,
    State,
    decode,
    encode,
)
from agi.hearing.sound_loop import Session, SoundLoop
from agi.hearing.sounds import NoSound, Sounds
from agi.hearing.turn import SpokenTurn
from agi.hearing.worker_process import RemoteEar, WorkerProcess

_log = structlog.get_logger("speech")
_ASK_LIMIT_S = 2.0
_BACKLOG = 128
_SWITCH_S = 0.001
"""A thread gives Python's lock up after this time: the loop may wait for it at a beat (Python's value is 5 ms)."""


class SpeechService:
    """The service on the Unix socket `path`; it hears with what `factory` makes (see `WorkerProcess`). `start`, `stop`.

    At most `limit` turns at once; one more is refused ("full"). `slow_ms`: a lag of recognition that is not waited for.
    """

    def __init__(self, path: Path, factory: str, clock_ms: Callable[[], int], *, limit: int, slow_ms: int) -> None:
        self._path = path
        self._clock_ms = clock_ms
        self._limit = limit
        self._slow_ms = slow_ms
        self._busy = 0
        self._sounds = Sounds()
        self.sound_loop = SoundLoop(clock_ms)
        self.worker = WorkerProcess(factory, clock_ms)
        self._stopping = False
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, KIND)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen(_BACKLOG)
        self._thread = threading.Thread(target=self._serve, name="serve", daemon=True)

    def start(self) -> None:
        """Serve the line, in threads of its own. Raises `CannotListen`."""
        self.worker.start()
        sys.setswitchinterval(_SWITCH_S)
        self.sound_loop.start(self.worker)
        self._thread.start()

    def stop(self) -> None:
        """Give all calls back and end."""
        self._stopping = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(2.0)
        self.sound_loop.stop()
        self.worker.stop()
        self._path.unlink(missing_ok=True)

    def state(self) -> State:
        """How it is now."""
        late = self.sound_loop.lateness
        return State(
            max(0, self._limit - self._busy) if self.worker.open else 0,
            late.frames,
            late.late,
            round(late.worst_s * 1000, 1),
            self.worker.longest_ms,
        )

    # ---- threads of its own ----

    def _serve(self) -> None:
        while not self._stopping:
            try:
                line, _ = self._socket.accept()
            except OSError:
                if self._stopping:
                    return
                continue
            threading.Thread(target=self._take, args=(line,), name="ask", daemon=True).start()

    def _take(self, line: socket.socket) -> None:
        """Read one message and do it; the connection is closed unless a turn may begin on it."""
        try:
            line.settimeout(_ASK_LIMIT_S)
            message = decode(line.recv(LONGEST))
            line.setblocking(False)
            if isinstance(message, Ask):
                prompt = self._prompt(message)
                self.sound_loop.call(lambda: self._begin(line, message, prompt))
                return
            if isinstance(message, GetState):
                _send(line, self.state())
        except BadMessage:
            _log.warning("speech.bad_message")
        except OSError:  # the line has gone, or says nothing
            pass
        line.close()

    def _prompt(self, ask: Ask) -> bytes | None:
        try:
            return self._sounds.joined(ask.clips)
        except NoSound as trouble:
            _log.error("speech.no_sound", question=ask.question.name, why=str(trouble))
            return None

    # ---- the loop's thread ----

    def _begin(self, line: socket.socket, ask: Ask, prompt: bytes | None) -> None:
        full = self._busy >= self._limit
        if prompt is None or full or not self.worker.open:
            _send(line, Refused("full" if full and self.worker.open else "dead"))
            line.close()
            return
        self._busy += 1
        ear = self.worker.ear(ask.question, lambda news: self.sound_loop.news(session, news))
        keys = KeyQueue(hash_is_habit=ask.hash_is_habit)
        turn = SpokenTurn(ask.question, prompt, ear, keys, self._clock_ms(), slow_ms=self._slow_ms)
        session = Session(turn, lambda: self._ended(session, ear, keys), line)
        self.sound_loop.expect(session)
        _send(line, Ready(str(session.uuid), self.sound_loop.port))

    def _ended(self, session: Session, ear: RemoteEar, keys: KeyQueue) -> None:
        ear.close()
        self._busy -= 1
        turn = session.turn
        if turn.fell_back and turn.question is not None:
            _log.warning("speech.fell_back", question=turn.question.name, why=turn.fell_back)
        fell_back = turn.fell_back or ("" if turn.answer else "gone")
        _send(session.line, Report(turn.answer, fell_back, turn.received, len(turn.received) - len(keys)))
        session.line.close()


def _send(line: socket.socket, message: FromService) -> None:
    with suppress(OSError):  # the line has gone
        line.send(encode(message))
