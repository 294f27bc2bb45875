"""Recognition in worker threads, for many turns at once.

Each turn has an `Ear`. What it is to hear is queued; a worker takes all that is queued for one ear at once, so that
under load the pieces grow and the cost for each falls. Vosk releases Python's lock while it decodes.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol

from agi.dialogue.turn import Said, Voice
from agi.hearing.turn import Broken, News


class Recogniser(Protocol):
    """One turn of recognition, used by one thread at a time."""

    def feed(self, sound: bytes, sent: bytes) -> tuple[Voice, bool]:
        """Listen; what is known of the voice now, and whether the answer has ended by itself."""

    def finish(self) -> Said:
        """What was said. The recogniser is of no more use."""

    def close(self) -> None:
        """Let go of it."""


Make = Callable[[int, bool], Recogniser]
"""Makes a recogniser of a turn: with 0 for the whole answer, with n for the last n digits of a number; and whether it
is the turn's first one, which hears its beginning."""
Tell = Callable[[News], None]
"""Takes news of a turn; called in a worker's thread."""
_FINISH, _CLOSE = object(), object()


@dataclass(frozen=True, slots=True)
class _Sound:
    sound: bytes
    sent: bytes
    at_ms: int


@dataclass(frozen=True, slots=True)
class _Rest:
    digits: int


class WorkerEar:
    """One turn's ear in the recognising process; its methods return at once."""

    def __init__(self, workers: "Workers", make: Make, tell: Tell) -> None:
        self._workers = workers
        self._make = make
        self._tell = tell
        self._queue: deque[object] = deque()
        self._lock = threading.Lock()
        self._owned = False  # a worker has it, or will
        self._closed = False
        self._recogniser: Recogniser | None = None
        self._rest = 0
        self._first = True
        self._voice = Voice(False, False)
        self._oldest_ms: int | None = None

    # ---- for the turn ----

    def hear(self, sound: bytes, sent: bytes, at_ms: int) -> None:
        """Queue `sound`, which came at `at_ms`; `sent` was played meanwhile ("" where nothing was)."""
        if self._oldest_ms is None:
            self._oldest_ms = at_ms
        self._put(_Sound(sound, sent, at_ms))

    def finish(self) -> None:
        """Queue the question what was said."""
        if self._oldest_ms is None:
            self._oldest_ms = self._workers.clock_ms()
        self._put(_FINISH)

    def listen_for_rest(self, digits: int) -> None:
        """Queue a new beginning."""
        self._put(_Rest(digits))

    def lag_ms(self) -> int:
        """Age of the oldest thing that is queued or being worked on."""
        oldest = self._oldest_ms
        return 0 if oldest is None else self._workers.clock_ms() - oldest

    def close(self) -> None:
        """The turn is over; whatever is queued is forgotten."""
        self._closed = True
        self._put(_CLOSE)

    def _put(self, item: object) -> None:
        with self._lock:
            self._queue.append(item)
            if self._owned:
                return
            self._owned = True
        self._workers.ready.put(self)

    # ---- for a worker ----

    def work(self) -> None:
        """Do what is queued now; called by one worker at a time."""
        with self._lock:
            items = list(self._queue)
            self._queue.clear()
        try:
            self._do(items)
        except Exception as error:  # noqa: BLE001  # one turn's fault is not another's: this one falls back to keys
            self._drop()
            self._tell(Broken(type(error).__name__))
        with self._lock:
            self._owned = bool(self._queue)
            self._oldest_ms = next((item.at_ms for item in self._queue if isinstance(item, _Sound)), None)
            again = self._owned
        if again:
            self._workers.ready.put(self)

    def _do(self, items: list[object]) -> None:
        if self._closed:
            self._drop()
            return
        sound, sent = bytearray(), bytearray()
        for item in items:
            if isinstance(item, _Sound):
                sound += item.sound
                sent += item.sent or bytes(len(item.sound))
                continue
            self._feed(bytes(sound), bytes(sent))
            sound.clear()
            sent.clear()
            if item is _FINISH:
                self._finish()
            elif isinstance(item, _Rest):
                self._drop()
                self._rest = item.digits
        self._feed(bytes(sound), bytes(sent))

    def _feed(self, sound: bytes, sent: bytes) -> None:
        if not sound:
            return
        voice, ended = self._listening().feed(sound, sent if any(sent) else b"")
        if ended:
            self._finish()
        elif voice != self._voice:
            self._voice = voice
            self._tell(voice)

    def _listening(self) -> Recogniser:
        if self._recogniser is None:
            self._recogniser = self._make(self._rest, self._first)
            self._first = False
        return self._recogniser

    def _finish(self) -> None:
        said = self._listening().finish()
        self._drop()
        self._tell(said)

    def _drop(self) -> None:
        self._voice = Voice(False, False)
        if self._recogniser is not None:
            self._recogniser.close()
            self._recogniser = None


class Workers:
    """`count` threads that listen for all turns."""

    def __init__(self, count: int, clock_ms: Callable[[], int]) -> None:
        self.clock_ms = clock_ms
        self.ready: SimpleQueue[WorkerEar | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name=f"listen-{number}", daemon=True) for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def ear(self, make: Make, tell: Tell) -> WorkerEar:
        """The ear of a new turn."""
        return WorkerEar(self, make, tell)

    def stop(self) -> None:
        """End the threads; what is queued is not done."""
        for _ in self._threads:
            self.ready.put(None)
        for thread in self._threads:
            thread.join(2.0)

    def _run(self) -> None:
        while (ear := self.ready.get()) is not None:
            ear.work()
