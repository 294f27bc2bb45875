"""When guessing is stopped: each try is counted before it is looked up, and a lock is told only where one is set."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog

from agi.books.errors import BookError
from agi.books.guesses import MemoryGuesses
from agi.books.late import Late
from agi.books.ports import Guesses, GuessStore
from agi.office.counting import Counting, Mark, Visitor
from agi.office.results import Locked, NoMoreTries, Stop, Subject, Wrong
from agi.settings.tables import Lockout

_T = TypeVar("_T")
_log = structlog.get_logger("office")


@dataclass(frozen=True, slots=True)
class Try:
    """A reserved try, as failed until it is given back, and where it is kept."""

    visitor: Visitor
    target: str
    marks: tuple[Mark, ...]
    store: GuessStore


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class GuessLimit:
    """The one limit, behind every door; any thread may ask.

    A try is reserved in one transaction, looked up, and given back when it was right: however many come at once, no
    more are looked up than the limit, and a process killed in between has counted its try as failed. Where the store
    does not say in time whether a try is reserved (Late), nothing is looked up, and what was reserved after all is
    given back. Where it refuses (the disk is full, damaged, held by another), that is logged, and the count goes on in
    memory until the process ends.

    In one call no more may fail than for one number, so that who withholds theirs and meets no lock is stopped as well.
    """

    def __init__(self, store: GuessStore, limits: Lockout, clock: Callable[[], datetime] = utc_now) -> None:
        self._store = store
        self._spare = MemoryGuesses()
        self._limits = limits
        self._clock = clock

    def stop(self, visitor: Visitor, subject: Subject | None = None, number: str = "") -> Stop | None:
        """Why `visitor` may not try at the `number` now (at any, where none is given), or None. Raises Late."""
        left = self.locked(visitor, f"{subject}:{number}" if number else "")
        if left is not None:
            return Locked(left)
        return NoMoreTries() if visitor.failures >= self._limits.tries else None

    def attempt(
        self, visitor: Visitor, subject: Subject, number: str, look_up: Callable[[], _T | None]
    ) -> _T | Wrong | Locked | NoMoreTries:
        """What `look_up` finds for a try at `number`, counted.

        Raises Late, and what `look_up` raises: then the try never was.
        """
        if visitor.failures >= self._limits.tries:
            return self.stop(visitor, subject, number) or NoMoreTries()
        tried = self.reserve(visitor, f"{subject}:{number}")
        if isinstance(tried, timedelta):
            return Locked(tried)
        try:
            found = look_up()
        except BaseException:
            self.not_looked_up(tried)
            raise
        if found is not None:
            self.matched(tried)
            return found
        visitor.failures += 1
        try:
            return Wrong(subject, self.stop(visitor, subject, number))
        except BookError:  # that it was wrong is known all the same; a lock meets whoever tries next
            return Wrong(subject)

    def locked(self, visitor: Visitor, target: str = "") -> timedelta | None:
        """How long `visitor` may not try at `target` (at anything, where none is given), or None. Raises Late."""

        def work(guesses: Guesses) -> timedelta | None:
            return self._counting(guesses).left(visitor, target)

        return self._spare.run(work) or self._done(work)[0]

    def reserve(self, visitor: Visitor, target: str) -> Try | timedelta:
        """Count a try at `target` as failed before it is looked up; or how long none may be. Raises Late."""

        def work(guesses: Guesses) -> tuple[Mark, ...] | timedelta:
            return self._counting(guesses).reserve(visitor, target)

        def done_late(reserved: tuple[Mark, ...] | timedelta) -> None:
            if not isinstance(reserved, timedelta):
                self.not_looked_up(Try(visitor, target, reserved, self._store))

        left = self._spare.run(lambda guesses: self._counting(guesses).left(visitor, target))
        if left is not None:
            return left
        done, store = self._done(work, done_late)
        return done if isinstance(done, timedelta) else Try(visitor, target, done, store)

    def matched(self, tried: Try) -> None:
        """The try was right; no caller waits for it, and whatever is asked next comes behind it."""
        tried.store.later(lambda guesses: self._counting(guesses).matched(tried.visitor, tried.target, tried.marks))

    def not_looked_up(self, tried: Try) -> None:
        """Nothing could be looked up: the try never was."""
        tried.store.later(lambda guesses: self._counting(guesses).take_back(tried.marks))

    def _counting(self, guesses: Guesses) -> Counting:
        return Counting(self._limits, guesses, self._clock())

    def _done(
        self, work: Callable[[Guesses], _T], done_late: Callable[[_T], object] = lambda _: None
    ) -> tuple[_T, GuessStore]:
        """What came of `work`, and where it was done. Raises Late; `done_late` is told the result then."""
        try:
            return self._store.run(work, done_late), self._store
        except Late:
            raise
        except BookError as error:
            _log.error("lockout.in_memory", error=str(error))
        return self._spare.run(work), self._spare
