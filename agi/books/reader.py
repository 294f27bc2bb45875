"""Reading call records while the line writes them. Readers never write and never checkpoint (`files.py`)."""

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from agi.books.call_words import Call, Event, Kind, Outcome
from agi.books.calls_schema import lacking
from agi.books.course import Course, course
from agi.books.files import BookError, open_reader

_CALL = "id, caller, started, ended, outcome, place, why, afterwards, about"
_EVENT = "at, kind, node, prompts, result, mode, attempt, value, took_ms, detail"


class BookUnreadable(BookError):
    """The call records can't be read; the message says why."""


class CallNotFound(BookError):
    """No call, or more than one, has an id that begins like this."""


class CallReader:
    """The calls in the book at `path`; a book that is not there yet reads as empty. For one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> "CallReader":
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
        about: bytes | None = None,
        until: datetime | None = None,
    ) -> tuple[Call, ...]:
        """The newest calls first: at most `limit` (-1: all), with this outcome, begun at or after `since` and
        before `until`, about the number with this hash (`calls.number_hash`)."""
        rules: list[str] = []
        values: list[str | bytes] = []
        if outcome is not None:
            rules.append("outcome = ?")
            values.append(outcome)
        if since is not None:
            rules.append("started >= ?")
            values.append(since.astimezone(UTC).isoformat(timespec="milliseconds"))
        if until is not None:
            rules.append("started < ?")
            values.append(until.astimezone(UTC).isoformat(timespec="milliseconds"))
        if about is not None:
            rules.append("about_hash = ?")
            values.append(about)
        where = f"WHERE {' AND '.join(rules)}" if rules else ""
        return tuple(
            _call(row)
            for row in self._rows(
                f"SELECT {_CALL} FROM calls {where} ORDER BY started DESC, rowid DESC LIMIT ?",  # noqa: S608
                (*values, limit),
            )
        )

    def call(self, id_prefix: str) -> Call:
        """The call whose id begins with `id_prefix`. Raises CallNotFound for none and for several."""
        # A range and not LIKE: it finds its way by the primary key. An id that is the whole prefix comes first.
        rows = self._rows(
            f"SELECT {_CALL} FROM calls WHERE id >= ? AND id < ? || char(1114111) ORDER BY id LIMIT 2",  # noqa: S608
            (id_prefix, id_prefix),
        )
        if not rows or not id_prefix:
            raise CallNotFound(f"No call has an id that begins with {id_prefix!r}.")
        if len(rows) > 1 and rows[0][0] != id_prefix:
            raise CallNotFound(f"Several calls have an id that begins with {id_prefix!r}: type more of it.")
        return _call(rows[0])

    def open_calls(self) -> tuple[Call, ...]:
        """All calls that have no end yet, oldest first."""
        return tuple(
            _call(row)
            for row in self._rows(
                f"SELECT {_CALL} FROM calls WHERE ended IS NULL ORDER BY started, rowid"  # noqa: S608
            )
        )

    def events(self, call_id: str) -> tuple[Event, ...]:
        """What happened in the call with this whole id, in order."""
        rows = self._rows(f"SELECT {_EVENT} FROM events WHERE call = ? ORDER BY seq", (call_id,))  # noqa: S608
        return tuple(_event(row) for row in rows)

    def course(self, call: Call) -> Course:
        """How the call went before its end."""
        rows = self._rows(
            "SELECT kind, node, result, attempt, detail FROM events WHERE call = ? ORDER BY seq", (call.id,)
        )
        return course(call, ((kind, node, result, attempt, detail) for kind, node, result, attempt, detail in rows))

    def follow(self, poll_s: float = 0.2) -> Iterator[Call | tuple[str, Event]]:
        """What happens from now on, without end: a `Call` when it begins, ends or comes back, and each event with
        the id of its call. Looks every `poll_s` seconds; whoever has enough closes the iterator."""
        newest = self._rows("SELECT (SELECT max(rowid) FROM calls), (SELECT max(seq) FROM events)")
        call_row, event_seq = (newest[0][0] or 0, newest[0][1] or 0) if newest else (0, 0)
        going = {call.id for call in self.open_calls()}
        while True:
            self._rows("BEGIN")  # one moment for all the questions below
            begun = self._rows(f"SELECT {_CALL}, rowid FROM calls WHERE rowid > ? ORDER BY rowid", (call_row,))  # noqa: S608
            events = self._rows(
                f"SELECT {_EVENT}, call, seq FROM events WHERE seq > ? ORDER BY seq",  # noqa: S608
                (event_seq,),
            )
            open_now = {call.id: call for call in self.open_calls()}
            ended = [self.call(call_id) for call_id in sorted(going - open_now.keys())]
            self._rows("COMMIT")
            if begun:
                call_row = begun[-1][-1]
            if events:
                event_seq = events[-1][-1]
            for row in begun:
                yield replace(_call(row[:-1]), ended=None, outcome=None)
            yield from (open_now[call_id] for call_id in open_now.keys() - going - {row[0] for row in begun})
            for row in events:
                yield row[-2], _event(row[:-2])
            yield from ended
            yield from (call for call in map(_call, (row[:-1] for row in begun)) if call.ended is not None)
            going = set(open_now)
            time.sleep(poll_s)

    def _rows(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            if self._connection is None:
                if not self._path.exists():
                    return []
                connection = open_reader(self._path)
                try:  # emptiness first: the line may be just making it, and makes it whole at once
                    empty = not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
                    lacks = lacking(connection)
                except sqlite3.Error:
                    connection.close()
                    raise
                if lacks:
                    connection.close()
                    if empty:  # `soundness` tells when it stays so
                        return []
                    raise BookUnreadable(f"{self._path} is no book of calls of this version: it lacks {lacks}")
                self._connection = connection
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise BookUnreadable(f"{self._path} can't be read: {error}") from error


def _call(row: tuple[Any, ...]) -> Call:
    ident, caller, started, ended, outcome, place, why, afterwards, about = map(str, row)
    return Call(
        id=ident,
        caller=caller,
        started=datetime.fromisoformat(started),
        ended=None if row[3] is None else datetime.fromisoformat(ended),
        outcome=None if row[4] is None else Outcome(outcome),
        where=place,
        why=why,
        afterwards=afterwards,
        about=about,
    )


def _event(row: tuple[Any, ...]) -> Event:
    at, kind, node, prompts, result, mode, attempt, value, took_ms, detail = map(str, row)
    return Event(
        at=datetime.fromisoformat(at),
        kind=Kind(kind),
        node=node,
        prompts=prompts,
        result=result,
        mode=mode,
        attempt=int(attempt),
        value=value,
        took_ms=int(took_ms),
        detail=detail,
    )
