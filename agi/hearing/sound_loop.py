"""The sound of all spoken turns, moved by one thread on a steady clock.

Every turn has its own beat of 20 ms from the moment Asterisk connects, at which the next frame of the prompt is sent.
What comes from the caller is read when it comes, and handed to the recognising process. The beat is counted from the
first one on the monotonic clock, so it does not drift; a frame that is late is sent as soon as it can be, and the next
one at its own time.
"""

import heapq
import os
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from agi.hearing.acceptor import Acceptor, Connection, received
from agi.hearing.audiosocket import END, FRAME_BYTES, FRAME_MS, Frame, Kind, Reader, audio
from agi.hearing.turn import News, SpokenTurn
from agi.hearing.worker_process import WorkerProcess
from agi.owner import owner

BEAT_S = FRAME_MS / 1000
LATE_S = 0.020
"""A frame sent later than this after its time counts as late: the telephone's jitter buffer may be empty by then."""
_COME_S = 5.0
_LINGER_S = 0.5
_START_AGAIN_S = 0.5
_IDLE_S = 0.8
"""So long nothing may move: Asterisk gives a connection up after 2 s, and some telephones send no silence."""
_QUIET = bytes(FRAME_BYTES)
_LOST_S = 0.5  # a beat that is so far behind is counted anew: the machine slept
_UNSENT = 50 * 323  # a second of sound that Asterisk does not take


@dataclass(slots=True)
class Lateness:
    """How late frames were sent since the start. `worst_s` in seconds."""

    frames: int = 0
    late: int = 0
    worst_s: float = 0.0

    def count(self, late_s: float) -> None:
        """One frame was sent `late_s` after its time."""
        self.frames += 1
        self.late += late_s > LATE_S
        self.worst_s = max(self.worst_s, late_s)


@dataclass(eq=False, slots=True)
class Session:
    """One turn in the loop. `ended()` is called once when all is known of it.

    `line`: the connection on which it was asked for; when it closes, nobody waits for the answer and the turn is given
    up.
    """

    turn: SpokenTurn
    ended: Callable[[], None]
    line: socket.socket
    uuid: UUID = field(default_factory=uuid4)  # 122 random bits from the system's generator
    peer: socket.socket | None = None
    reader: Reader = field(default_factory=Reader)
    unsent: bytearray = field(default_factory=bytearray)
    due: float = 0.0
    active: float = 0.0
    closing: bool = False
    done: bool = False


class SoundLoop:
    """Accepts AudioSocket on 127.0.0.1:`port`. `start` the thread, `stop` it; what is `call`ed runs in it."""

    def __init__(self, clock_ms: Callable[[], int], port: int = 0) -> None:
        self._clock_ms = clock_ms
        self.lateness = Lateness()
        self._selector = selectors.DefaultSelector()
        self._awake, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._awake.setblocking(False)
        self._inbox: deque[Callable[[], None]] = deque()
        self._sessions: set[Session] = set()
        self._waiting: dict[UUID, Session] = {}
        self._beats: list[tuple[float, int, Session]] = []
        self._limits: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._stopping = False
        self._acceptor = Acceptor(self._selector, self._in, self._let_in, port)
        self.port = self._acceptor.port
        self._thread = threading.Thread(target=self._run, name="sound loop", daemon=True)

    # ---- any thread ----

    def start(self, worker: WorkerProcess) -> None:
        """Begin; `worker` has been started."""
        self._worker = worker
        self._watch_worker()
        self._thread.start()

    def stop(self) -> None:
        """End all turns and the thread."""
        self._stopping = True
        self._wake()
        self._thread.join(5.0)

    def call(self, what: Callable[[], None]) -> None:
        """Do `what` soon, in the loop's thread."""
        self._inbox.append(what)
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):  # full: it wakes anyhow
            self._waker.send(b"x")

    # ---- the loop's thread ----

    def expect(self, session: Session) -> None:
        """Let Asterisk connect with `session.uuid`, once, within a few seconds."""
        self._sessions.add(session)
        self._waiting[session.uuid] = session
        self._in(_COME_S, lambda: self._give_up_waiting(session))
        self._selector.register(session.line, selectors.EVENT_READ, lambda: self._line_gone(session))

    def news(self, session: Session, news: News) -> None:
        """Give `news` to the turn."""
        session.turn.news(news, self._clock_ms())
        self._look(session)

    def _run(self) -> None:
        self._selector.register(self._awake, selectors.EVENT_READ, self._drain)
        while not self._stopping:
            for key, _ in self._selector.select(self._patience()):
                key.data()
            while self._inbox:
                self._inbox.popleft()()
            self._beat()
            self._keep_limits()
        for session in list(self._sessions):
            self._give_back(session)
            self._done(session)
        self._acceptor.close()
        self._selector.close()
        self._awake.close()
        self._waker.close()

    def _patience(self) -> float:
        times = [queue[0][0] for queue in (self._beats, self._limits) if queue]
        return max(0.0, min(times, default=time.monotonic() + 1.0) - time.monotonic())

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            self._awake.recv(4096)

    def _in(self, seconds: float, what: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._limits, (time.monotonic() + seconds, self._number, what))

    def _keep_limits(self) -> None:
        while self._limits and self._limits[0][0] <= time.monotonic():
            heapq.heappop(self._limits)[2]()

    # ---- the worker ----

    def _watch_worker(self) -> None:
        sock = self._worker.sock
        assert sock is not None  # noqa: S101 - it has just been started
        self._selector.register(sock, selectors.EVENT_READ, lambda: self._hear_worker(sock))

    def _hear_worker(self, sock: socket.socket) -> None:
        if self._worker.receive():
            return
        self._selector.unregister(sock)
        self._in(_START_AGAIN_S, self._start_again)

    def _start_again(self) -> None:
        self._worker.launch()
        self._watch_worker()

    # ---- who connects ----

    def _give_up_waiting(self, session: Session) -> None:
        if self._waiting.pop(session.uuid, None) is not None:
            self._done(session)

    def _line_gone(self, session: Session) -> None:
        """The line has closed its connection (it never asks twice on one): nobody waits any more."""
        self._waiting.pop(session.uuid, None)
        self._give_back(session)
        self._done(session)

    def _let_in(self, uuid: UUID, connection: Connection) -> bool:
        """Begin the turn that waits for `uuid`, once; False where none does, or it is no process of ours."""
        session = self._waiting.get(uuid)
        # Looked up for those only who know a UUID: it takes a millisecond.
        if session is None or owner(connection.peer) != os.getuid():
            return False
        del self._waiting[uuid]
        session.peer, session.reader = connection.peer, connection.reader
        session.due = time.monotonic()
        self._selector.register(session.peer, selectors.EVENT_READ, lambda: self._read(session))
        self._give(session, connection.more)
        self._push(session)
        return True

    # ---- the beat ----

    def _push(self, session: Session) -> None:
        self._number += 1
        heapq.heappush(self._beats, (session.due, self._number, session))

    def _beat(self) -> None:
        while self._beats and self._beats[0][0] <= time.monotonic():
            _, _, session = heapq.heappop(self._beats)
            if not session.closing and not session.done:
                self._step(session)

    def _step(self, session: Session) -> None:
        frame = session.turn.next_frame(self._clock_ms())
        now = time.monotonic()
        if not frame and now - session.active > _IDLE_S:
            frame = _QUIET
        if frame:
            session.active = now
            self.lateness.count(time.monotonic() - session.due)
            self._send(session, audio(frame))
        self._look(session)
        if session.closing or session.done:
            return
        session.due += BEAT_S
        if time.monotonic() - session.due > _LOST_S:
            session.due = time.monotonic()
        self._push(session)

    def _read(self, session: Session) -> None:
        assert session.peer is not None  # noqa: S101 - a turn that beats is connected
        frames = received(session.peer, session.reader)
        if frames is None:
            self._done(session)
        else:
            self._give(session, frames)
            self._look(session)

    def _give(self, session: Session, frames: list[Frame]) -> None:
        now = self._clock_ms()
        if frames:
            session.active = time.monotonic()
        for frame in frames:
            if frame.kind is Kind.AUDIO:
                session.turn.sound(frame.payload, now)
            elif frame.kind is Kind.KEY:
                session.turn.keys(frame.key, now)
            elif not session.closing:
                self._done(session)
                return

    def _send(self, session: Session, data: bytes) -> None:
        assert session.peer is not None  # noqa: S101 - see _read
        session.unsent += data
        try:
            del session.unsent[: session.peer.send(session.unsent)]
        except BlockingIOError:
            if len(session.unsent) > _UNSENT:
                session.turn.give_up("dead")
        except OSError:
            self._done(session)

    # ---- the end of a turn ----

    def _look(self, session: Session) -> None:
        """Give the call back once the turn is over; then wait for Asterisk to close, which tells of late keys."""
        if session.done or session.closing or not session.turn.over:
            return
        if session.peer is None:  # Asterisk has not come yet: it will not be let in
            self._waiting.pop(session.uuid, None)
            self._done(session)
            return
        self._give_back(session)
        session.closing = True
        self._in(_LINGER_S, lambda: self._done(session))

    def _give_back(self, session: Session) -> None:
        if session.peer is not None and not session.closing and not session.done:
            session.unsent += END
            with suppress(OSError):
                session.peer.send(session.unsent)

    def _done(self, session: Session) -> None:
        if session.done:
            return
        session.done = True
        self._sessions.discard(session)
        if session.peer is not None:
            self._selector.unregister(session.peer)
            session.peer.close()
        self._selector.unregister(session.line)
        session.ended()
