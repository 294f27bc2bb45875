"""The institutions that may check NIKs, and what they asked, in `institutions.db`."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from agi.books.errors import BookError
from agi.books.institution import Institution, Purpose, Query, Standing
from agi.books.rows import stored
from agi.books.small_book import SmallBook, time_of

_ONE = "id, name, daily, added, pin, removed"
_QUERY = "at, institution, purpose, nik, call, told"


class InstitutionNotFound(BookError):
    """There is no such institution."""


class IdTaken(BookError):
    """Another institution has, or had, this id."""


class LimitReached(BookError):
    """The institution has asked as often as it may."""


class InstitutionBook:
    """The institutions in `book`. Any thread of any process; every method raises BookError."""

    def __init__(self, book: SmallBook) -> None:
        self._book = book

    def ready(self) -> None:
        """Raise BookError if nothing can be written now."""
        self._book.do(lambda _: None)

    def add(self, one: Institution) -> None:
        """Write down a new one. Raises IdTaken."""
        values = (one.id, one.name, one.limit, stored(one.added), one.pin, None)

        def work(rows: sqlite3.Connection) -> None:
            try:
                rows.execute(f"INSERT INTO institutions ({_ONE}) VALUES (?, ?, ?, ?, ?, ?)", values)  # noqa: S608
            except sqlite3.IntegrityError as error:
                raise IdTaken(f"the id {one.id} is taken") from error

        self._book.do(work)

    def change(self, number: str, change: Callable[[Institution], Institution]) -> Institution:
        """Let `change` make it another. Raises InstitutionNotFound."""

        def work(rows: sqlite3.Connection) -> Institution:
            found = _found(rows, number)
            if found is None:
                raise InstitutionNotFound(f"There is no institution {number}: see `hotline institutions list`.")
            one = change(found)
            values = (one.name, one.limit, one.pin, stored(one.removed) if one.removed else None, number)
            rows.execute("UPDATE institutions SET name = ?, daily = ?, pin = ?, removed = ? WHERE id = ?", values)
            return one

        return self._book.do(work)

    def by_id(self, number: str) -> Institution | None:
        """The one with this id, also where it was removed."""
        return self._book.do(lambda rows: _found(rows, number))

    def reserve(self, query: Query, since: datetime) -> int:
        """Write `query` down before it is answered, and give back its number.

        Raises LimitReached where the institution has asked as often as it may since `since`, and InstitutionNotFound
        where it may not ask any more.
        """

        def work(rows: sqlite3.Connection) -> int:
            asking = _found(rows, query.institution)
            if asking is None or asking.removed:
                raise InstitutionNotFound(f"The institution {query.institution} may not ask.")
            (asked,) = rows.execute(
                "SELECT count(*) FROM queries WHERE institution = ? AND at >= ?", (asking.id, stored(since))
            ).fetchone()
            if asked >= asking.limit:
                raise LimitReached(f"The institution {asking.id} has asked {asked} times.")
            values = (stored(query.at), query.institution, query.purpose, query.nik, query.call, query.told)
            done = rows.execute(f"INSERT INTO queries ({_QUERY}) VALUES (?, ?, ?, ?, ?, ?)", values)  # noqa: S608
            return int(done.lastrowid or 0)

        return self._book.do(work)

    def told(self, number: int, standing: Standing) -> None:
        """Write down what is going to be told."""
        self._book.do(
            lambda rows: rows.execute("UPDATE queries SET told = ? WHERE seq = ?", (standing, number)) and None
        )

    def take_back(self, number: int) -> None:
        """The query could not be answered: it never was."""
        self._book.do(lambda rows: rows.execute("DELETE FROM queries WHERE seq = ?", (number,)) and None)

    def purge(self, before: datetime) -> int:
        """Delete the queries before that moment; how many."""
        return self._book.do(lambda rows: rows.execute("DELETE FROM queries WHERE at < ?", (stored(before),)).rowcount)

    def every(self) -> tuple[Institution, ...]:
        """All, removed ones too, by their names."""
        return tuple(map(_institution, self._read(f"SELECT {_ONE} FROM institutions ORDER BY name, id")))  # noqa: S608

    def queries(self, since: datetime, limit: int = -1) -> tuple[Query, ...]:
        """Those at or after `since`, the newest first; at most `limit` (-1: all)."""
        query = f"SELECT {_QUERY} FROM queries WHERE at >= ? ORDER BY at DESC, seq DESC LIMIT ?"  # noqa: S608
        return tuple(map(_query, self._read(query, stored(since), limit)))

    def counts(self, since: datetime) -> dict[str, int]:
        """How often each has asked at or after `since`, by id."""
        found = self._read("SELECT institution, count(*) FROM queries WHERE at >= ? GROUP BY 1", stored(since))
        return dict(found)

    def _read(self, query: str, *values: object) -> list[Any]:
        return self._book.do(lambda rows: rows.execute(query, values).fetchall())


def _found(rows: sqlite3.Connection, number: str) -> Institution | None:
    row = rows.execute(f"SELECT {_ONE} FROM institutions WHERE id = ?", (number,)).fetchone()  # noqa: S608
    return _institution(row) if row else None


def _institution(row: tuple[Any, ...]) -> Institution:
    number, name, limit, added, pin, removed = row
    return Institution(number, name, limit, datetime.fromisoformat(added), pin, time_of(removed))


def _query(row: tuple[Any, ...]) -> Query:
    at, institution, purpose, nik, call, told = row
    return Query(datetime.fromisoformat(at), institution, Purpose(purpose), nik, call, Standing(told))
