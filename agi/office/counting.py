"""Under what a try is counted, and when that locks.

A try is counted

- under what is asked about (the `target`, such as "nik:" + NIK), and under the caller's number;
- under the two together, and under nothing else, where this caller has proved this target in the last 90 days: nobody
  who guesses elsewhere, or under that number at other targets, can shut them out of what is theirs;
- for all callers without a number, and for all calls of one account (which may send any number), in one count each.

A lock, or anything else, from the future was written before the clock was set back, and is void.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agi.books.ports import Guesses, Lock
from agi.settings.tables import Lockout

PROVED_FOR = timedelta(days=90)
_AHEAD = timedelta(hours=1)


@dataclass(slots=True)
class Visitor:
    """Who asks, in one call or one message: their number ("" where withheld or unreadable), the account it came from
    ("": none), and the wrong tries made in it."""

    number: str = ""
    account: str = ""
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reserved try left in the count of one `subject`, which may be `shared` among many visitors.

    The failure's `number`, and where the short count began before it.
    """

    subject: str
    shared: bool
    number: int
    counted_from: int


@dataclass(frozen=True, slots=True)
class Counting:
    """The rule of the office, with the `limits` of the settings, in one transaction at `now`."""

    limits: Lockout
    guesses: Guesses
    now: datetime

    def left(self, visitor: Visitor, target: str) -> timedelta | None:
        """How long `visitor` may not try at `target` (at anything, where none is given), or None.

        Without a target, who has proved something is not locked before it is named.
        """
        left = map(self._left, self._counts(visitor, target))
        return max((one for one in left if one is not None), default=None)

    def reserve(self, visitor: Visitor, target: str) -> tuple[Mark, ...] | timedelta:
        """Count a try as failed; or how long none may be made."""
        left = self.left(visitor, target)
        if left is not None:
            return left
        day_ago = self.now - timedelta(hours=self.limits.hours)
        two_ago = day_ago - timedelta(hours=self.limits.hours)
        self.guesses.forget(failures=day_ago, locks=two_ago, proofs=self.now - PROVED_FOR, ahead=self.now + _AHEAD)
        return tuple(self._counted(subject, shared) for subject, shared in self._counts(visitor, target).items())

    def take_back(self, marks: tuple[Mark, ...]) -> None:
        """Strike the failure out, and the lock that it alone has set; a lock that others have set stays."""
        for mark in marks:
            lock = self.guesses.lock(mark.subject)
            if lock and lock.counted_from == mark.number:
                self.guesses.set_lock(mark.subject, replace(lock, counted_from=mark.counted_from, until=None))
            self.guesses.strike_out(mark.subject, mark.number)

    def matched(self, visitor: Visitor, target: str, marks: tuple[Mark, ...]) -> None:
        """The try was right: it is no failure, the caller's short count begins again, and what was proved is kept.

        The day's count stays, so that right tries with a number of one's own do not pay for guesses at others'; the
        shared counts go on for the same reason.
        """
        self.take_back(marks)
        for subject in {mark.subject for mark in marks if not mark.shared} | {f"caller:{visitor.number}"}:
            self._count_from_here(subject)
        if visitor.number:
            self.guesses.prove(visitor.number, target, self.now)

    def _counts(self, visitor: Visitor, target: str) -> dict[str, bool]:
        """Where a try is counted, and whether that is shared; without a target what is known before one is named."""
        shared = [f"account:{visitor.account}"] if visitor.account else []
        if not visitor.number:
            shared.append("withheld")
            own = [target]
        elif not self.guesses.proved(visitor.number, target, self.now - PROVED_FOR, self.now + _AHEAD):
            own = [target, f"caller:{visitor.number}"]
        else:
            own = [target and f"{target} by {visitor.number}"]
        return dict.fromkeys(filter(None, own), False) | dict.fromkeys(shared, True)

    def _counted(self, subject: str, shared: bool) -> Mark:
        """Count one failure, and lock where it was one too many."""
        limits, before = self.limits, self.guesses.lock(subject)
        counted_from = before.counted_from if before else 0
        number = self.guesses.fail(subject, self.now)
        day, while_shared = timedelta(hours=limits.hours), timedelta(minutes=limits.shared_minutes)
        if shared:
            if self.guesses.failures(subject, self.now - while_shared, counted_from) >= limits.shared_tries:
                self._count_from_here(subject, while_shared)
        elif self.guesses.failures(subject, self.now - day) >= limits.day_tries:
            self._count_from_here(subject, day)
        elif self.guesses.failures(subject, self.now - day, counted_from) >= limits.tries:
            self._count_from_here(subject, timedelta(minutes=limits.minutes))
        return Mark(subject, shared, number, counted_from)

    def _count_from_here(self, subject: str, lock_for: timedelta | None = None) -> None:
        """Count from here on, and lock for so long. Without any failure there is nothing to keep."""
        last, before = self.guesses.last(subject), self.guesses.lock(subject)
        until = self.now + lock_for if lock_for else before.until if before else None
        if last:
            self.guesses.set_lock(subject, Lock(last, self.now, until))

    def _left(self, subject: str) -> timedelta | None:
        lock = self.guesses.lock(subject)
        if lock is None or lock.until is None or lock.until <= self.now or lock.since > self.now + _AHEAD:
            return None
        return lock.until - self.now
