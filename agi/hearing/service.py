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
    Left,
    Ready,
    Refused,
    Report,
    State,
    decode,
    encode,
)
from agi.hearing.sound_loop import GONE, Call, SoundLoop
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
        self._ears: dict[SpokenTurn, RemoteEar] = {}  # of the turns that are listened to now
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
            max(0, self._limit - len(self._ears)) if self.worker.open else 0,
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
        """Read a connection's first message and do it; the connection is closed unless a call is handed over on it."""
        try:
            line.settimeout(_ASK_LIMIT_S)
            message = decode(line.recv(LONGEST))
            line.setblocking(False)
            if isinstance(message, Ask):
                prompt = self._prompt(message)
                self.sound_loop.call(lambda: self._open(line, message, prompt))
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
            _log.error("speech.no_sound", question=ask.question.name if ask.question else "", why=str(trouble))
            return None

    # ---- the loop's thread ----

    def _open(self, line: socket.socket, ask: Ask, prompt: bytes | None) -> None:
        if refused := self._refused(ask, prompt):
            _send(line, Refused(refused))
            line.close()
            return
        keys = KeyQueue(hash_is_habit=ask.hash_is_habit)
        keys.put(ask.keys)
        call = Call(line, keys, self._asked, self._ended, self._left)
        self.sound_loop.expect(call)
        _send(line, Ready(str(call.uuid), self.sound_loop.port))
        self._begin(call, ask, prompt)

    def _asked(self, call: Call, packet: bytes) -> None:
        """The line asks for one more turn. Its prompt is read in a thread: no beat waits for a disk."""
        try:
            ask = decode(packet)
        except BadMessage:
            ask = GetState()
        if isinstance(ask, Ask):
            threading.Thread(target=self._prepare, args=(call, ask), name="ask", daemon=True).start()
        else:
            _log.warning("speech.bad_message")
            self.sound_loop.leave(call)

    def _prepare(self, call: Call, ask: Ask) -> None:
        prompt = self._prompt(ask)
        self.sound_loop.call(lambda: self._begin(call, ask, prompt))

    def _begin(self, call: Call, ask: Ask, prompt: bytes | None) -> None:
        if call.closing or call.done:
            return
        if refused := self._refused(ask, prompt):
            _send(call.line, Report(None, refused))
            return
        question, ear = ask.question, None
        if question is not None and question.grammar:
            ear = self.worker.ear(question, lambda news: self.sound_loop.news(call, turn, news))
        turn = SpokenTurn(
            question, prompt or b"", ear, call.keys, self._clock_ms(), slow_ms=self._slow_ms, barge_in=ask.barge_in
        )
        if ear is not None:
            self._ears[turn] = ear
        self.sound_loop.begin(call, turn)

    def _refused(self, ask: Ask, prompt: bytes | None) -> str:
        """Why a turn cannot be had now, or ""."""
        if prompt is None or not self.worker.open:
            return "dead"
        return "full" if ask.question is not None and ask.question.grammar and len(self._ears) >= self._limit else ""

    def _ended(self, call: Call, turn: SpokenTurn) -> None:
        if ear := self._ears.pop(turn, None):
            ear.close()
        if turn.fell_back not in ("", GONE) and turn.question is not None:
            _log.warning("speech.fell_back", question=turn.question.name, why=turn.fell_back)
        _send(call.line, Report(turn.answer, turn.fell_back))

    def _left(self, call: Call) -> None:
        _send(call.line, Left(call.keys.waiting, call.received, call.keys.hash_is_habit))
        call.line.close()


def _send(line: socket.socket, message: FromService) -> None:
    with suppress(OSError):  # the line has gone
        line.send(encode(message))
