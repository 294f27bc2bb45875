"""How long a caller waits for a disk that does not answer: the wait has an end, what waits for the disk has not."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

import structlog

from agi.books.files import BookError

LIMIT_S = 1.0
"""Longest wait of a caller for one book, in seconds: a disk that is well answers in milliseconds, a busy one in some
hundred, and the three waits that may follow each other without a word between stay below 5 s of silence."""
MOST_STUCK = 8
"""Threads that may wait for one book at once: look-ups take less than a millisecond, so that these serve every call."""

_T = TypeVar("_T")
_log = structlog.get_logger("books")


class Late(BookError):
    """The disk has not answered in time: whether what was asked of it will be done, nobody knows."""

    def __init__(self, book: str, wait_s: float = LIMIT_S) -> None:
        super().__init__(f"{book} has not answered within {wait_s:g} s: look at its disk, and at who holds it")


class Alarm:
    """Logs that `book` does not answer, and that it does again: once each, however many callers meet it."""

    def __init__(self, book: str) -> None:
        self._book = book
        self._rung = False
        self._lock = threading.Lock()

    def late(self) -> Late:
        """It has not answered: the error to raise."""
        if self._changed(rung=True):
            _log.error("books.silent", book=self._book)
        return Late(self._book)

    def answered(self) -> None:
        """It has answered in time."""
        if self._rung and self._changed(rung=False):
            _log.info("books.answers_again", book=self._book)

    def _changed(self, *, rung: bool) -> bool:
        with self._lock:
            before, self._rung = self._rung, rung
        return before is not rung


class Deadline:
    """Does what callers ask of `book`, each in a thread of its own, which is left behind when the disk does not answer.

    At most `MOST_STUCK` threads are: while they are, whoever comes is refused at once.
    """

    def __init__(self, book: str) -> None:
        self._alarm = Alarm(book)
        self._places = threading.Semaphore(MOST_STUCK)
        self._stuck = 0
        self._counting = threading.Lock()

    def run(self, work: Callable[[], _T]) -> _T:
        """What `work` gives. Raises Late when it takes longer than `LIMIT_S`, and what `work` raises."""
        until = time.monotonic() + LIMIT_S
        if self._stuck >= MOST_STUCK or not self._places.acquire(timeout=LIMIT_S):
            raise self._alarm.late()
        done: Future[_T] = Future()
        try:
            threading.Thread(target=self._do, args=(work, done), name="look-up", daemon=True).start()
        except RuntimeError:  # no more threads
            self._places.release()
            raise self._alarm.late() from None
        if done not in wait((done,), until - time.monotonic()).done:
            self._count(1)
            done.add_done_callback(lambda _: self._count(-1))
            raise self._alarm.late()
        self._alarm.answered()
        return done.result()

    def _do(self, work: Callable[[], _T], done: "Future[_T]") -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits
            done.set_exception(error)
        else:
            done.set_result(result)
        finally:
            self._places.release()

    def _count(self, more: int) -> None:
        with self._counting:
            self._stuck += more
