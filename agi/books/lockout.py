"""Who may not try again for now: failed tries counted per subject, on the disk before the next try.

A subject is a word for what is locked and the number itself ("nik:" + NIK, "caller:" + number); only its keyed
hash is stored. Rule of the office: `tries` failures lock for `minutes`; `day_tries` failures
within `hours` lock for `hours`.
"""

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

import structlog
from sqlite_utils import Database

from agi.books.calls import CallBook
from agi.books.calls_schema import SCHEMA
from agi.books.writer import WriterError
from agi.privacy import keyed_hash

_WRITE_WAIT_S = 2.0
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

    `failed` returns when the failure is committed: a process killed right after it has not forgotten. When the
    disk is in trouble for more than 2 s, the count goes on in memory until the process ends, and is logged.
    """

    def __init__(
        self,
        book: CallBook,
        *,
        tries: int = 3,
        minutes: int = 15,
        day_tries: int = 10,
        hours: int = 24,
        clock: Clock = _now,
    ) -> None:
        self._book = book
        self._tries = tries
        self._short = timedelta(minutes=minutes)
        self._day_tries = day_tries
        self._long = timedelta(hours=hours)
        self._clock = clock
        self._spare: sqlite3.Connection | None = None
        self._spare_lock = threading.Lock()

    def locked(self, subject: str) -> timedelta | None:
        """How long `subject` stays locked, or None. A lock from the future (the clock was set back) is void."""
        hashed = self._hash(subject)
        left = self._done(lambda connection: self._left(connection, hashed))
        if left is None and self._spare is not None:
            with self._spare_lock:
                return self._left(self._spare, hashed)
        return left

    def failed(self, subject: str) -> timedelta | None:
        """Count a failed try; how long `subject` is locked now, or None."""
        hashed = self._hash(subject)

        def work(connection: sqlite3.Connection) -> timedelta | None:
            self._count(connection, hashed)
            return self._left(connection, hashed)

        return self._done(work)

    def cleared(self, subject: str) -> None:
        """A try was right: the short count starts again.

        The day's count stays, so that right tries with a number of one's own do not pay for guesses at others'.
        """
        hashed = self._hash(subject)
        self._done(lambda connection: self._restart(connection, hashed))

    def _hash(self, subject: str) -> bytes:
        return keyed_hash(self._book.key, "lockout", subject)

    def _count(self, connection: sqlite3.Connection, hashed: bytes) -> None:
        now = self._clock()
        connection.execute(
            "DELETE FROM failures WHERE at < ? OR at > ?", (_text(now - self._long), _text(now + _AHEAD))
        )
        connection.execute("DELETE FROM locks WHERE since < ?", (_text(now - 2 * self._long),))
        connection.execute("INSERT INTO failures (subject, at) VALUES (?, ?)", (hashed, _text(now)))
        day, short = connection.execute(
            """SELECT count(*), count(*) FILTER (WHERE seq > coalesce(
                (SELECT counted_from FROM locks WHERE subject = :subject), 0))
            FROM failures WHERE subject = :subject""",
            {"subject": hashed},
        ).fetchone()
        if day >= self._day_tries:
            self._restart(connection, hashed, now + self._long)
        elif short >= self._tries:
            self._restart(connection, hashed, now + self._short)

    def _restart(self, connection: sqlite3.Connection, hashed: bytes, until: datetime | None = None) -> None:
        """Count from here on; with `until`, lock until then. Without any failure there is nothing to keep."""
        connection.execute(
            """INSERT INTO locks (subject, counted_from, since, until)
            SELECT :subject, max(seq), :since, :until FROM failures WHERE subject = :subject
            HAVING max(seq) IS NOT NULL
            ON CONFLICT (subject) DO UPDATE SET
                counted_from = excluded.counted_from, since = excluded.since,
                until = coalesce(excluded.until, until)""",
            {"subject": hashed, "since": _text(self._clock()), "until": until and _text(until)},
        )

    def _left(self, connection: sqlite3.Connection, hashed: bytes) -> timedelta | None:
        row = connection.execute("SELECT since, until FROM locks WHERE subject = ?", (hashed,)).fetchone()
        if row is None or row[1] is None:
            return None
        now = self._clock()
        left = datetime.fromisoformat(row[1]) - now
        if left <= timedelta(0) or datetime.fromisoformat(row[0]) > now + _AHEAD:
            return None
        return left

    def _done(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Do `work` in the book, or in memory while the book can't be written."""
        writer = self._book.writer
        try:
            return writer.run(work, _TROUBLE_WAIT_S if writer.health.trouble else _WRITE_WAIT_S)
        except WriterError as error:
            _log.error("lockout.in_memory", error=str(error))
        with self._spare_lock:
            if self._spare is None:
                self._spare = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
                SCHEMA.apply(Database(self._spare, execute_plugins=False))
            return work(self._spare)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
