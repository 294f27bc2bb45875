"""Reading call records while the line writes them. Readers never write and never checkpoint (`files.py`)."""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from agi.books.calls_schema import lacking, pending
from agi.books.contacts import Contact
from agi.books.course import Course, course
from agi.books.errors import BookError, CallNotFound
from agi.books.events import Event, NoteKind, Outcome
from agi.books.files import open_reader
from agi.books.rows import BY_TELEPHONE, CONTACT, EVENT, OPEN, contact, event, stored
from agi.books.writer import Writer

_BROUGHT_UP_S = 600.0
_LATER_THAN_ALL = "~"  # than any time as it is stored


class BookUnreadable(BookError):
    """The call records can't be read; the message says why."""


class CallReader:
    """The `CallHistory` of the book at `path`; one that is not there yet reads as empty. For one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def calls(
        self,
        limit: int = 20,
        outcome: Outcome | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Contact, ...]:
        """See `CallHistory`."""
        query = f"""SELECT {CONTACT} FROM calls
            WHERE {BY_TELEPHONE} AND started >= :since AND started < :until AND (:outcome IS NULL OR outcome = :outcome)
            ORDER BY started DESC, rowid DESC LIMIT :limit"""  # noqa: S608 - names of columns
        moments = {"since": stored(since) if since else "", "until": stored(until) if until else _LATER_THAN_ALL}
        return tuple(map(contact, self._rows(query, {**moments, "outcome": outcome, "limit": limit})))

    def call(self, id_prefix: str) -> Contact:
        """See `CallHistory`."""
        # A range and not LIKE: it finds its way by the primary key. An id that is the whole prefix comes first.
        rows = self._rows(
            f"SELECT {CONTACT} FROM calls WHERE id >= ? AND id < ? || char(1114111) ORDER BY id LIMIT 2",  # noqa: S608
            (id_prefix, id_prefix),
        )
        if not rows or not id_prefix:
            raise CallNotFound(f"No call has an id that begins with {id_prefix!r}.")
        if len(rows) > 1 and rows[0]["id"] != id_prefix:
            raise CallNotFound(f"Several calls have an id that begins with {id_prefix!r}: type more of it.")
        return contact(rows[0])

    def open_calls(self) -> tuple[Contact, ...]:
        """See `CallHistory`."""
        return tuple(map(contact, self._rows(OPEN)))

    def events(self, call_id: str) -> tuple[Event, ...]:
        """See `CallHistory`."""
        rows = self._rows(f"SELECT {EVENT} FROM events WHERE call = ? ORDER BY seq", (call_id,))  # noqa: S608
        return tuple(map(event, rows))

    def course(self, contact: Contact) -> Course:
        """See `CallHistory`."""
        columns = EVENT.replace("prompts", "'[]' AS prompts")
        told = "kind IN ('asked', 'ended') OR (kind, node) = ('noted', ?)"
        query = f"SELECT {columns} FROM events WHERE call = ? AND ({told}) ORDER BY seq"  # noqa: S608
        rows = self._rows(query, (contact.id, NoteKind.REGISTRY_UNAVAILABLE))
        return course(contact, map(event, rows))

    def editions(self) -> frozenset[int]:
        """See `CallHistory`."""
        return frozenset(number for (number,) in self._rows("SELECT DISTINCT edition FROM calls WHERE edition > 0"))

    def follow(self, poll_s: float = 0.2) -> Iterator[Contact | tuple[str, Event]]:
        """See `CallHistory`. Looks every `poll_s` seconds."""
        newest = "SELECT (SELECT coalesce(max(rowid), 0) FROM calls), (SELECT coalesce(max(seq), 0) FROM events)"
        ((call_row, event_seq),) = self._rows(newest) or [(0, 0)]
        going = {call.id for call in self.open_calls()}
        while True:
            self._rows("BEGIN")  # one moment for all the questions below
            begun = self._rows(f"SELECT {CONTACT}, rowid FROM calls WHERE rowid > ? ORDER BY rowid", (call_row,))  # noqa: S608
            events = self._rows(
                f"SELECT {EVENT}, call, seq FROM events WHERE seq > ? ORDER BY seq",  # noqa: S608
                (event_seq,),
            )
            open_now = {call.id: call for call in self.open_calls()}
            ended = [self.call(call_id) for call_id in sorted(going - open_now.keys())]
            self._rows("COMMIT")
            call_row = begun[-1]["rowid"] if begun else call_row
            event_seq = events[-1]["seq"] if events else event_seq
            news = [contact(row) for row in begun]
            yield from (replace(call, ended=None, outcome=None) for call in news)
            yield from (open_now[call_id] for call_id in open_now.keys() - going - {call.id for call in news})
            for row in events:
                yield row["call"], event(row)
            yield from ended
            yield from (call for call in news if call.ended is not None)
            going = set(open_now)
            time.sleep(poll_s)

    def _rows(self, sql: str, values: Mapping[str, object] | tuple[object, ...] = ()) -> list[Any]:
        try:
            self._connection = self._connection or self._opened()
            return self._connection.execute(sql, values).fetchall() if self._connection else []
        except sqlite3.Error as error:
            raise BookUnreadable(f"{self._path} can't be read: {error}") from error

    def _opened(self) -> sqlite3.Connection | None:
        """A connection to a book of this version; None where there is no book yet."""
        if not self._path.exists():
            return None
        connection = open_reader(self._path)
        try:  # emptiness first: the line may be just making it, and makes it whole at once
            empty = not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            lacks, earlier = lacking(connection), pending(connection)
        except sqlite3.Error:
            connection.close()
            raise
        if not lacks and not earlier:
            connection.row_factory = sqlite3.Row
            return connection
        connection.close()
        if empty:  # `fault` tells when it stays so
            return None
        if lacks:
            raise BookUnreadable(f"{self._path} is no book of calls of this version: it lacks {lacks}")
        self._bring_to_this_version()
        return self._opened()

    def _bring_to_this_version(self) -> None:
        """Let a writer open the book, as the line does when it starts."""
        writer = Writer.start(self._path)
        done, trouble = writer.flush(_BROUGHT_UP_S), writer.trouble
        writer.close(0)
        if not done:
            raise BookUnreadable(f"{self._path} is of an earlier version and can't be brought to this one: {trouble}")
