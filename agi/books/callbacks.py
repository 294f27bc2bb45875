"""Callbacks, in `cases.db`."""

import sqlite3
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from agi.books.callback import OPEN, Callback, CallbackState
from agi.books.errors import BookError
from agi.books.rows import stored
from agi.books.small_book import SmallBook, columns, values

_ALL = columns(Callback)
_MARKS = ", ".join("?" * len(_ALL.split(", ")))
_OVER = "state NOT IN ({})".format(", ".join(f"'{state}'" for state in OPEN))


class CallbackNotFound(BookError):
    """There is no such callback."""


class CallbackBook:
    """The callbacks in `book`. Any thread of any process; every method raises BookError."""

    def __init__(self, book: SmallBook) -> None:
        self._book = book

    def add(self, callback: Callback, refused: Callable[[tuple[Callback, ...]], bool]) -> bool:
        """Write down a new one, unless it is `refused` in view of all that are kept; whether it is written."""

        def work(rows: sqlite3.Connection) -> bool:
            if refused(_found(rows, "1 = 1")):
                return False
            rows.execute(f"INSERT INTO callbacks ({_ALL}) VALUES ({_MARKS})", values(callback))  # noqa: S608
            return True

        return self._book.do(work)

    def change(self, callback_id: str, change: Callable[[Callback], Callback | None]) -> Callback | None:
        """Let `change` make it another (None: leave it as it is); what was written, None where nothing was.

        Raises CallbackNotFound, and what `change` raises: then nothing is changed.
        """
        written = ", ".join(f"{column} = ?" for column in _ALL.split(", "))

        def work(rows: sqlite3.Connection) -> Callback | None:
            (found, *_) = _found(rows, "id = ?", callback_id) or (None,)
            if found is None:
                raise CallbackNotFound(f"There is no callback {callback_id}.")
            changed = change(found)
            if changed is not None:
                query = f"UPDATE callbacks SET {written} WHERE id = ?"  # noqa: S608 - names of columns
                rows.execute(query, (*values(changed), callback_id))
            return changed

        return self._book.do(work)

    def listed(self, states: Collection[CallbackState] = OPEN, limit: int = -1) -> tuple[Callback, ...]:
        """Those in one of `states`, in the order of the queue; at most `limit` (-1: all)."""
        marks = ", ".join("?" * len(states))
        which = f"state IN ({marks}) ORDER BY joined, id LIMIT ?"
        return self._book.do(lambda rows: _found(rows, which, *states, limit))

    def of_case(self, number: str) -> Callback | None:
        """The last one of the case with this number."""
        which = "case_number = ? ORDER BY asked DESC, id LIMIT 1"
        return next(iter(self._book.do(lambda rows: _found(rows, which, number))), None)

    def forget_numbers(self, before: datetime) -> None:
        """Strike out whom those called that were over before that time."""
        query = f"UPDATE callbacks SET number = '', code = '' WHERE {_OVER} AND changed < ? AND number <> ''"  # noqa: S608
        self._book.do(lambda rows: rows.execute(query, (stored(before),)))

    def purge(self, before: datetime) -> int:
        """Delete those that are over and that nobody has changed since; how many."""
        query = f"DELETE FROM callbacks WHERE {_OVER} AND changed < ?"  # noqa: S608 - words of ours
        return self._book.do(lambda rows: rows.execute(query, (stored(before),)).rowcount)


def _found(rows: sqlite3.Connection, which: str, *given: object) -> tuple[Callback, ...]:
    query = f"SELECT {_ALL} FROM callbacks WHERE {which}"  # noqa: S608 - words of ours
    return tuple(map(_callback, rows.execute(query, given).fetchall()))


def _callback(row: tuple[Any, ...]) -> Callback:
    found = Callback(*row)
    return replace(
        found,
        joined=datetime.fromisoformat(str(found.joined)),
        asked=datetime.fromisoformat(str(found.asked)),
        due=datetime.fromisoformat(str(found.due)),
        expires=datetime.fromisoformat(str(found.expires)),
        changed=datetime.fromisoformat(str(found.changed)),
        state=CallbackState(found.state),
    )
