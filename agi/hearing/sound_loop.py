"""The sound of all calls at the service, moved by one thread on a steady clock.

Every call has its own beat of 20 ms from the moment Asterisk connects, at which the next frame of the prompt is sent.
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

from agi.dialogue.keys import KEYS, KeyQueue
from agi.hearing.acceptor import Acceptor, Connection, received
from agi.hearing.audiosocket import END, FRAME_BYTES, FRAME_MS, Frame, Kind, Reader, audio
from agi.hearing.protocol import LONGEST
from agi.hearing.turn import News, SpokenTurn
from agi.hearing.worker_process import WorkerProcess
from agi.owner import owner

BEAT_S = FRAME_MS / 1000
GONE = "gone"
"""Why a turn has no answer whose call is no longer here."""
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
class Call:
    """One call in the loop: its turns come one after another, and it rests between them. `keys` are those not taken.

    `line`: the connection on which it was handed over. `asked` is given what comes there, `ended` a turn that is over,
    and `left()` is called once, when the call is here no more.
    """

    line: socket.socket
    keys: KeyQueue
    asked: Callable[["Call", bytes], None]
    ended: Callable[["Call", SpokenTurn], None]
    left: Callable[["Call"], None]
    turn: SpokenTurn | None = None
    received: str = ""
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
        self._here: set[Call] = set()
        self._waiting: dict[UUID, Call] = {}
        self._beats: list[tuple[float, int, Call]] = []
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

    def expect(self, call: Call) -> None:
        """Let Asterisk connect with `call.uuid`, once, within a few seconds."""
        self._here.add(call)
        self._waiting[call.uuid] = call
        self._in(_COME_S, lambda: self._give_up_waiting(call))
        self._selector.register(call.line, selectors.EVENT_READ, lambda: self._hear_line(call))

    def begin(self, call: Call, turn: SpokenTurn) -> None:
        """Begin the call's next turn."""
        call.turn = turn
        self._look(call)

    def news(self, call: Call, turn: SpokenTurn, news: News) -> None:
        """Give `news` to the turn."""
        turn.news(news, self._clock_ms())
        self._look(call)

    def leave(self, call: Call) -> None:
        """Give the call back to Asterisk, and wait for it to close, which tells of late keys."""
        if call.done or call.closing:
            return
        self._selector.unregister(call.line)
        self._give_up(call)
        call.closing = True
        if self._waiting.pop(call.uuid, None) is not None or call.peer is None:
            self._done(call)
            return
        call.unsent += END
        with suppress(OSError):
            call.peer.send(call.unsent)
        self._in(_LINGER_S, lambda: self._done(call))

    def _run(self) -> None:
        self._selector.register(self._awake, selectors.EVENT_READ, self._drain)
        while not self._stopping:
            for key, _ in self._selector.select(self._patience()):
                key.data()
            while self._inbox:
                self._inbox.popleft()()
            self._beat()
            self._keep_limits()
        for call in list(self._here):
            self.leave(call)
            self._done(call)
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

    def _give_up_waiting(self, call: Call) -> None:
        if self._waiting.pop(call.uuid, None) is not None:
            self._done(call)

    def _hear_line(self, call: Call) -> None:
        """The line asks for the next turn, or has left the call."""
        try:
            packet = call.line.recv(LONGEST)
        except BlockingIOError:
            return
        except OSError:
            packet = b""
        if packet:
            call.asked(call, packet)
        else:
            self.leave(call)

    def _let_in(self, uuid: UUID, connection: Connection) -> bool:
        """Let the call in that waits for `uuid`, once; False where none does, or it is no process of ours."""
        call = self._waiting.get(uuid)
        # Looked up for those only who know a UUID: it takes a millisecond.
        if call is None or owner(connection.peer) != os.getuid():
            return False
        del self._waiting[uuid]
        call.peer, call.reader = connection.peer, connection.reader
        call.due = time.monotonic()
        self._selector.register(call.peer, selectors.EVENT_READ, lambda: self._read(call))
        self._give(call, connection.more)
        self._push(call)
        return True

    # ---- the beat ----

    def _push(self, call: Call) -> None:
        self._number += 1
        heapq.heappush(self._beats, (call.due, self._number, call))

    def _beat(self) -> None:
        while self._beats and self._beats[0][0] <= time.monotonic():
            _, _, call = heapq.heappop(self._beats)
            if not call.closing and not call.done:
                self._step(call)

    def _step(self, call: Call) -> None:
        frame = call.turn.next_frame(self._clock_ms()) if call.turn else b""
        now = time.monotonic()
        if not frame and now - call.active > _IDLE_S:
            frame = _QUIET
        if frame:
            call.active = now
            self.lateness.count(time.monotonic() - call.due)
            self._send(call, audio(frame))
        self._look(call)
        if call.closing or call.done:
            return
        call.due += BEAT_S
        if time.monotonic() - call.due > _LOST_S:
            call.due = time.monotonic()
        self._push(call)

    def _read(self, call: Call) -> None:
        assert call.peer is not None  # noqa: S101 - a call that beats is connected
        frames = received(call.peer, call.reader)
        if frames is None:
            self._done(call)
        else:
            self._give(call, frames)
            self._look(call)

    def _give(self, call: Call, frames: list[Frame]) -> None:
        now = self._clock_ms()
        if frames:
            call.active = time.monotonic()
        for frame in frames:
            if frame.kind is Kind.AUDIO:
                if call.turn is not None:
                    call.turn.sound(frame.payload, now)
            elif frame.kind is Kind.KEY:
                self._press(call, frame.key, now)
            elif not call.closing:
                self._done(call)
                return

    def _press(self, call: Call, key: str, now_ms: int) -> None:
        if key in KEYS:
            call.received += key
            call.keys.put(key)
            if call.turn is not None:
                call.turn.pressed(now_ms)
                self._look(call)

    def _send(self, call: Call, data: bytes) -> None:
        assert call.peer is not None  # noqa: S101 - see _read
        call.unsent += data
        try:
            del call.unsent[: call.peer.send(call.unsent)]
        except BlockingIOError:
            if len(call.unsent) > _UNSENT:
                self.leave(call)
        except OSError:
            self._done(call)

    # ---- the end ----

    def _look(self, call: Call) -> None:
        """Tell of the turn once it is over; the call rests then."""
        turn = call.turn
        if turn is not None and turn.over:
            call.turn = None
            call.ended(call, turn)

    def _give_up(self, call: Call) -> None:
        if call.turn is not None:
            call.turn.give_up(GONE)
            self._look(call)

    def _done(self, call: Call) -> None:
        if call.done:
            return
        self._give_up(call)
        call.done = True
        self._waiting.pop(call.uuid, None)
        self._here.discard(call)
        if call.peer is not None:
            self._selector.unregister(call.peer)
            call.peer.close()
        if not call.closing:
            self._selector.unregister(call.line)
        call.left(call)
