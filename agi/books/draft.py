"""A new registry beside the old one, renamed over it when it is whole.

All or nothing: a process killed at any moment leaves the old file as it was, and the next draft starts anew.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from agi.books.files import Busy, beside, check_sound, exclusive, open_writer
from agi.books.registry import KeyMismatch, RegistryDamaged, RegistryError
from agi.books.registry_schema import AS_OF, SCHEMA, key_check, remembered
from agi.books.words import Source


class ImportFailed(RegistryError):
    """There is no new registry, the old one stands; the message says why."""


@contextmanager
def draft(path: Path, key: bytes, *, fresh: bool = False) -> Iterator[sqlite3.Connection]:
    """A copy of the registry at `path` (an empty one if there is none, or with `fresh`), open for writing.

    When the block ends well, the copy replaces the registry; when it raises, the copy is thrown away.
    Raises ImportFailed, KeyMismatch (the registry was built with another key), RegistryDamaged, and
    OSError if the folder can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = beside(path, ".draft")
    try:
        with exclusive(beside(path, ".lock"), wait_s=0):
            new.unlink(missing_ok=True)
            try:
                connection = open_writer(new)  # makes the file, so that a copy goes into one that nobody else can read
                if path.exists() and not fresh:
                    shutil.copyfile(path, new)
                try:
                    _prepare(connection, key, path)
                    yield connection
                finally:
                    connection.close()
                _publish(new, path)
            finally:
                new.unlink(missing_ok=True)
    except sqlite3.OperationalError as error:
        raise ImportFailed(
            f"The new registry could not be written ({error}): check the disk's space. Nothing was changed."
        ) from error
    except Busy:
        raise ImportFailed("Another import is running: wait until it is done, then try again.") from None


def _prepare(connection: sqlite3.Connection, key: bytes, path: Path) -> None:
    # No journal and no fsync: a draft that is not finished is thrown away. `_publish` syncs the whole.
    try:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536", "temp_store=FILE"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        check_sound(connection)  # or what is damaged would be met half way, or handed on
        SCHEMA.apply(Database(connection, execute_plugins=False))
        made_with = remembered(connection, "key-check")
    except sqlite3.OperationalError:  # the disk, not the file
        raise
    except sqlite3.DatabaseError as error:
        raise RegistryDamaged(f"{path} is damaged ({error}): import with --replace to begin anew.") from error
    if made_with is None:
        remember(connection, "key-check", key_check(key))
    elif made_with != key_check(key):
        raise KeyMismatch(
            f"{path} was built with another key than var/secrets/hash-key: put that key back, or import with "
            "--replace, which empties the other tables too."
        )


def _publish(new: Path, path: Path) -> None:
    _sync(new)
    new.replace(path)
    _sync(path.parent)


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remember(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Write one value into the registry's `meta`."""
    connection.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def source_of(connection: sqlite3.Connection, table: str) -> Source:
    """Whose rows the table holds."""
    return Source(remembered(connection, f"source.{table}") or Source.EMPTY)


def set_source(connection: sqlite3.Connection, table: str, source: Source, as_of: datetime | None = None) -> None:
    """Remember whose rows the table holds now, and of what time they are: of now, unless `as_of` is given."""
    remember(connection, f"source.{table}", source)
    remember(connection, f"{AS_OF}{table}", (as_of or datetime.now(UTC)).isoformat(timespec="seconds"))
