"""Is the book of calls what its name says, and would a record reach it?"""

import sqlite3
from contextlib import closing
from pathlib import Path

from agi.books.calls_schema import lacking
from agi.books.files import Busy, beside, exclusive, open_reader, open_writer, unsound

_LOCK_WAIT_S = 5.0


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
