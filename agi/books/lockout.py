"""Who may not try again for now: tries counted on the disk before they are looked up.

A try is reserved in one transaction, looked up, and given back when it was right: however many come at once, no more
are looked up than the limit, and a process killed in between has counted its try as failed. Where the disk does not
say in time whether a try is reserved (Late), nothing is looked up, and what was reserved after all is given
back. A try is counted

- under what is asked about (the `target`, such as "nik:" + NIK), and under the caller's number;
- under the two together, and under nothing else, where this caller has proved this target in the last 90 days: nobody
  who guesses elsewhere, or under that number at other targets, can shut them out of what is theirs;
- for all callers without a number, and for all calls of one account (which may send any number), in one count each.

Only keyed hashes are stored. Rule of the office: `Limits`.
"""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

import structlog
from sqlite_utils import Database

from agi.books.calls import CallBook
from agi.books.calls_schema import SCHEMA
from agi.books.late import LIMIT_S, Alarm, Late
from agi.books.tries import Counted, Guesser, Limits, Mark, Try
from agi.books.writer import WriterError
from agi.privacy import keyed_hash

PROVED_FOR = timedelta(days=90)
_TROUBLE_WAIT_S = 0.1
_AHEAD = timedelta(hours=1)  # what is later than this was written before the clock was set back
_T = TypeVar("_T")
_log = structlog.get_logger("books")


class Clock(Protocol):
    """The time, so that tests can set it. Aware, UTC."""

    def __call__(self) -> datetime:
        """Now."""


def _now() -> datetime:
    return datetime.now(UTC)


class Lockouts:
    """Lock-outs kept in the call book; any thread may use them.

    Where the disk refuses (it is full, damaged, held by another), the count goes on in memory until the process ends,
    and is logged. Where it does not answer within `LIMIT_S`, `locked` and `reserve` raise Late.
    """

    def __init__(self, book: CallBook, limits: Limits, clock: Clock = _now) -> None:
        self.limits = limits
        self._book = book
        self._short = timedelta(minutes=limits.minutes)
        self._long = timedelta(hours=limits.hours)
        self._shared = timedelta(minutes=limits.shared_minutes)
        self._clock = clock
        self._alarm = Alarm(book.path.name)
        self._spare: sqlite3.Connection | None = None
        self._spare_lock = threading.Lock()

    def locked(self, guesser: Guesser, target: str = "") -> timedelta | None:
        """How long `guesser` may not try at `target`, or None.

        Without a target: at anything, so that who has proved something is not locked before it is named. A lock from
        the future (the clock was set back) is void. Raises Late.
        """

        def work(connection: sqlite3.Connection) -> timedelta | None:
            return self._longest(connection, self._counts(connection, guesser, target))

        return self._in_memory(work) or self._done(work)[0]

    def reserve(self, guesser: Guesser, target: str) -> Try | timedelta:
        """Count a try at `target` as failed before it is looked up; or how long none may be. Raises Late."""

        def work(connection: sqlite3.Connection) -> tuple[Mark, ...] | timedelta:
            counts = self._counts(connection, guesser, target)
            left = self._longest(connection, counts)
            return left if left is not None else self._count(connection, counts)

        def done_late(reserved: tuple[Mark, ...] | timedelta) -> None:
            if not isinstance(reserved, timedelta):
                self.not_looked_up(Try(guesser, target, reserved))

        left = self._in_memory(lambda connection: self._longest(connection, self._counts(connection, guesser, target)))
        if left is not None:
            return left
        done, in_memory = self._done(work, done_late)
        return done if isinstance(done, timedelta) else Try(guesser, target, done, in_memory)

    def matched(self, tried: Try) -> None:
        """The try was right: it is no failure, the caller's short count begins again, and what was proved is kept.

        The day's count stays, so that right tries with a number of one's own do not pay for guesses at others'; the
        shared counts go on for the same reason.
        """

        def work(connection: sqlite3.Connection) -> None:
            self._take_back(connection, tried)
            own = {mark.counted.subject for mark in tried.marks if not mark.counted.shared}
            for subject in own | {self._caller(tried.guesser)}:
                self._count_from_here(connection, subject)
            self._remember(connection, tried)

        self._undo(tried, work)

    def not_looked_up(self, tried: Try) -> None:
        """Nothing could be looked up: the try never was."""
        self._undo(tried, lambda connection: self._take_back(connection, tried))

    def _counts(self, connection: sqlite3.Connection, guesser: Guesser, target: str) -> tuple[Counted, ...]:
        """Where a try is counted; without a target what is known before one is named."""
        shared = [Counted(self._hash(f"account:{guesser.account}"), shared=True)] if guesser.account else []
        if not guesser.number:
            shared.append(Counted(self._hash("withheld"), shared=True))
        own = []
        if not self._has_proved(connection, guesser, target):
            own = [self._hash(target)] if target else []
            own += [self._caller(guesser)] if guesser.number else []
        elif target:
            own = [self._hash(f"{target} by {guesser.number}")]
        return (*map(Counted, own), *shared)

    def _has_proved(self, connection: sqlite3.Connection, guesser: Guesser, target: str) -> bool:
        """Whether the caller has proved `target`, or anything where none is given."""
        column, value = ("pair", self._pair(guesser, target)) if target else ("caller", self._prover(guesser))
        now = self._clock()
        row = connection.execute(
            f"SELECT 1 FROM proofs WHERE {column} = ? AND at BETWEEN ? AND ? LIMIT 1",  # noqa: S608
            (value, _text(now - PROVED_FOR), _text(now + _AHEAD)),
        ).fetchone()
        return bool(guesser.number) and row is not None

    def _remember(self, connection: sqlite3.Connection, tried: Try) -> None:
        now = self._clock()
        connection.execute("DELETE FROM proofs WHERE at < ?", (_text(now - PROVED_FOR),))
        if tried.guesser.number:
            connection.execute(
                "INSERT OR REPLACE INTO proofs (pair, caller, at) VALUES (?, ?, ?)",
                (self._pair(tried.guesser, tried.target), self._prover(tried.guesser), _text(now)),
            )

    def _count(self, connection: sqlite3.Connection, counts: tuple[Counted, ...]) -> tuple[Mark, ...]:
        now = self._clock()
        connection.execute(
            "DELETE FROM failures WHERE at < ? OR at > ?", (_text(now - self._long), _text(now + _AHEAD))
        )
        connection.execute("DELETE FROM locks WHERE since < ?", (_text(now - 2 * self._long),))
        return tuple(self._counted(connection, one, now) for one in counts)

    def _counted(self, connection: sqlite3.Connection, counted: Counted, now: datetime) -> Mark:
        """Count one failure, and lock where it was one too many."""
        before = connection.execute("SELECT counted_from FROM locks WHERE subject = ?", (counted.subject,)).fetchone()
        counted_from = before[0] if before else 0
        seq = (
            connection.execute(
                "INSERT INTO failures (subject, at) VALUES (?, ?)", (counted.subject, _text(now))
            ).lastrowid
            or 0
        )
        within = self._shared if counted.shared else self._long
        short, day = connection.execute(
            "SELECT count(*) FILTER (WHERE seq > ?), count(*) FROM failures WHERE subject = ? AND at > ?",
            (counted_from, counted.subject, _text(now - within)),
        ).fetchone()
        if counted.shared:
            if short >= self.limits.shared_tries:
                self._count_from_here(connection, counted.subject, now + self._shared)
        elif day >= self.limits.day_tries:
            self._count_from_here(connection, counted.subject, now + self._long)
        elif short >= self.limits.tries:
            self._count_from_here(connection, counted.subject, now + self._short)
        return Mark(counted, seq, counted_from)

    @staticmethod
    def _take_back(connection: sqlite3.Connection, tried: Try) -> None:
        """Strike the failure out, and the lock that it alone has set; a lock that others have set stays."""
        for mark in tried.marks:
            connection.execute(
                "UPDATE locks SET until = NULL, counted_from = ? WHERE subject = ? AND counted_from = ?",
                (mark.counted_from, mark.counted.subject, mark.seq),
            )
            connection.execute("DELETE FROM failures WHERE seq = ? AND subject = ?", (mark.seq, mark.counted.subject))

    def _count_from_here(self, connection: sqlite3.Connection, subject: bytes, until: datetime | None = None) -> None:
        """Count from here on; with `until`, lock until then. Without any failure there is nothing to keep."""
        connection.execute(
            """INSERT INTO locks (subject, counted_from, since, until)
            SELECT :subject, max(seq), :since, :until FROM failures WHERE subject = :subject
            HAVING max(seq) IS NOT NULL
            ON CONFLICT (subject) DO UPDATE SET
                counted_from = excluded.counted_from, since = excluded.since,
                until = coalesce(excluded.until, until)""",
            {"subject": subject, "since": _text(self._clock()), "until": until and _text(until)},
        )

    def _longest(self, connection: sqlite3.Connection, counts: tuple[Counted, ...]) -> timedelta | None:
        left = (self._left(connection, one.subject) for one in counts)
        return max((one for one in left if one is not None), default=None)

    def _left(self, connection: sqlite3.Connection, subject: bytes) -> timedelta | None:
        row = connection.execute("SELECT since, until FROM locks WHERE subject = ?", (subject,)).fetchone()
        if row is None or row[1] is None:
            return None
        now = self._clock()
        left = datetime.fromisoformat(row[1]) - now
        if left <= timedelta(0) or datetime.fromisoformat(row[0]) > now + _AHEAD:
            return None
        return left

    def _hash(self, subject: str) -> bytes:
        return keyed_hash(self._book.key, "lockout", subject)

    def _caller(self, guesser: Guesser) -> bytes:
        return self._hash(f"caller:{guesser.number}")

    def _pair(self, guesser: Guesser, target: str) -> bytes:
        return keyed_hash(self._book.key, "proof", guesser.number, target)

    def _prover(self, guesser: Guesser) -> bytes:
        return keyed_hash(self._book.key, "prover", guesser.number)

    def _done(
        self, work: Callable[[sqlite3.Connection], _T], done_late: Callable[[_T], object] = lambda _: None
    ) -> tuple[_T, bool]:
        """Do `work` in the book, or in memory while the book can't be written; what came of it, and if in memory.

        Raises Late; `done_late` is told the result then, if there ever is one.
        """
        try:
            return self._written(work, done_late), False
        except WriterError as error:
            _log.error("lockout.in_memory", error=str(error))
        with self._spare_lock:
            if self._spare is None:
                self._spare = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
                SCHEMA.apply(Database(self._spare, execute_plugins=False))
            return work(self._spare), True

    def _in_memory(self, work: Callable[[sqlite3.Connection], _T]) -> _T | None:
        """Do `work` among what was counted in memory, if anything was."""
        if self._spare is None:
            return None
        with self._spare_lock:
            return work(self._spare)

    def _undo(self, tried: Try, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do `work` where the try was reserved, before whatever is asked next; no caller waits for it.

        What can't be written leaves the try counted.
        """
        if tried.in_memory:
            self._in_memory(work)
            return
        try:
            self._book.writer.later(work).add_done_callback(_tell_of_failure)
        except WriterError as error:
            _log.error("lockout.not_given_back", error=str(error))

    def _written(self, work: Callable[[sqlite3.Connection], _T], done_late: Callable[[_T], object]) -> _T:
        writer = self._book.writer
        trouble = writer.health.trouble
        if writer.silent and not trouble:
            raise self._alarm.late()
        try:
            done = writer.run(work, _TROUBLE_WAIT_S if trouble else LIMIT_S, done_late)
        except Late:
            raise self._alarm.late() from None
        self._alarm.answered()
        return done


def _tell_of_failure(done: "Future[None]") -> None:
    if error := done.exception():
        _log.error("lockout.not_given_back", error=str(error))


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
