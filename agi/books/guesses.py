"""Where tries at numbers are kept: in the call book, or in the same tables in memory."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from secrets import token_bytes
from typing import TypeVar

import structlog
from sqlite_utils import Database

from agi.books.calls import CallBook
from agi.books.calls_schema import bring_to_schema
from agi.books.late import LIMIT_S, Alarm, Late
from agi.books.ports import Guesses, Lock
from agi.books.rows import stored
from agi.books.writer import WriterError
from agi.privacy import keyed_hash

_TROUBLE_WAIT_S = 0.1
_T = TypeVar("_T")
_log = structlog.get_logger("books")


class BookGuesses:
    """A `GuessStore` in the call book: what is counted is on the disk before anything is looked up."""

    def __init__(self, book: CallBook) -> None:
        self._book = book
        self._alarm = Alarm(book.path.name)

    def run(self, work: Callable[[Guesses], _T], done_late: Callable[[_T], object] = lambda _: None) -> _T:
        """Do `work`, within `LIMIT_S`. Raises Late, WriterError."""
        writer = self._book.writer
        trouble = writer.trouble
        if writer.silent and not trouble:
            raise self._alarm.late()
        try:
            done = writer.run(self._in_rows(work), _TROUBLE_WAIT_S if trouble else LIMIT_S, done_late)
        except Late:
            raise self._alarm.late() from None
        self._alarm.answered()
        return done

    def later(self, work: Callable[[Guesses], None]) -> None:
        """Do `work` before whatever is asked next."""
        try:
            self._book.writer.later(self._in_rows(work)).add_done_callback(_tell_of_failure)
        except WriterError as error:
            _log.error("guesses.not_written", error=str(error))

    def _in_rows(self, work: Callable[[Guesses], _T]) -> Callable[[sqlite3.Connection], _T]:
        return lambda connection: work(_Rows(connection, self._book.key))


def _tell_of_failure(done: "Future[None]") -> None:
    if error := done.exception():
        _log.error("guesses.not_written", error=str(error))


class _Rows:
    """`Guesses` in the tables failures, locks and proofs."""

    def __init__(self, connection: sqlite3.Connection, key: bytes) -> None:
        self._execute = connection.execute
        self._key = key

    def fail(self, subject: str, at: datetime) -> int:
        done = self._execute("INSERT INTO failures (subject, at) VALUES (?, ?)", (self._hash(subject), stored(at)))
        return done.lastrowid or 0

    def strike_out(self, subject: str, number: int) -> None:
        self._execute("DELETE FROM failures WHERE seq = ? AND subject = ?", (number, self._hash(subject)))

    def failures(self, subject: str, since: datetime, after: int = 0) -> int:
        query = "SELECT count(*) FROM failures WHERE subject = ? AND at > ? AND seq > ?"
        return int(self._execute(query, (self._hash(subject), stored(since), after)).fetchone()[0])

    def last(self, subject: str) -> int:
        found = self._execute("SELECT max(seq) FROM failures WHERE subject = ?", (self._hash(subject),)).fetchone()
        return found[0] or 0

    def lock(self, subject: str) -> Lock | None:
        query = "SELECT counted_from, since, until FROM locks WHERE subject = ?"
        row = self._execute(query, (self._hash(subject),)).fetchone()
        return row and Lock(row[0], datetime.fromisoformat(row[1]), row[2] and datetime.fromisoformat(row[2]))

    def set_lock(self, subject: str, lock: Lock) -> None:
        self._execute(
            "INSERT OR REPLACE INTO locks (subject, counted_from, since, until) VALUES (?, ?, ?, ?)",
            (self._hash(subject), lock.counted_from, stored(lock.since), lock.until and stored(lock.until)),
        )

    def proved(self, caller: str, target: str, since: datetime, to: datetime) -> bool:
        column, value = ("pair", self._pair(caller, target)) if target else ("caller", self._prover(caller))
        query = f"SELECT 1 FROM proofs WHERE {column} = ? AND at BETWEEN ? AND ? LIMIT 1"  # noqa: S608
        return self._execute(query, (value, stored(since), stored(to))).fetchone() is not None

    def prove(self, caller: str, target: str, at: datetime) -> None:
        self._execute(
            "INSERT OR REPLACE INTO proofs (pair, caller, at) VALUES (?, ?, ?)",
            (self._pair(caller, target), self._prover(caller), stored(at)),
        )

    def forget(self, *, failures: datetime, locks: datetime, proofs: datetime, ahead: datetime) -> None:
        self._execute("DELETE FROM failures WHERE at < ? OR at > ?", (stored(failures), stored(ahead)))
        self._execute("DELETE FROM locks WHERE since < ?", (stored(locks),))
        self._execute("DELETE FROM proofs WHERE at < ?", (stored(proofs),))

    def _hash(self, subject: str) -> bytes:
        return keyed_hash(self._key, "lockout", subject)

    def _pair(self, caller: str, target: str) -> bytes:
        return keyed_hash(self._key, "proof", caller, target)

    def _prover(self, caller: str) -> bytes:
        return keyed_hash(self._key, "prover", caller)


class MemoryGuesses:
    """A `GuessStore` that is gone when the process ends."""

    def __init__(self) -> None:
        connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        bring_to_schema(Database(connection, execute_plugins=False))
        self._kept = _Rows(connection, token_bytes(32))
        self._one_at_a_time = threading.Lock()

    def run(self, work: Callable[[Guesses], _T], done_late: Callable[[_T], object] = lambda _: None) -> _T:
        """Do `work`, which is never late."""
        with self._one_at_a_time:
            return work(self._kept)

    def later(self, work: Callable[[Guesses], None]) -> None:
        """Do `work` now."""
        self.run(work)
