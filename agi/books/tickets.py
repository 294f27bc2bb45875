"""The book of tickets: `tickets.db`, which the line and the pages write.

Each operation is one transaction under SQLite's own lock, with a rollback journal and not a WAL: several processes may
write it, which files in WAL mode do not stand on SQLite before 3.51.3 (see `files.py`). It has some thousand rows.
"""

import sqlite3
from collections.abc import Callable, Collection
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from agi.books.errors import BookError
from agi.books.rows import stored
from agi.books.small_book import FileBook
from agi.books.ticket import AskedFor, Category, LifeEvent, Mark, Note, Reason, RefusedBy, State, Ticket
from agi.books.tickets_schema import SCHEMA

_COLUMNS = tuple(one.name for one in fields(Ticket))
_ALL = ", ".join(_COLUMNS)
_DUE_FIRST = "ORDER BY due IS NULL, due, opened, id"


class TicketNotFound(BookError):
    """There is no such ticket."""


class NumberTaken(BookError):
    """Another ticket has this number."""


class TicketBook:
    """The tickets in the file at `path`, made on first use. Any thread of any process; each method raises BookError."""

    def __init__(self, path: Path) -> None:
        self._book = FileBook(path, SCHEMA)

    def ready(self) -> None:
        """Raise BookError if nothing can be written now: asked before somebody speaks for nothing."""
        self._book.do(lambda _: None)

    def add(self, ticket: Ticket) -> None:
        """Write down a new one. Raises NumberTaken."""
        marks = ", ".join("?" * len(_COLUMNS))

        def work(rows: sqlite3.Connection) -> None:
            try:
                rows.execute(f"INSERT INTO tickets ({_ALL}) VALUES ({marks})", _values(ticket))  # noqa: S608
            except sqlite3.IntegrityError as error:
                raise NumberTaken(f"the number of ticket {ticket.id} is taken") from error

        self._book.do(work)

    def change(self, ticket_id: str, change: Callable[[Ticket], Ticket], note: Note | None = None) -> Ticket:
        """Let `change` make the ticket another, which is written and given back, with a `note` about it.

        Raises TicketNotFound, and what `change` raises: then nothing is changed.
        """
        written = ", ".join(f"{column} = ?" for column in _COLUMNS)

        def work(rows: sqlite3.Connection) -> Ticket:
            changed = change(_found(rows, ticket_id))
            rows.execute(f"UPDATE tickets SET {written} WHERE id = ?", (*_values(changed), ticket_id))  # noqa: S608
            if note is not None:
                values = (ticket_id, stored(note.at), note.who, note.text)
                rows.execute("INSERT INTO notes (ticket, at, who, text) VALUES (?, ?, ?, ?)", values)
            return changed

        return self._book.do(work)

    def remove(self, ticket_id: str) -> None:
        """Delete it with its notes; one that is gone stays so."""

        def work(rows: sqlite3.Connection) -> None:
            rows.execute("DELETE FROM notes WHERE ticket = ?", (ticket_id,))
            rows.execute("DELETE FROM tickets WHERE id = ?", (ticket_id,))

        self._book.do(work)

    def ticket(self, ticket_id: str) -> Ticket:
        """The one with this id. Raises TicketNotFound."""
        return self._book.do(lambda rows: _found(rows, ticket_id))

    def by_number(self, number: str) -> Ticket | None:
        """The one with this number, or None."""
        query = f"SELECT {_ALL} FROM tickets WHERE number = ?"  # noqa: S608 - names of columns
        row = self._book.do(lambda rows: rows.execute(query, (number,)).fetchone())
        return _ticket(row) if row else None

    def notes(self, ticket_id: str) -> tuple[Note, ...]:
        """What was noted about it, the oldest first."""
        query = "SELECT at, who, text FROM notes WHERE ticket = ? ORDER BY seq"
        found = self._book.do(lambda rows: rows.execute(query, (ticket_id,)).fetchall())
        return tuple(Note(datetime.fromisoformat(at), who, text) for at, who, text in found)

    def tickets(self, states: Collection[State], limit: int = -1) -> tuple[Ticket, ...]:
        """Those in one of `states`, what is due first first, drafts last; at most `limit` (-1: all)."""
        marks = ", ".join("?" * len(states))
        query = f"SELECT {_ALL} FROM tickets WHERE state IN ({marks}) {_DUE_FIRST} LIMIT ?"  # noqa: S608
        return tuple(map(_ticket, self._book.do(lambda rows: rows.execute(query, (*states, limit)).fetchall())))


class MemoryTickets:
    """The same in memory: for conversations that are tried, of which nothing is kept."""

    def __init__(self) -> None:
        self._tickets: dict[str, Ticket] = {}
        self._notes: dict[str, list[Note]] = {}

    def ready(self) -> None:
        """Always."""

    def add(self, ticket: Ticket) -> None:
        """See `TicketBook`."""
        if ticket.id in self._tickets or self.by_number(ticket.number):
            raise NumberTaken(f"the number of ticket {ticket.id} is taken")
        self._tickets[ticket.id] = ticket

    def change(self, ticket_id: str, change: Callable[[Ticket], Ticket], note: Note | None = None) -> Ticket:
        """See `TicketBook`."""
        self._tickets[ticket_id] = change(self.ticket(ticket_id))
        if note is not None:
            self._notes.setdefault(ticket_id, []).append(note)
        return self._tickets[ticket_id]

    def remove(self, ticket_id: str) -> None:
        """See `TicketBook`."""
        self._tickets.pop(ticket_id, None)
        self._notes.pop(ticket_id, None)

    def ticket(self, ticket_id: str) -> Ticket:
        """See `TicketBook`."""
        if ticket_id not in self._tickets:
            raise TicketNotFound(f"There is no ticket {ticket_id}.")
        return self._tickets[ticket_id]

    def by_number(self, number: str) -> Ticket | None:
        """See `TicketBook`."""
        return next((one for one in self._tickets.values() if one.number == number), None)

    def notes(self, ticket_id: str) -> tuple[Note, ...]:
        """See `TicketBook`."""
        return tuple(self._notes.get(ticket_id, ()))

    def tickets(self, states: Collection[State], limit: int = -1) -> tuple[Ticket, ...]:
        """See `TicketBook`."""
        found = [one for one in self._tickets.values() if one.state in states]
        found.sort(key=lambda one: (one.due or date.max, one.opened, one.id))
        return tuple(found if limit < 0 else found[:limit])


def _found(rows: sqlite3.Connection, ticket_id: str) -> Ticket:
    row = rows.execute(f"SELECT {_ALL} FROM tickets WHERE id = ?", (ticket_id,)).fetchone()  # noqa: S608
    if row is None:
        raise TicketNotFound(f"There is no ticket {ticket_id}.")
    return _ticket(row)


def _values(ticket: Ticket) -> tuple[object, ...]:
    return tuple(_stored(getattr(ticket, column)) for column in _COLUMNS)


def _stored(value: object) -> object:
    if isinstance(value, datetime):
        return stored(value)
    return value.isoformat() if isinstance(value, date) else value


def _ticket(row: tuple[Any, ...]) -> Ticket:
    found = Ticket(*row)
    return replace(
        found,
        category=Category(found.category),
        opened=datetime.fromisoformat(str(found.opened)),
        changed=datetime.fromisoformat(str(found.changed)),
        state=State(found.state),
        mark=Mark(found.mark),
        reason=Reason(found.reason),
        refused_by=RefusedBy(found.refused_by),
        due=_day(found.due),
        event=LifeEvent(found.event),
        event_day=_day(found.event_day),
        asked_for=AskedFor(found.asked_for),
    )


def _day(kept: object) -> date | None:
    return date.fromisoformat(str(kept)) if kept else None
