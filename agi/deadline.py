"""Work that may hang (a disk, another program): the wait for it has an end, also where the work itself has none."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, LifoQueue, SimpleQueue
from typing import Any, TypeVar

MOST_STUCK = 8
"""Threads of one `Deadline`: what is asked of it takes milliseconds, so that these serve every call, and no more of
them can be left behind."""
_IDLE_S = 60.0

_T = TypeVar("_T")


class _Hand:
    """One thread: what it is asked, what it answers, and whether it was left behind."""

    def __init__(self) -> None:
        self.asked: SimpleQueue[Callable[[], Any]] = SimpleQueue()
        self.answers: SimpleQueue[Future[Any]] = SimpleQueue()
        self.left = False


class Deadline:
    """Does work for at most `limit_s` seconds, in threads of its own, which are left behind when they hang.

    While `MOST_STUCK` of them hang, whoever comes is refused at once. The threads are kept for a while: to hand work to
    one takes 0.03 ms, to start one 0.1 ms.
    """

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._free: LifoQueue[_Hand | None] = LifoQueue()  # None: a thread that is not there yet
        for _ in range(MOST_STUCK):
            self._free.put(None)
        self._stuck = 0
        self._lock = threading.Lock()

    def run(self, work: Callable[[], _T]) -> _T:
        """What `work` gives. Raises TimeoutError when it takes too long, and what `work` raises."""
        until = time.monotonic() + self.limit_s
        try:
            hand = self._free.get(self._stuck < MOST_STUCK, self.limit_s) or self._started()
        except (Empty, RuntimeError):
            raise TimeoutError from None
        hand.asked.put(work)
        try:
            done: Future[_T] = hand.answers.get(timeout=max(until - time.monotonic(), 0))
        except Empty:
            with self._lock:
                if hand.answers.empty():
                    hand.left = True
                    self._stuck += 1
                    raise TimeoutError from None
            done = hand.answers.get()  # it came at the last moment
        self._free.put(hand)
        return done.result()

    def _started(self) -> _Hand:
        """A new thread. Raises RuntimeError where the machine has none left; the place is free again then."""
        hand = _Hand()
        try:
            threading.Thread(target=self._serve, args=(hand,), name="deadline", daemon=True).start()
        except RuntimeError:
            self._free.put(None)
            raise
        return hand

    def _serve(self, hand: _Hand) -> None:
        while True:
            try:
                work = hand.asked.get(timeout=_IDLE_S)
            except Empty:
                with self._free.mutex:
                    if hand in self._free.queue:
                        self._free.queue[self._free.queue.index(hand)] = None
                        return
                continue  # it has just been taken
            done: Future[Any] = Future()
            try:
                done.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits
                done.set_exception(error)
            with self._lock:
                if hand.left:
                    self._stuck -= 1
                    self._free.put(None)
                    return
                hand.answers.put(done)
