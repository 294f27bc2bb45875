"""The sound of a call at the service, in the one thread that moves that of all calls.

Every call has its own beat of 20 ms from the moment Asterisk connects, at which the next frame of the prompt is sent.
What comes from the caller is taken when it comes, and handed to the recognising process. The beat is counted from the
first one on the monotonic clock, so it does not drift; a frame that is late is sent as soon as it can be, and the next
one at its own time.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from agi.dialogue.keys import KEYS, KeyQueue
from agi.hearing.audiosocket import END, FRAME_BYTES, FRAME_MS, Frame, Kind, audio
from agi.hearing.protocol import clock_ms
from agi.hearing.turn import SpokenTurn
from agi.hearing.worker_process import News

BEAT_S = FRAME_MS / 1000
GONE = "gone"
"""Why a turn has no answer whose call is no longer here."""
LATE_S = 0.020
"""A frame sent later than this after its time counts as late: the telephone's jitter buffer may be empty by then."""
_LINGER_S = 0.5
_IDLE_S = 0.8
"""So long nothing may move: Asterisk gives a connection up after 2 s, and some telephones send no silence."""
_QUIET = bytes(FRAME_BYTES)
_LOST_S = 0.5  # a beat that is so far behind is counted anew: the machine slept


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


class Call:
    """One call: its turns come one after another, and it rests between them.

    `keys` are those not taken, `received` all that have come. `stay` runs out when the call is gone, or when Asterisk
    has not connected until then. `ended` is given a turn that is over.
    """

    def __init__(
        self,
        keys: KeyQueue,
        stay: asyncio.Timeout,
        ended: Callable[[SpokenTurn], None],
        lateness: Lateness,
    ) -> None:
        self.uuid = uuid4()  # 122 random bits from the system's generator
        self.keys = keys
        self.received = ""
        self._stay: asyncio.Timeout | None = stay
        self._ended = ended
        self._lateness = lateness
        self._loop = asyncio.get_running_loop()
        self._turn: SpokenTurn | None = None
        self._transport: asyncio.Transport | None = None
        self._lost = asyncio.Event()
        self._due = self._active = self._loop.time()

    # ---- the line ----

    def begin(self, turn: SpokenTurn) -> None:
        """Begin the next turn."""
        self._turn = turn
        self._look()

    def news(self, turn: SpokenTurn, news: News) -> None:
        """Give `news` to the turn."""
        turn.news(news, clock_ms())
        self._look()

    async def leave(self) -> None:
        """Give the call back to Asterisk, and wait for it to close, which tells of late keys."""
        self._stay = None
        if self._turn is not None:
            self._turn.give_up(GONE)
            self._look()
        if self._transport is not None:
            self._beat.cancel()
            self._transport.write(END)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._lost.wait(), _LINGER_S)
            self._transport.abort()

    # ---- Asterisk ----

    def connected(self, transport: asyncio.Transport) -> None:
        """The call is here."""
        self._stay_until(None)
        self._transport = transport
        self._due = self._loop.time()
        self._beat = self._loop.call_soon(self._step, transport)

    def take(self, frames: list[Frame]) -> None:
        """Frames have come."""
        now = clock_ms()
        if frames:
            self._active = self._loop.time()
        for frame in frames:
            if frame.kind is Kind.AUDIO:
                if self._turn is not None:
                    self._turn.sound(frame.payload, now)
            elif frame.kind is Kind.KEY:
                self._press(frame.key, now)
            elif self._transport is not None and self._stay is not None:
                self._transport.abort()
                return
        self._look()

    def lost(self) -> None:
        """The connection has ended."""
        self._beat.cancel()
        self._lost.set()
        self._stay_until(0)

    def _stay_until(self, when: float | None) -> None:
        if self._stay is not None and not self._stay.expired():
            self._stay.reschedule(when)

    def _step(self, transport: asyncio.Transport) -> None:
        frame = self._turn.next_frame(clock_ms()) if self._turn else b""
        now = self._loop.time()
        if not frame and now - self._active > _IDLE_S:
            frame = _QUIET
        if frame:
            self._active = now
            self._lateness.count(now - self._due)
            transport.write(audio(frame))
        self._look()
        self._due += BEAT_S
        if now - self._due > _LOST_S:
            self._due = now
        self._beat = self._loop.call_at(self._due, self._step, transport)

    def _press(self, key: str, now_ms: int) -> None:
        if key in KEYS:
            self.received += key
            self.keys.put(key)
            if self._turn is not None:
                self._turn.pressed(now_ms)
                self._look()

    def _look(self) -> None:
        """Tell of the turn once it is over; the call rests then."""
        turn = self._turn
        if turn is not None and turn.over:
            self._turn = None
            self._ended(turn)
