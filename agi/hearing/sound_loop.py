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

from agi.hearing.acceptor import Door, Guest, received
from agi.hearing.audiosocket import END, FRAME_BYTES, FRAME_MS, Frame, Kind, Reader, audio
from agi.hearing.turn import News, SpokenTurn
from agi.hearing.worker_process import Recognisers
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
class Live:
    """One turn at the pump. `ended(self)` is called once, in the pump's thread, when all is known of it.

    `control`: a connection of the line's; when it closes, nobody waits for the answer and the turn is given up.
    """

    turn: SpokenTurn
    ended: Callable[["Live"], None]
    control: socket.socket | None = None
    uuid: UUID = field(default_factory=uuid4)  # 122 random bits from the system's generator
    gone: bool = False
    peer: socket.socket | None = None
    reader: Reader = field(default_factory=Reader)
    unsent: bytearray = field(default_factory=bytearray)
    due: float = 0.0
    active: float = 0.0
    closing: bool = False
    done: bool = False


class Pump:
    """Accepts AudioSocket on 127.0.0.1:`port`. `expect` a turn, `start` the thread, `stop` it."""

    def __init__(self, clock_ms: Callable[[], int], port: int = 0) -> None:
        self._clock_ms = clock_ms
        self.lateness = Lateness()
        self._selector = selectors.DefaultSelector()
        self._awake, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._awake.setblocking(False)
        self._inbox: deque[Callable[[], None]] = deque()
        self._waiting: dict[UUID, Live] = {}
        self._beats: list[tuple[float, int, Live]] = []
        self._limits: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._stopping = False
        self._door = Door(self._selector, self._in, self._let_in, port)
        self.port = self._door.port
        self._thread = threading.Thread(target=self._run, name="pump", daemon=True)

    # ---- any thread ----

    def start(self, recognisers: Recognisers) -> None:
        """Begin; `recognisers` has been started."""
        self._recognisers = recognisers
        self._watch_recognition()
        self._thread.start()

    def stop(self) -> None:
        """End all turns and the thread."""
        self._stopping = True
        self._wake()
        self._thread.join(5.0)

    def expect(self, live: Live, then: Callable[[], None]) -> None:
        """Let Asterisk connect with `live.uuid`, once, within a few seconds; `then()` in the pump's thread."""
        self._later(lambda: self._expect(live, then))

    def news(self, live: Live, news: News) -> None:
        """Give `news` to the turn, in the pump's thread."""
        self._later(lambda: self._news(live, news))

    def _later(self, what: Callable[[], None]) -> None:
        self._inbox.append(what)
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):  # full: it wakes anyhow
            self._waker.send(b"x")

    # ---- the thread ----

    def _run(self) -> None:
        self._selector.register(self._awake, selectors.EVENT_READ, self._drain)
        while not self._stopping:
            for key, _ in self._selector.select(self._patience()):
                key.data()
            while self._inbox:
                self._inbox.popleft()()
            self._beat()
            self._keep_limits()
        for live in [*self._waiting.values(), *(live for _, _, live in self._beats)]:
            self._give_back(live)
            self._done(live)
        self._door.close()
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

    # ---- the recognising process ----

    def _watch_recognition(self) -> None:
        sock = self._recognisers.sock
        assert sock is not None  # noqa: S101 - it has just been started
        self._selector.register(sock, selectors.EVENT_READ, lambda: self._hear_recognition(sock))

    def _hear_recognition(self, sock: socket.socket) -> None:
        if self._recognisers.receive():
            return
        self._selector.unregister(sock)
        self._in(_START_AGAIN_S, self._start_again)

    def _start_again(self) -> None:
        self._recognisers.launch()
        self._watch_recognition()

    # ---- who connects ----

    def _expect(self, live: Live, then: Callable[[], None]) -> None:
        self._waiting[live.uuid] = live
        self._in(_COME_S, lambda: self._give_up_waiting(live))
        if live.control is not None:
            self._selector.register(live.control, selectors.EVENT_READ, lambda: self._line_gone(live))
        then()

    def _give_up_waiting(self, live: Live) -> None:
        if self._waiting.pop(live.uuid, None) is not None:
            live.gone = True
            self._done(live)

    def _line_gone(self, live: Live) -> None:
        """The line has closed its connection (it never sends more than its order): nobody waits any more."""
        live.gone = True
        self._waiting.pop(live.uuid, None)
        self._give_back(live)
        self._done(live)

    def _let_in(self, uuid: UUID, guest: Guest) -> bool:
        """Begin the turn that waits for `uuid`, once; False where none does, or the guest is no process of ours."""
        live = self._waiting.get(uuid)
        # Looked up for those only who know a UUID: it takes a millisecond.
        if live is None or owner(guest.peer) != os.getuid():
            return False
        del self._waiting[uuid]
        live.peer, live.reader = guest.peer, guest.reader
        live.due = time.monotonic()
        self._selector.register(live.peer, selectors.EVENT_READ, lambda: self._read(live))
        self._give(live, guest.more)
        self._push(live)
        return True

    # ---- the beat ----

    def _push(self, live: Live) -> None:
        self._number += 1
        heapq.heappush(self._beats, (live.due, self._number, live))

    def _beat(self) -> None:
        while self._beats and self._beats[0][0] <= time.monotonic():
            _, _, live = heapq.heappop(self._beats)
            if not live.closing and not live.done:
                self._step(live)

    def _step(self, live: Live) -> None:
        frame = live.turn.next_frame(self._clock_ms())
        now = time.monotonic()
        if not frame and now - live.active > _IDLE_S:
            frame = _QUIET
        if frame:
            live.active = now
            self.lateness.count(time.monotonic() - live.due)
            self._send(live, audio(frame))
        self._look(live)
        if live.closing or live.done:
            return
        live.due += BEAT_S
        if time.monotonic() - live.due > _LOST_S:
            live.due = time.monotonic()
        self._push(live)

    def _read(self, live: Live) -> None:
        assert live.peer is not None  # noqa: S101 - a live turn that beats is connected
        frames = received(live.peer, live.reader)
        if frames is None:
            live.gone = not live.turn.over
            self._done(live)
        else:
            self._give(live, frames)
            self._look(live)

    def _give(self, live: Live, frames: list[Frame]) -> None:
        now = self._clock_ms()
        if frames:
            live.active = time.monotonic()
        for frame in frames:
            if frame.kind is Kind.AUDIO:
                live.turn.sound(frame.payload, now)
            elif frame.kind is Kind.KEY:
                live.turn.key(frame.key, now)
            elif not live.closing:
                live.gone = not live.turn.over
                self._done(live)
                return

    def _send(self, live: Live, data: bytes) -> None:
        assert live.peer is not None  # noqa: S101 - see _read
        live.unsent += data
        try:
            del live.unsent[: live.peer.send(live.unsent)]
        except BlockingIOError:
            if len(live.unsent) > _UNSENT:
                live.turn.fell_back = live.turn.fell_back or "dead"
        except OSError:
            live.gone = not live.turn.over
            self._done(live)

    # ---- the end of a turn ----

    def _news(self, live: Live, news: News) -> None:
        live.turn.news(news, self._clock_ms())
        self._look(live)

    def _look(self, live: Live) -> None:
        """Give the call back once the turn is over; then wait for Asterisk to close, which tells of late keys."""
        if live.done or live.closing or not live.turn.over:
            return
        if live.peer is None:  # Asterisk has not come yet: it will not be let in
            self._waiting.pop(live.uuid, None)
            self._done(live)
            return
        self._give_back(live)
        live.closing = True
        self._in(_LINGER_S, lambda: self._done(live))

    def _give_back(self, live: Live) -> None:
        if live.peer is not None and not live.done:
            live.unsent += END
            with suppress(OSError):
                live.peer.send(live.unsent)

    def _done(self, live: Live) -> None:
        if live.done:
            return
        live.done = True
        if live.peer is not None:
            self._selector.unregister(live.peer)
            live.peer.close()
        if live.control is not None:
            with suppress(KeyError, ValueError):
                self._selector.unregister(live.control)
        live.ended(live)
