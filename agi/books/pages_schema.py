"""The tables of `pages.db`: who may use the pages, who is signed in, and what everybody did there."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database, Migrations

from agi.books.errors import BookError
from agi.books.files import open_writer

SCHEMA = Migrations("pages")


class PagesBookError(BookError):
    """The book of the pages can't be read or written; the message says why."""


@SCHEMA()
def accounts_sessions_audit(db: Database) -> None:
    """The first tables. Tokens are kept as hashes; the audit can be added to and nothing else."""
    for statement in (
        """CREATE TABLE accounts (
            name TEXT PRIMARY KEY,
            role TEXT NOT NULL,
            password TEXT NOT NULL DEFAULT '',
            totp TEXT NOT NULL DEFAULT '',
            totp_step INTEGER NOT NULL DEFAULT 0,
            disabled INTEGER NOT NULL DEFAULT 0,
            invitation BLOB,
            invited_until TEXT NOT NULL DEFAULT '',
            failures INTEGER NOT NULL DEFAULT 0,
            locked_until TEXT NOT NULL DEFAULT ''
        ) STRICT, WITHOUT ROWID""",
        """CREATE UNIQUE INDEX accounts_invited ON accounts (invitation) WHERE invitation IS NOT NULL""",
        """CREATE TABLE sessions (
            token BLOB PRIMARY KEY,
            account TEXT NOT NULL,
            proven INTEGER NOT NULL,
            begun TEXT NOT NULL,
            ends TEXT NOT NULL,
            seen TEXT NOT NULL,
            message TEXT NOT NULL DEFAULT ''
        ) STRICT, WITHOUT ROWID""",
        """CREATE INDEX sessions_of ON sessions (account)""",
        """CREATE TABLE audit (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL,
            who TEXT NOT NULL,
            what TEXT NOT NULL,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL,
            link BLOB NOT NULL
        ) STRICT""",
        """CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit stays'); END""",
        """CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit stays'); END""",
    ):
        db.execute(statement)


@contextmanager
def pages_book(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction in the book of the pages at `path`, made on first use. Raises PagesBookError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = open_writer(path)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("BEGIN IMMEDIATE")
            if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'audit_kept'").fetchone():
                connection.execute("COMMIT")
                database = Database(connection, execute_plugins=False)
                with database.atomic():
                    SCHEMA.apply(database)
                connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()  # what is not committed is rolled back
    except sqlite3.Error as error:
        raise PagesBookError(f"{path} can't be used: {error}") from error
