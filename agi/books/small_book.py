"""A book of some thousand rows that several processes write: each operation is one transaction under SQLite's own lock.

With a rollback journal and not a WAL, which files that several processes write do not stand on SQLite before 3.51.3
(see `files.py`).
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlite_utils import Database, Migrations

from agi.books.errors import BookError
from agi.books.files import one_transaction, open_reader, open_writer
from agi.books.late import LIMIT_S, Alarm
from agi.books.rows import stored
from agi.deadline import Deadline

_T = TypeVar("_T")
Work = Callable[[sqlite3.Connection], _T]


class BookUnusable(BookError):
    """The book can't be read or written; the message says why."""


class SmallBook(Protocol):
    """Where the rows are. Any thread may ask."""

    def do(self, work: Work[_T]) -> _T:
        """What `work` gives, done whole or not at all. Raises BookError, and what `work` raises."""

    def look(self, work: Work[_T], otherwise: _T) -> _T:
        """What `work` reads, and it only reads; `otherwise` where nothing was ever written. Raises BookError."""


class FileBook:
    """The rows in the file at `path`, made on first use and brought to `schema`."""

    def __init__(self, path: Path, schema: Migrations) -> None:
        self._path = path
        self._schema = schema
        self._deadline = Deadline(LIMIT_S)
        self._alarm = Alarm(path.name)

    def do(self, work: Work[_T]) -> _T:
        """See `SmallBook`; within `LIMIT_S`, else Late."""

        def at_once() -> _T:
            with self._transaction() as rows:
                return work(rows)

        return self._in_time(at_once)

    def look(self, work: Work[_T], otherwise: _T) -> _T:
        """See `SmallBook`; beside others who look, and where the disk has no room left."""

        def at_once() -> _T:
            if not self._path.exists():
                return otherwise
            try:
                with closing(open_writer(self._path)) as rows:  # who may write ends what a killed one has left
                    if not self._schema.pending(Database(rows, execute_plugins=False)):
                        return work(rows)
            except (sqlite3.Error, OSError) as error:
                raise BookUnusable(f"{self._path} can't be used: {error}") from error
            with self._transaction() as rows:
                return work(rows)

        return self._in_time(at_once)

    def _in_time(self, work: Callable[[], _T]) -> _T:
        try:
            done = self._deadline.run(work)
        except TimeoutError:
            raise self._alarm.late() from None
        self._alarm.answered()
        return done

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with one_transaction(self._path, self._schema) as connection:
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise BookUnusable(f"{self._path} can't be used: {error}") from error


class HeldBook:
    """The rows in the file at `path`, made and brought to `schema`, by one connection that is held open: for who writes
    all the time, and waits as long as it takes. `pragmas`: how. Raises BookUnusable."""

    def __init__(self, path: Path, schema: Migrations, *pragmas: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._rows = open_writer(path)
            for pragma in pragmas:
                self._rows.execute(f"PRAGMA {pragma}").fetchall()
            self._rows.execute("BEGIN IMMEDIATE")
            database = Database(self._rows, execute_plugins=False)
            if schema.pending(database):
                schema.apply(database)
            self._rows.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise BookUnusable(f"{path} can't be used: {error}") from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._rows.close()

    def do(self, work: Work[_T]) -> _T:
        """See `SmallBook`."""
        with self._lock:
            try:
                self._rows.execute("BEGIN IMMEDIATE")
                try:
                    done = work(self._rows)
                    self._rows.execute("COMMIT")
                finally:
                    if self._rows.in_transaction:
                        self._rows.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise BookUnusable(f"{self._path} can't be used: {error}") from error
        return done


class LookedAtBook:
    """The rows in the file at `path`, for who only looks and may not write there; none where there is no file yet."""

    def __init__(self, path: Path, schema: Migrations) -> None:
        self._path = path
        self._schema = schema

    def do(self, work: Work[_T]) -> _T:
        """See `SmallBook`."""
        if not self._path.exists():
            return MemoryBook(self._schema).do(work)
        try:
            with closing(open_reader(self._path)) as rows:
                return work(rows)
        except (sqlite3.Error, OSError) as error:
            raise BookUnusable(f"{self._path} can't be read: {error}") from error

    def look(self, work: Work[_T], otherwise: _T) -> _T:
        """See `SmallBook`."""
        return self.do(work)


class MemoryBook:
    """The same in memory: for conversations that are tried, of which nothing is kept."""

    def __init__(self, schema: Migrations) -> None:
        self._rows = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._lock = threading.Lock()
        schema.apply(Database(self._rows, execute_plugins=False))

    def do(self, work: Work[_T]) -> _T:
        """See `SmallBook`."""
        with self._lock:
            self._rows.execute("BEGIN")
            try:
                done = work(self._rows)
            except BaseException:
                self._rows.execute("ROLLBACK")
                raise
            self._rows.execute("COMMIT")
            return done

    def look(self, work: Work[_T], otherwise: _T) -> _T:
        """See `SmallBook`."""
        return self.do(work)


def columns(kind: type) -> str:
    """The columns of rows that hold dataclasses of this `kind`: its fields."""
    return ", ".join(one.name for one in fields(kind))


def values(row: Any) -> tuple[object, ...]:
    """What the columns of the dataclass `row` hold; times as text."""
    found = (getattr(row, one.name) for one in fields(row))
    return tuple(stored(one) if isinstance(one, datetime) else one for one in found)


def time_of(text: object) -> datetime | None:
    """The time that a column holds, None where it holds none."""
    return datetime.fromisoformat(str(text)) if text else None
