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
    ASK_STATE,
    LONGEST_MESSAGE,
    ORDER,
    READY,
    REPORT,
    STATE,
    BadMessage,
    Order,
    Ready,
    Report,
    State,
)
from agi.hearing.sound_loop import Session, SoundLoop
from agi.hearing.sounds import NoSound, Sounds
from agi.hearing.turn import SpokenTurn
from agi.hearing.worker_process import RemoteEar, WorkerProcess

_log = structlog.get_logger("speech")
_ORDER_LIMIT_S = 2.0
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
        self._lock = threading.Lock()
        self._sounds = Sounds()
        self.sound_loop = SoundLoop(clock_ms)
        self.worker = WorkerProcess(factory, clock_ms)
        self._stopping = False
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen(_BACKLOG)
        self._thread = threading.Thread(target=self._serve, name="orders", daemon=True)

    def start(self) -> None:
        """Take orders, in threads of its own. Raises `CannotListen`."""
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

    def _serve(self) -> None:
        while not self._stopping:
            try:
                control, _ = self._socket.accept()
            except OSError:
                if self._stopping:
                    return
                continue
            threading.Thread(target=self._take, args=(control,), name="order", daemon=True).start()

    def _take(self, control: socket.socket) -> None:
        """Read one message and do it; the connection is closed unless a turn has begun on it."""
        try:
            control.settimeout(_ORDER_LIMIT_S)
            line = _line(control)
            if line == ASK_STATE:
                control.sendall(STATE.written(self.state()))
            elif self._begin(control, ORDER.read(line)):
                return
        except BadMessage:
            _log.warning("speech.no_order")
        except OSError:  # the line has gone, or says nothing
            pass
        control.close()

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

    def _begin(self, control: socket.socket, order: Order) -> bool:
        if refused := self._refused():
            control.sendall(READY.written(Ready(refused=refused)))
            return False
        try:
            prompt = self._sounds.joined(order.clips)
        except NoSound as trouble:
            _log.error("speech.no_sound", question=order.question.name, why=str(trouble))
            self._free()
            control.sendall(READY.written(Ready(refused="dead")))
            return False
        ear = self.worker.ear(order.question)
        keys = KeyQueue(hash_is_habit=order.hash_is_habit)
        turn = SpokenTurn(order.question, prompt, ear, keys, self._clock_ms(), slow_ms=self._slow_ms)
        session = Session(turn, lambda session: self._ended(session, ear, keys), control)

        def expected() -> None:
            # In the loop's thread, as all that follows: no news, and no end of the turn, comes before this.
            ear.open(lambda news: self.sound_loop.news(session, news))
            with suppress(OSError):  # the line has gone: the loop sees it too
                control.send(READY.written(Ready(str(session.uuid), self.sound_loop.port)))

        control.setblocking(False)
        self.sound_loop.expect(session, expected)
        return True

    def _refused(self) -> str:
        """Why no turn can be had now; "" when a place was taken for it."""
        with self._lock:
            if not self.worker.open:
                return "dead"
            if self._busy >= self._limit:
                return "full"
            self._busy += 1
            return ""

    def _ended(self, session: Session, ear: RemoteEar, keys: KeyQueue) -> None:
        ear.close()
        self._free()
        turn, control = session.turn, session.control
        used = len(turn.received) - len(keys)
        fell_back = turn.fell_back or ("" if turn.answer else "gone")
        if turn.fell_back and turn.question is not None:
            _log.warning("speech.fell_back", question=turn.question.name, why=turn.fell_back)
        report = Report(turn.answer, fell_back, turn.received, used)
        if control is not None:
            with suppress(OSError):
                control.send(REPORT.written(report))
            control.close()

    def _free(self) -> None:
        with self._lock:
            self._busy -= 1


def _line(control: socket.socket) -> bytes:
    """One whole line. Raises OSError, `BadMessage` when it ends early or has no end."""
    held = bytearray()
    while not held.endswith(b"\n"):
        data = control.recv(65_536)
        held += data
        if not data or len(held) > LONGEST_MESSAGE:
            raise BadMessage
    return bytes(held)
