"""When guessing is stopped: each try is counted before it is looked up, and a lock is told only where one is set."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from agi.books.files import BookError
from agi.books.ports import GuessStore
from agi.books.tries import Guesser
from agi.office.results import Locked, NoMoreTries, Stop, Subject, Wrong

_T = TypeVar("_T")


@dataclass(slots=True)
class Visitor:
    """Who asks, in one call or one message; `failures` are the wrong tries made in it."""

    guesser: Guesser
    failures: int = 0


class GuessLimit:
    """The one limit, behind every door: `tries` wrong ones, for a number, for a caller, and in one call.

    In one call no more may fail than that, so that who withholds their number and meets no lock is stopped as well.
    """

    def __init__(self, store: GuessStore, tries: int) -> None:
        self.tries = tries
        self._store = store

    def stop(self, visitor: Visitor, subject: Subject | None = None, number: str = "") -> Stop | None:
        """Why `visitor` may not try at the `number` now (at any, where none is given), or None. Raises BookError."""
        left = self._store.locked(visitor.guesser, f"{subject}:{number}" if subject else "")
        if left is not None:
            return Locked(left)
        return NoMoreTries() if visitor.failures >= self.tries else None

    def attempt(
        self, visitor: Visitor, subject: Subject, number: str, look_up: Callable[[], _T | None]
    ) -> _T | Wrong | Locked | NoMoreTries:
        """What `look_up` finds for a try at `number`, counted.

        Raises BookError, and what `look_up` raises: then the try never was.
        """
        if visitor.failures >= self.tries:
            return self.stop(visitor, subject, number) or NoMoreTries()
        tried = self._store.reserve(visitor.guesser, f"{subject}:{number}")
        if isinstance(tried, timedelta):
            return Locked(tried)
        try:
            found = look_up()
        except BaseException:
            self._store.not_looked_up(tried)
            raise
        if found is not None:
            self._store.matched(tried)
            return found
        visitor.failures += 1
        try:
            return Wrong(subject, self.stop(visitor, subject, number))
        except BookError:  # that it was wrong is known all the same; a lock meets whoever tries next
            return Wrong(subject)
