"""Where tries at numbers are kept: in the call book, or in memory."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import TypeVar

import structlog

from agi.books.calls import CallBook
from agi.books.late import LIMIT_S, Alarm, Late
from agi.books.ports import Guesses, Lock
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
    """`Guesses` in the tables failures, locks and proofs, within the writer's transaction."""

    def __init__(self, connection: sqlite3.Connection, key: bytes) -> None:
        self._execute = connection.execute
        self._key = key

    def fail(self, subject: str, at: datetime) -> int:
        done = self._execute("INSERT INTO failures (subject, at) VALUES (?, ?)", (self._hash(subject), _text(at)))
        return done.lastrowid or 0

    def strike_out(self, subject: str, number: int) -> None:
        self._execute("DELETE FROM failures WHERE seq = ? AND subject = ?", (number, self._hash(subject)))

    def failures(self, subject: str, since: datetime, after: int = 0) -> int:
        query = "SELECT count(*) FROM failures WHERE subject = ? AND at > ? AND seq > ?"
        return int(self._execute(query, (self._hash(subject), _text(since), after)).fetchone()[0])

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
            (self._hash(subject), lock.counted_from, _text(lock.since), lock.until and _text(lock.until)),
        )

    def proved(self, caller: str, target: str, since: datetime, to: datetime) -> bool:
        column, value = ("pair", self._pair(caller, target)) if target else ("caller", self._prover(caller))
        query = f"SELECT 1 FROM proofs WHERE {column} = ? AND at BETWEEN ? AND ? LIMIT 1"  # noqa: S608
        return self._execute(query, (value, _text(since), _text(to))).fetchone() is not None

    def prove(self, caller: str, target: str, at: datetime) -> None:
        self._execute(
            "INSERT OR REPLACE INTO proofs (pair, caller, at) VALUES (?, ?, ?)",
            (self._pair(caller, target), self._prover(caller), _text(at)),
        )

    def forget(self, *, failures: datetime, locks: datetime, proofs: datetime, ahead: datetime) -> None:
        self._execute("DELETE FROM failures WHERE at < ? OR at > ?", (_text(failures), _text(ahead)))
        self._execute("DELETE FROM locks WHERE since < ?", (_text(locks),))
        self._execute("DELETE FROM proofs WHERE at < ?", (_text(proofs),))

    def _hash(self, subject: str) -> bytes:
        return keyed_hash(self._key, "lockout", subject)

    def _pair(self, caller: str, target: str) -> bytes:
        return keyed_hash(self._key, "proof", caller, target)

    def _prover(self, caller: str) -> bytes:
        return keyed_hash(self._key, "prover", caller)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


class MemoryGuesses:
    """A `GuessStore` that is gone when the process ends."""

    def __init__(self) -> None:
        self._kept = _Kept()
        self._one_at_a_time = threading.Lock()

    def run(self, work: Callable[[Guesses], _T], done_late: Callable[[_T], object] = lambda _: None) -> _T:
        """Do `work`, which is never late."""
        with self._one_at_a_time:
            return work(self._kept)

    def later(self, work: Callable[[Guesses], None]) -> None:
        """Do `work` now."""
        self.run(work)


class _Kept:
    """`Guesses` in lists and dictionaries."""

    def __init__(self) -> None:
        self._failures: list[tuple[int, str, datetime]] = []
        self._locks: dict[str, Lock] = {}
        self._proofs: dict[tuple[str, str], datetime] = {}
        self._number = 0

    def fail(self, subject: str, at: datetime) -> int:
        self._number += 1
        self._failures.append((self._number, subject, at))
        return self._number

    def strike_out(self, subject: str, number: int) -> None:
        self._failures = [one for one in self._failures if one[:2] != (number, subject)]

    def failures(self, subject: str, since: datetime, after: int = 0) -> int:
        return sum(number > after and at > since for number, of, at in self._failures if of == subject)

    def last(self, subject: str) -> int:
        return max((number for number, of, _ in self._failures if of == subject), default=0)

    def lock(self, subject: str) -> Lock | None:
        return self._locks.get(subject)

    def set_lock(self, subject: str, lock: Lock) -> None:
        self._locks[subject] = lock

    def proved(self, caller: str, target: str, since: datetime, to: datetime) -> bool:
        return any(
            since <= at <= to for (who, what), at in self._proofs.items() if who == caller and target in ("", what)
        )

    def prove(self, caller: str, target: str, at: datetime) -> None:
        self._proofs[caller, target] = at

    def forget(self, *, failures: datetime, locks: datetime, proofs: datetime, ahead: datetime) -> None:
        self._failures = [one for one in self._failures if failures <= one[2] <= ahead]
        self._locks = {subject: lock for subject, lock in self._locks.items() if lock.since >= locks}
        self._proofs = {pair: at for pair, at in self._proofs.items() if at >= proofs}
