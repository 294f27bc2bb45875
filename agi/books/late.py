"""How long a caller waits for a book whose disk does not answer, and how that is told."""

import threading

import structlog

from agi.books.errors import BookError

LIMIT_S = 1.0
"""Longest wait of a caller for one book, in seconds: a disk that is well answers in milliseconds, a busy one in some
hundred, and the three waits that may follow each other without a word between stay below 5 s of silence."""

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
