"""The tables of `calls.db`, as migrations, and whether a database has them."""

import sqlite3
from contextlib import closing
from functools import cache

from sqlite_utils import Database, Migrations

SCHEMA = Migrations("calls")


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


def lacking(connection: sqlite3.Connection) -> str:
    """The first table or column of a book of calls that this database has not, in words; "" when it has all.

    Raises sqlite3.Error.
    """
    for table, columns in _wanted().items():
        found = {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}
        if missing := columns - found:
            return f"{table}.{min(missing)}" if found else f"the table {table}"
    return ""


@cache
def _wanted() -> dict[str, set[str]]:
    """The columns of each table, from the migrations themselves."""
    with closing(sqlite3.connect(":memory:")) as connection:
        SCHEMA.apply(Database(connection, execute_plugins=False))
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {
            table: {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}
            for table in tables
            if not table.startswith(("sqlite_", "_sqlite_"))
        }
