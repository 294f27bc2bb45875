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
from agi.settings import Lockout

PROVED_FOR = timedelta(days=90)
_AHEAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Guesser:
    """Who tries: their number ("" where withheld or unreadable), and the account it came from ("": none)."""

    number: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """One count that a try goes to; `shared` among many callers."""

    subject: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reserved try left in one count: the failure's number, and where the short count began before it."""

    count: Count
    number: int
    counted_from: int


@dataclass(frozen=True, slots=True)
class Counting:
    """The rule of the office, with the `limits` of the settings; each method within one transaction, at `now`."""

    limits: Lockout

    def left(self, guesses: Guesses, now: datetime, guesser: Guesser, target: str) -> timedelta | None:
        """How long `guesser` may not try at `target` (at anything, where none is given), or None.

        Without a target, who has proved something is not locked before it is named.
        """
        left = (_left(guesses.lock(one.subject), now) for one in self._counts(guesses, now, guesser, target))
        return max((one for one in left if one is not None), default=None)

    def reserve(self, guesses: Guesses, now: datetime, guesser: Guesser, target: str) -> tuple[Mark, ...] | timedelta:
        """Count a try as failed; or how long none may be made."""
        left = self.left(guesses, now, guesser, target)
        if left is not None:
            return left
        long = timedelta(hours=self.limits.hours)
        guesses.forget(failures=now - long, locks=now - 2 * long, proofs=now - PROVED_FOR, ahead=now + _AHEAD)
        return tuple(self._counted(guesses, now, one) for one in self._counts(guesses, now, guesser, target))

    def take_back(self, guesses: Guesses, marks: tuple[Mark, ...]) -> None:
        """Strike the failure out, and the lock that it alone has set; a lock that others have set stays."""
        for mark in marks:
            subject = mark.count.subject
            lock = guesses.lock(subject)
            if lock and lock.counted_from == mark.number:
                guesses.set_lock(subject, replace(lock, counted_from=mark.counted_from, until=None))
            guesses.strike_out(subject, mark.number)

    def matched(self, guesses: Guesses, now: datetime, guesser: Guesser, target: str, marks: tuple[Mark, ...]) -> None:
        """The try was right: it is no failure, the caller's short count begins again, and what was proved is kept.

        The day's count stays, so that right tries with a number of one's own do not pay for guesses at others'; the
        shared counts go on for the same reason.
        """
        self.take_back(guesses, marks)
        own = {mark.count.subject for mark in marks if not mark.count.shared}
        for subject in own | {_caller(guesser)}:
            _count_from_here(guesses, now, subject)
        if guesser.number:
            guesses.prove(guesser.number, target, now)

    def _counts(self, guesses: Guesses, now: datetime, guesser: Guesser, target: str) -> tuple[Count, ...]:
        """Where a try is counted; without a target what is known before one is named."""
        shared = [Count(f"account:{guesser.account}", shared=True)] if guesser.account else []
        if not guesser.number:
            shared.append(Count("withheld", shared=True))
        own = []
        if not guesser.number or not guesses.proved(guesser.number, target, now - PROVED_FOR, now + _AHEAD):
            own = [target] if target else []
            own += [_caller(guesser)] if guesser.number else []
        elif target:
            own = [f"{target} by {guesser.number}"]
        return (*map(Count, own), *shared)

    def _counted(self, guesses: Guesses, now: datetime, count: Count) -> Mark:
        """Count one failure, and lock where it was one too many."""
        limits, before = self.limits, guesses.lock(count.subject)
        counted_from = before.counted_from if before else 0
        number = guesses.fail(count.subject, now)
        shared, short, long = (
            timedelta(minutes=limits.shared_minutes),
            timedelta(minutes=limits.minutes),
            timedelta(hours=limits.hours),
        )
        if count.shared:
            if guesses.failures(count.subject, now - shared, counted_from) >= limits.shared_tries:
                _count_from_here(guesses, now, count.subject, now + shared)
        elif guesses.failures(count.subject, now - long) >= limits.day_tries:
            _count_from_here(guesses, now, count.subject, now + long)
        elif guesses.failures(count.subject, now - long, counted_from) >= limits.tries:
            _count_from_here(guesses, now, count.subject, now + short)
        return Mark(count, number, counted_from)


def _caller(guesser: Guesser) -> str:
    return f"caller:{guesser.number}"


def _count_from_here(guesses: Guesses, now: datetime, subject: str, until: datetime | None = None) -> None:
    """Count from here on; with `until`, lock until then. Without any failure there is nothing to keep."""
    last, before = guesses.last(subject), guesses.lock(subject)
    if last:
        guesses.set_lock(subject, Lock(last, now, until or (before.until if before else None)))


def _left(lock: Lock | None, now: datetime) -> timedelta | None:
    if lock is None or lock.until is None or lock.until <= now or lock.since > now + _AHEAD:
        return None
    return lock.until - now
