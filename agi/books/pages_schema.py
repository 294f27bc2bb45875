"""The tables of `pages.db`: who may use the pages, who is signed in, and what everybody did there."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database, Migrations

from agi.books.errors import BookError
from agi.books.files import one_transaction

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


@SCHEMA()
def telephones(db: Database) -> None:
    """Telephones of people's own: what Asterisk knows their password by."""
    db.execute("CREATE TABLE telephones (account TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT, WITHOUT ROWID")


@SCHEMA()
def agents_desks(db: Database) -> None:
    """Agents: whose account is which number, what is to be done for them at Asterisk, and what came of their calls."""
    for statement in (
        """CREATE TABLE desks (account TEXT PRIMARY KEY, agent TEXT NOT NULL UNIQUE) STRICT, WITHOUT ROWID""",
        """CREATE TABLE orders (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            what TEXT NOT NULL,
            agent TEXT NOT NULL,
            detail TEXT NOT NULL,
            at TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE handled (
            call TEXT NOT NULL,
            agent TEXT NOT NULL,
            account TEXT NOT NULL,
            at TEXT NOT NULL,
            result TEXT NOT NULL,
            note TEXT NOT NULL,
            checked TEXT NOT NULL,
            PRIMARY KEY (call, agent)
        ) STRICT, WITHOUT ROWID""",
    ):
        db.execute(statement)


@contextmanager
def pages_book(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction in the book of the pages at `path`, made on first use. Raises PagesBookError."""
    try:
        with one_transaction(path, SCHEMA) as connection:
            connection.row_factory = sqlite3.Row
            yield connection
    except (sqlite3.Error, OSError) as error:
        raise PagesBookError(f"{path} can't be used: {error}") from error
