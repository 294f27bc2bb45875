"""The one writer of `calls.db`: a thread that takes rows from a queue and commits them in batches.

Whoever hands a row over never waits for the disk. Trouble is answered in this order:
- locked, full, unreadable for now: the batch is kept and tried again, every 2 s at the most;
- a row that SQLite refuses: the batch is written row by row without it;
- the file is damaged, no database, or one with other tables: it is set aside as `calls.db.damaged-N` and a new one
  begun;
- the file was removed: a new one is begun; its WAL was removed or its tables are gone: it is opened anew;
- more than WAITING_EVENTS rows wait: further events are dropped; begins and ends of calls are still taken.
Each is logged, without any value of a row.
"""

import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import structlog
from sqlite_utils import Database

from agi.books.calls_schema import bring_to_schema
from agi.books.errors import BookError
from agi.books.files import Busy, beside, exclusive, open_writer
from agi.books.late import LIMIT_S, Late
from agi.books.rows import MAY_BE_LOST, Row, write

BATCH = 4096
WAITING_EVENTS = 100_000
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 2.0
_LOCK_WAIT_S = 5.0
_TROUBLE = (sqlite3.Error, OSError, Busy)
_REFUSED = (  # it is about a row and not about the disk; the last two: a value that no SQLite can hold
    sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, sqlite3.DataError, ValueError,
    OverflowError,
)  # fmt: skip
_log = structlog.get_logger("books")
_T = TypeVar("_T")


class WriterError(BookError):
    """A job was not done, and will not be: the disk is in trouble, or the book is closed."""


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[sqlite3.Connection], Any]
    done: "Future[Any]"


_Identity = tuple[int, int | None]
"""Which files stand at the names of the database and of its WAL (None: there is none), as inode numbers."""


class Writer:
    """A thread that owns the one writing connection of this process; see the module for what it does in trouble.

    `trouble` is the last one, "" once a later batch was written; `dropped` counts rows that are lost.
    """

    def __init__(self, path: Path) -> None:
        self.trouble = ""
        self.dropped = 0
        self._path = path
        self._lock = beside(path, ".lock")
        self._queue: SimpleQueue[Row | _Job | None] = SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._opened: _Identity = (0, None)
        self._closed = False
        self._give_up_at: float | None = None
        self._begun: float | None = None  # when the transaction that lasts now was begun
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="books-writer", daemon=True)

    @classmethod
    def start(cls, path: Path) -> "Writer":
        """A running writer of the database at `path`; it opens the file itself and keeps trying where it can't."""
        writer = cls(path)
        writer._thread.start()
        writer.flush(_LOCK_WAIT_S)
        return writer

    def put(self, row: Row) -> None:
        """Hand a row over; returns at once."""
        if self._closed or (row["kind"] in MAY_BE_LOST and self._queue.qsize() >= WAITING_EVENTS):
            self._lose(1)
        else:
            self._queue.put(row)

    def run(
        self,
        work: Callable[[sqlite3.Connection], _T],
        wait_s: float,
        done_late: Callable[[_T], object] = lambda _: None,
    ) -> _T:
        """Do `work` in a transaction of its own, after all rows handed over before, and wait for its commit.

        Raises WriterError when it failed, or waits behind what fails. Raises Late when the disk has not answered within
        `wait_s` seconds: the job may still be done, and `done_late` is told the result then.
        """
        done = self.later(work)
        if done not in wait((done,), wait_s).done:
            if not done.cancel():
                done.add_done_callback(lambda late: None if late.exception() else done_late(late.result()))
            elif self.trouble:
                raise WriterError(self.trouble)
            raise Late(self._path.name, wait_s)
        try:
            return done.result()
        except _TROUBLE as error:
            raise WriterError(str(error)) from error

    def later(self, work: Callable[[sqlite3.Connection], _T]) -> "Future[_T]":
        """Do `work` in a transaction of its own, after all handed over before; returns at once. Raises WriterError."""
        if self._closed:
            raise WriterError("the book is closed")
        done: Future[_T] = Future()
        self._queue.put(_Job(work, done))
        return done

    @property
    def silent(self) -> bool:
        """Whether the disk has long neither done nor refused what was begun: what is asked now waits in vain."""
        begun = self._begun
        return begun is not None and time.monotonic() - begun > LIMIT_S

    def flush(self, wait_s: float) -> bool:
        """Wait until everything handed over so far is on the disk; False after `wait_s` seconds."""
        try:
            self.run(lambda _: None, wait_s)
        except (WriterError, Late):
            return False
        return True

    def close(self, wait_s: float) -> None:
        """Write what is left for at most `wait_s` seconds, then stop; rows that are left are counted and logged."""
        if self._closed:
            return
        self._closed = True
        self._give_up_at = time.monotonic() + wait_s
        self._queue.put(None)
        self._wake.set()
        self._thread.join(wait_s + 2 * _LOCK_WAIT_S)

    def _lose(self, rows: int) -> None:
        """Count rows that are lost; that it began is logged, and at the end how many they were."""
        if not self.dropped:
            _log.error("books.rows_lost")
        self.dropped += rows

    def _run(self) -> None:
        while not self._closed or not self._queue.empty():
            rows, job = self._taken()
            if rows:
                self._write_until_done(rows)
            if job:
                self._do(job)
        self._close_file()
        if self.dropped:
            _log.error("books.rows_lost", rows=self.dropped)

    def _taken(self) -> tuple[list[Row], _Job | None]:
        """Rows that wait, up to the next job or the end of all (None)."""
        rows: list[Row] = []
        item = self._queue.get()
        with suppress(Empty):
            while item is not None and not isinstance(item, _Job):
                rows.append(item)
                if len(rows) >= BATCH:
                    return rows, None
                item = self._queue.get_nowait()
            return rows, item
        return rows, None

    def _write_until_done(self, rows: list[Row]) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            try:
                self._transaction(lambda connection: write(connection, rows))
            except _REFUSED:
                self._write_one_by_one(rows)
                return
            except _TROUBLE as error:
                self._trouble(error)
            else:
                self.trouble = ""
                return
            if self._give_up_at is not None:
                left = self._give_up_at - time.monotonic()
                if left <= 0:
                    self._lose(len(rows))
                    return
                pause = min(pause, left)
            self._wake.wait(pause)
            self._wake.clear()
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    def _write_one_by_one(self, rows: list[Row]) -> None:
        """Write a batch that holds a row SQLite refuses: all but that row."""
        for row in rows:
            clean = {name: v.encode(errors="replace").decode() if isinstance(v, str) else v for name, v in row.items()}
            try:
                self._transaction(lambda connection, one=clean: write(connection, [one]))  # type: ignore[misc]
            except (*_REFUSED, *_TROUBLE) as error:
                self.dropped += 1
                _log.error("books.row_refused", row=row["kind"], error=type(error).__name__)

    def _do(self, job: _Job) -> None:
        if not job.done.set_running_or_notify_cancel():
            return
        try:
            result = self._transaction(job.work)
        except _TROUBLE as error:
            self._trouble(error)
            job.done.set_exception(error)
        except BaseException as error:  # noqa: BLE001 - a bug in the job belongs to whoever waits for it
            job.done.set_exception(error)
        else:
            job.done.set_result(result)

    def _transaction(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Do `work` in one transaction under the lock that all writers share."""
        self._begun = time.monotonic()
        try:
            with exclusive(self._lock, _LOCK_WAIT_S):
                connection = self._connected()
                # IMMEDIATE: a transaction that reads first and writes later can't be overtaken in between.
                connection.execute("BEGIN IMMEDIATE")
                try:
                    result = work(connection)
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
                return result
        finally:
            self._begun = None

    def _connected(self) -> sqlite3.Connection:
        """The connection to the file that stands at the path now; the lock is held."""
        if self._connection is not None:
            found = self._identity()
            if found == self._opened:
                return self._connection
            _log.error("books.file_gone")
            self._disconnect()
            if found is not None and found[0] != self._opened[0] and found[1] == self._opened[1]:
                beside(self._path, "-wal").unlink(missing_ok=True)  # of the file that was here: poison for the new one
        if not self._path.exists():
            for ending in ("-wal", "-shm"):  # left of a file that was removed; not of the one to come
                beside(self._path, ending).unlink(missing_ok=True)
        connection = open_writer(self._path)
        try:
            database = Database(connection, execute_plugins=False)
            database.enable_wal()
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA wal_autocheckpoint=4000")
            bring_to_schema(database)
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # the first reading makes the WAL
            opened = self._identity()
            if opened is None:
                raise FileNotFoundError(f"{self._path} was removed as it was opened")
        except BaseException:
            connection.close()
            raise
        self._connection, self._opened = connection, opened
        return connection

    def _identity(self) -> _Identity | None:
        """What stands at the database's names now; None when there is no database."""
        try:
            wal = beside(self._path, "-wal")
            return self._path.stat().st_ino, wal.stat().st_ino if wal.exists() else None
        except FileNotFoundError:
            return None

    def _disconnect(self) -> None:
        """Close the connection; SQLite checkpoints when it is the last one, so the lock must be held."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _trouble(self, error: Exception) -> None:
        what = str(error) or type(error).__name__
        if self.trouble != what:
            _log.error("books.trouble", error=what)
        self.trouble = what
        code = getattr(error, "sqlite_errorcode", 0)
        if code == sqlite3.SQLITE_ERROR:  # a table is gone: see what stands there now
            self._close_file()
        elif code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            self._close_file(set_aside=True)

    def _close_file(self, *, set_aside: bool = False) -> None:
        """Let go of it; the next attempt opens what stands at the path, or makes a new one where it was set aside."""
        try:
            with exclusive(self._lock, _LOCK_WAIT_S):
                self._disconnect()
                if set_aside:
                    self._set_aside()
        except _TROUBLE as error:
            _log.error("books.not_closed", error=type(error).__name__)

    def _set_aside(self) -> None:
        """Move a damaged file out of the way, with what belongs to it."""
        number = sum(1 for _ in self._path.parent.glob(f"{self._path.name}.damaged-*")) + 1
        aside = beside(self._path, f".damaged-{number}")
        for ending in ("-wal", "-shm", ""):
            source = beside(self._path, ending)
            if source.exists():
                source.rename(beside(aside, ending))
        _log.error("books.set_aside", file=aside.name)
