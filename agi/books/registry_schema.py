"""The tables of `registry.db`, as migrations, and what tells how its hashes were made: the key and the KK digits."""

import sqlite3

from sqlite_utils import Database, Migrations

from agi.privacy import keyed_hash

SCHEMA = Migrations("registry")
AS_OF = "imported."
"""Before the name of a table, the name in `meta` of the time its rows are of (UTC, ISO 8601)."""


@SCHEMA()
def residents_applications_offices(db: Database) -> None:
    """The first tables. WITHOUT ROWID: a look-up is one walk down one tree. Hashes are of `kk_hash`, `pin_hash`."""
    for statement in (
        """CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID""",
        """CREATE TABLE residents (
            nik TEXT PRIMARY KEY,
            kk_hash BLOB NOT NULL,
            status TEXT NOT NULL,
            ktp TEXT NOT NULL,
            region TEXT NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE applications (
            number TEXT PRIMARY KEY,
            pin_hash BLOB NOT NULL,
            nik TEXT NOT NULL,
            document TEXT NOT NULL,
            status TEXT NOT NULL,
            since TEXT NOT NULL,
            reason TEXT NOT NULL,
            office TEXT NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE INDEX applications_of_nik ON applications (nik)""",
        """CREATE TABLE offices (code TEXT PRIMARY KEY, name TEXT NOT NULL, hours TEXT NOT NULL)
        STRICT, WITHOUT ROWID""",
    ):
        db.execute(statement)


@SCHEMA()
def kk_digits_of_the_first_tables(db: Database) -> None:
    """Until now the last 6 digits of the KK number were hashed, and nothing said so."""
    db.execute(
        "INSERT INTO meta (name, value) SELECT 'kk-digits', '6' WHERE EXISTS (SELECT 1 FROM residents) "
        "AND NOT EXISTS (SELECT 1 FROM meta WHERE name = 'kk-digits')"
    )


@SCHEMA()
def usual_time_of_offices(db: Database) -> None:
    """How long things usually take at an office, in its own words."""
    db.execute("ALTER TABLE offices ADD COLUMN usual_time TEXT NOT NULL DEFAULT ''")


def key_check(key: bytes) -> str:
    """A value that tells whether a registry was built with `key`, and nothing else about it."""
    return keyed_hash(key, "key-check", "registry").hex()


def remembered(connection: sqlite3.Connection, name: str) -> str | None:
    """A value of the registry's `meta`."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def kk_digits_of(connection: sqlite3.Connection) -> int | None:
    """How many of the last digits of the KK number the residents' hashes are made of; None: no residents yet."""
    digits = remembered(connection, "kk-digits")
    return int(digits) if digits else None


def kk_hash(key: bytes, nik: str, kk_digits: str) -> bytes:
    """What is kept of the last digits of a KK number: bound to the NIK, so equal digits hash differently."""
    return keyed_hash(key, "kk", nik, kk_digits)


def pin_hash(key: bytes, number: str, pin: str) -> bytes:
    """What is kept of the PIN of the application `number`."""
    return keyed_hash(key, "pin", number, pin)
