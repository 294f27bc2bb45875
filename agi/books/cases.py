"""The cases of calls, in `cases.db`."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from agi.books.case import CaseFile
from agi.books.rows import stored
from agi.books.small_book import SmallBook, columns, time_of, values

_ALL = columns(CaseFile)
_MARKS = ", ".join("?" * len(_ALL.split(", ")))


class CaseBook:
    """The cases in `book`. Any thread of any process; every method raises BookError."""

    def __init__(self, book: SmallBook) -> None:
        self._book = book

    def keep(self, call: str, made: Callable[[CaseFile | None], CaseFile]) -> CaseFile | None:
        """Write down what `made` makes of the case of this call (None: it has none yet), which is given back.

        None where the number of a new one is taken: nothing is written.
        """

        def work(rows: sqlite3.Connection) -> CaseFile | None:
            before = _one(rows, "call = ?", call)
            made_now = made(before)
            if before is None and _one(rows, "number = ?", made_now.number):
                return None
            rows.execute(f"REPLACE INTO cases ({_ALL}) VALUES ({_MARKS})", values(made_now))  # noqa: S608
            return made_now

        return self._book.do(work)

    def by_number(self, number: str) -> CaseFile | None:
        """The one with this number, or None."""
        return self._book.do(lambda rows: _one(rows, "number = ?", number))

    def by_call(self, call: str) -> CaseFile | None:
        """The one that this call is about, or None."""
        return self._book.do(lambda rows: _one(rows, "call = ?", call))

    def dropped(self, caller: bytes, since: datetime) -> CaseFile | None:
        """The last of this caller that was cut off at or after `since`."""
        found = "caller = ? AND dropped >= ? ORDER BY dropped DESC"
        return self._book.do(lambda rows: _one(rows, found, caller, stored(since)))

    def change(self, number: str, change: Callable[[CaseFile], CaseFile]) -> CaseFile | None:
        """Let `change` make the case another, which is written and given back; None where it is gone."""
        written = ", ".join(f"{column} = ?" for column in _ALL.split(", "))

        def work(rows: sqlite3.Connection) -> CaseFile | None:
            before = _one(rows, "number = ?", number)
            if before is None:
                return None
            changed = change(before)
            rows.execute(f"UPDATE cases SET {written} WHERE number = ?", (*values(changed), number))  # noqa: S608
            return changed

        return self._book.do(work)

    def purge(self, before: datetime) -> int:
        """Delete those that nobody has changed since; how many."""
        query = "DELETE FROM cases WHERE changed < ?"
        return self._book.do(lambda rows: rows.execute(query, (stored(before),)).rowcount)


def _one(rows: sqlite3.Connection, which: str, *given: object) -> CaseFile | None:
    row = rows.execute(f"SELECT {_ALL} FROM cases WHERE {which}", given).fetchone()  # noqa: S608 - words of ours
    return _case(row) if row else None


def _case(row: tuple[Any, ...]) -> CaseFile:
    found = CaseFile(*row)
    return replace(
        found,
        opened=datetime.fromisoformat(str(found.opened)),
        changed=datetime.fromisoformat(str(found.changed)),
        joined=time_of(found.joined),
        dropped=time_of(found.dropped),
    )
