"""How database files are opened and locked, so that exactly one connection writes at any time.

SQLite 3.7.0 to 3.51.2 can corrupt a file in WAL mode when one connection checkpoints while another commits
(the WAL-reset bug, fixed in 3.51.3; Debian 12 has 3.40.1). Whoever commits or checkpoints therefore holds an
exclusive lock on a file of its own beside the database, in every process; readers open with `mode=ro`, take no
such lock, and can't checkpoint, not even when they are the last to close.
"""

import fcntl
import math
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database, Migrations

from agi.books.errors import BookError


class Busy(BookError):
    """Another process holds the lock."""


def beside(path: Path, ending: str) -> Path:
    """The file that belongs to the database `path`: its name with `ending` after it."""
    return path.with_name(path.name + ending)


@contextmanager
def exclusive(lock: Path, wait_s: float = math.inf) -> Iterator[None]:
    """Hold the lock file `lock` (made if absent, never deleted). Raises `Busy` when that takes more than `wait_s`
    seconds.

    The kernel lets go of the lock when a process dies, so none is ever left behind.
    """
    until = time.monotonic() + wait_s
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise Busy("another process holds the lock") from None
                time.sleep(0.002)
        yield
    finally:
        os.close(handle)


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that reads only; usable from any one thread at a time. Raises sqlite3.OperationalError.

    Beside a database in WAL mode that nobody has open SQLite makes a file even to read. Who may not (the pages) reads
    it as one that stays as it is: for a short while, then, and not to follow it.
    """
    connection = _read_only(path, "mode=ro")
    try:
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_READONLY:
            return connection  # whoever asks something of it is told
        connection.close()
        connection = _read_only(path, "immutable=1")
    return connection


def _read_only(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?{how}", uri=True, check_same_thread=False, isolation_level=None, timeout=5
    )
    connection.execute("PRAGMA query_only=on")
    connection.execute("PRAGMA temp_store=memory")  # who is confined may make no file to sort a month of calls in
    return connection


def open_writer(path: Path) -> sqlite3.Connection:
    """A connection that writes, in explicit transactions; usable from any one thread at a time. File mode 0600."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5)


def snapshot(path: Path, copy: Path) -> None:
    """Write the database at `path` as it is at this moment, rows in its WAL included, into the one new file `copy`.

    Others go on writing meanwhile. Raises sqlite3.Error.
    """
    with closing(open_reader(path)) as source, closing(open_writer(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE").fetchall()  # so that all is in the one file


def unsound(path: Path) -> str | None:
    """What SQLite finds wrong with the database at `path`, in its words; None when it is whole."""
    try:
        with closing(open_reader(path)) as connection:
            check_sound(connection)
    except sqlite3.Error as error:
        return str(error)
    return None


def check_sound(connection: sqlite3.Connection) -> None:
    """Read all pages of the database (some 0.3 s a 100 MB). Raises sqlite3.DatabaseError where one is damaged."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found.rpartition("\n")[2])  # a line before it names the database only


@contextmanager
def one_transaction(path: Path, schema: Migrations) -> Iterator[sqlite3.Connection]:
    """One transaction in the book at `path`, made on first use: of books that several processes write, not in WAL mode.

    What it lacks of `schema` is made first. Raises sqlite3.Error, OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = open_writer(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        database = Database(connection, execute_plugins=False)
        if schema.pending(database):
            schema.apply(database)
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()  # what is not committed is rolled back
