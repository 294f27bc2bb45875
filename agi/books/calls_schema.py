"""The tables of `calls.db`, as migrations: bringing a database to them, whether it has them, and is sound."""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from sqlite_utils import Database, Migrations

from agi.books.files import Busy, beside, exclusive, open_reader, open_writer, unsound

SCHEMA = Migrations("calls")
_LOCK_WAIT_S = 5.0


@SCHEMA()
def calls_events_lockouts(db: Database) -> None:
    """The first tables. No foreign key: an event whose call was lost is still worth keeping."""
    for statement in (
        """CREATE TABLE calls (
            id TEXT PRIMARY KEY,
            caller_hash BLOB,
            caller TEXT NOT NULL DEFAULT '',
            started TEXT NOT NULL,
            ended TEXT,
            outcome TEXT,
            place TEXT NOT NULL DEFAULT '',
            why TEXT NOT NULL DEFAULT '',
            afterwards TEXT NOT NULL DEFAULT '',
            about_hash BLOB,
            about TEXT NOT NULL DEFAULT ''
        ) STRICT""",
        """CREATE INDEX calls_started ON calls (started)""",
        """CREATE INDEX calls_open ON calls (started) WHERE ended IS NULL""",
        """CREATE INDEX calls_about ON calls (about_hash) WHERE about_hash IS NOT NULL""",
        """CREATE TABLE events (
            seq INTEGER PRIMARY KEY,
            call TEXT NOT NULL,
            at TEXT NOT NULL,
            kind TEXT NOT NULL,
            node TEXT NOT NULL,
            prompts TEXT NOT NULL,
            result TEXT NOT NULL,
            mode TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            value TEXT NOT NULL,
            took_ms INTEGER NOT NULL,
            detail TEXT NOT NULL
        ) STRICT""",
        """CREATE INDEX events_of_call ON events (call)""",
        # AUTOINCREMENT: locks.counted_from must stay below what comes after old failures are deleted.
        """CREATE TABLE failures (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, subject BLOB NOT NULL, at TEXT NOT NULL
        ) STRICT""",
        """CREATE INDEX failures_of_subject ON failures (subject)""",
        """CREATE INDEX failures_at ON failures (at)""",
        """CREATE TABLE locks (
            subject BLOB PRIMARY KEY,
            counted_from INTEGER NOT NULL,
            since TEXT NOT NULL,
            until TEXT
        ) STRICT, WITHOUT ROWID""",
    ):
        db.execute(statement)


@SCHEMA()
def proofs(db: Database) -> None:
    """Who has proved what from which number, as keyed hashes: `pair` of number and target, `caller` of the number."""
    db.execute(
        "CREATE TABLE proofs (pair BLOB PRIMARY KEY, caller BLOB NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID"
    )
    db.execute("CREATE INDEX proofs_of_caller ON proofs (caller)")
    db.execute("CREATE INDEX proofs_at ON proofs (at)")


@SCHEMA()
def contacts_and_typed_events(db: Database) -> None:
    """How somebody came and what was said to them; how sure an answer was; a key that makes an event one.

    Tables and columns keep their names: a line of the version before may still be writing.
    """
    for statement in (
        "ALTER TABLE calls ADD COLUMN channel TEXT NOT NULL DEFAULT 'telephone'",
        "ALTER TABLE calls ADD COLUMN edition INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE events ADD COLUMN key TEXT",  # NULL: written before there were keys
        "ALTER TABLE events ADD COLUMN confidence REAL",
        "ALTER TABLE events ADD COLUMN sure INTEGER NOT NULL DEFAULT 1",
        "ALTER TABLE events ADD COLUMN fell_back TEXT NOT NULL DEFAULT ''",
        """UPDATE events SET
            confidence = CAST(substr(detail, 12, 4) AS REAL), sure = detail NOT LIKE '%, unsure', detail = ''
        WHERE kind = 'asked' AND detail LIKE 'confidence _.__%'""",
        """UPDATE events SET fell_back = substr(detail, 19), detail = ''
        WHERE kind = 'asked' AND detail LIKE 'keys only: speech %'""",
        # How a call had ended when its caller came back from the queue.
        "UPDATE events SET kind = 'ended', node = '' WHERE kind = 'noted' AND node = 'queue' AND result <> ''",
        "DROP INDEX events_of_call",
        "CREATE UNIQUE INDEX events_once ON events (call, key)",
    ):
        db.execute(statement)


@SCHEMA()
def calls_of_a_number(db: Database) -> None:
    """The calls of a number are found without reading all of them."""
    db.execute("CREATE INDEX calls_caller ON calls (caller_hash, started) WHERE caller_hash IS NOT NULL")


def bring_to_schema(database: Database) -> None:
    """Make or renew the tables. Raises what SQLite says of a file that is no database, if these are another's."""
    names = set(database.table_names())
    if names and not names >= {"calls", "events"}:
        raise _foreign()
    try:
        with database.atomic():  # whole at once: who reads meanwhile, or comes after a kill, finds all tables or none
            SCHEMA.apply(database)
            if lacking(database.conn):
                raise _foreign()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # no such column, there already: not made by us
            raise _foreign() from error
        raise


def _foreign() -> sqlite3.DatabaseError:
    """As SQLite would say it of a file that is no database."""
    error = sqlite3.DatabaseError("the database at this name is not the book of calls")
    error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
    return error


def pending(connection: sqlite3.Connection) -> bool:
    """Whether this book of calls is of an earlier version, which the next writer brings to this one.

    Raises sqlite3.Error.
    """
    return 0 < _applied(connection) < len(_names())


def lacking(connection: sqlite3.Connection) -> str:
    """The first table or column of a book of calls of its version that this database has not, in words; "" when it has
    all.

    Raises sqlite3.Error.
    """
    for table, columns in _wanted(_applied(connection)).items():
        found = {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}
        if missing := columns - found:
            return f"{table}.{min(missing)}" if found else f"the table {table}"
    return ""


def _applied(connection: sqlite3.Connection) -> int:
    """How many of our migrations have been applied."""
    database = Database(connection, execute_plugins=False)
    return len({one.name for one in SCHEMA.applied(database)} & _names())


@cache
def _names() -> frozenset[str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        return frozenset(one.name for one in SCHEMA.pending(Database(connection, execute_plugins=False)))


@cache
def _wanted(applied: int) -> dict[str, set[str]]:
    """The columns of each table after the first `applied` migrations (none: after all), from the migrations."""
    with closing(sqlite3.connect(":memory:")) as connection:
        database = Database(connection, execute_plugins=False)
        later = SCHEMA.pending(database)[applied or len(_names()) :]
        SCHEMA.apply(database, stop_before=[one.name for one in later])
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {
            table: {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}
            for table in tables
            if not table.startswith(("sqlite_", "_sqlite_"))
        }


def fault(path: Path) -> str | None:
    """What is wrong with the book of calls at `path`, in words; None when it is sound, or not there yet."""
    if not path.exists() and not path.is_symlink():
        return None
    if not path.is_file():
        return "it is no file"
    if not path.stat().st_size:
        return "it is empty"
    if trouble := unsound(path):
        return trouble
    try:
        with closing(open_reader(path)) as connection:
            lacks = lacking(connection)  # of an earlier version all is there: who opens it brings it to this one
        return f"it is not the book of calls, or of another version: it lacks {lacks}" if lacks else _unwritten(path)
    except (sqlite3.Error, OSError, Busy) as error:
        return str(error)


def _unwritten(path: Path) -> str | None:
    """Why nothing can be written; raises as well what SQLite raises when it is asked to. Nothing is left changed."""
    with exclusive(beside(path, ".lock"), _LOCK_WAIT_S), closing(open_writer(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE written_by_doctor (one)")
        connection.execute("ROLLBACK")
    return None
