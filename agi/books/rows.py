"""Contacts and events as rows of `calls.db`: what the writer writes, and what a reader makes of it.

The tables are called `calls` and `events`, as when there was nothing but the telephone: a program of an earlier version
that still runs finds them, and goes on.
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import Enum, auto
from itertools import groupby
from typing import Any

from agi.books.contacts import START, Contact, Ending, counted
from agi.books.events import Answered, Asked, Channel, Ended, Event, Noted, Outcome, Returned, Said, Told, Value

Values = tuple[Any, ...]

CONTACT = "id, caller, started, ended, outcome, place, why, afterwards, about, channel, edition"
EVENT = "key, at, kind, node, prompts, result, mode, attempt, value, took_ms, detail, confidence, sure, fell_back"
_NO_ANSWER = Answered("")


class Row(Enum):
    """What can be handed over."""

    BEGIN = auto()
    EVENT = auto()
    ABOUT = auto()
    END = auto()
    RETURN = auto()


_SQL = {
    Row.BEGIN: """INSERT INTO calls (id, caller_hash, caller, started, channel, edition) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET
            caller_hash = coalesce(caller_hash, excluded.caller_hash),
            caller = CASE caller WHEN '' THEN excluded.caller ELSE caller END,
            started = min(started, excluded.started),
            edition = CASE edition WHEN 0 THEN excluded.edition ELSE edition END""",
    Row.EVENT: f"""INSERT INTO events (call, {EVENT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (call, key) DO NOTHING""",  # noqa: S608 - names of columns
    Row.ABOUT: "UPDATE calls SET about_hash = ?, about = ? WHERE id = ?",
}
_LAST_QUESTION = "SELECT node FROM events WHERE call = ? AND kind = 'asked' ORDER BY seq DESC LIMIT 1"
_ENDED = """UPDATE calls
    SET ended = max(started, coalesce(ended, ''), ?), outcome = ?, place = ?, why = ?, afterwards = ? WHERE id = ?"""
_RETURNED = "UPDATE calls SET ended = NULL, outcome = NULL, place = '', why = '', afterwards = '' WHERE id = ?"


def write(connection: sqlite3.Connection, items: Sequence[tuple[Row, Values]]) -> None:
    """Write rows in their order. Raises what SQLite raises."""
    for row, group in groupby(items, key=lambda item: item[0]):
        values = [item[1] for item in group]
        match row:
            case Row.END:
                for one in values:
                    _end(connection, one)
            case Row.RETURN:
                for one in values:
                    if connection.execute(_SQL[Row.EVENT], one).rowcount:
                        connection.execute(_RETURNED, one[:1])
            case _:
                connection.executemany(_SQL[row], values)


def _end(connection: sqlite3.Connection, values: Values) -> None:
    """Keep the event, and what of it counts for the whole; one that is kept already changes nothing."""
    contact_id, key, at, kind, where, prompts, outcome, mode, attempt, value, took_ms, why, *rest = values
    if not where:
        found = connection.execute(_LAST_QUESTION, (contact_id,)).fetchone()
        where = found[0] if found else START
    row = (contact_id, key, at, kind, where, prompts, outcome, mode, attempt, value, took_ms, why, *rest)
    if not connection.execute(_SQL[Row.EVENT], row).rowcount:
        return
    connection.execute("INSERT INTO calls (id, started) VALUES (?, ?) ON CONFLICT DO NOTHING", (contact_id, at))
    query = "SELECT outcome, place, why, afterwards FROM calls WHERE id = ?"
    before, *so_far = connection.execute(query, (contact_id,)).fetchone()
    told = Ended(at=datetime.fromisoformat(at), outcome=Outcome(outcome), where=where, why=why)
    now = counted(Ending(Outcome(before), *so_far) if before else None, told)
    connection.execute(_ENDED, (at, now.outcome, now.where, now.why, now.afterwards, contact_id))


def stored(at: datetime) -> str:
    """`at` as the database keeps it: ISO 8601 in UTC with milliseconds, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def event_row(contact_id: str, what: Event) -> tuple[Row, Values]:
    """What is to be written for `what`."""
    match what:
        case Told():
            return Row.EVENT, _values(contact_id, what, "said", prompts=what.prompts)
        case Asked():
            values = _values(contact_id, what, "asked", what.question, what.prompts, what.answer, what.attempt)
            return Row.EVENT, values
        case Noted():
            return Row.EVENT, _values(contact_id, what, "noted", what.kind, detail=what.detail)
        case Ended():
            values = _values(contact_id, what, "ended", what.where, answer=Answered(what.outcome), detail=what.why)
            return Row.END, values
        case Returned():
            return Row.RETURN, _values(contact_id, what, "returned")


def _values(
    contact_id: str,
    what: Event,
    kind: str,
    node: str = "",
    prompts: Sequence[Said] = (),
    answer: Answered = _NO_ANSWER,
    attempt: int = 0,
    detail: str = "",
) -> Values:
    return (
        contact_id, what.key, stored(what.at), kind, node, _packed(prompts), answer.result, answer.mode, attempt,
        answer.value, max(answer.took_ms, 0), detail, answer.confidence, answer.sure, answer.fell_back,
    )  # fmt: skip


def event(row: Values) -> Event:
    """The event in a row of the columns EVENT."""
    key, stored_at, kind, node, prompts, result, mode, attempt, value, took_ms, detail, confidence, sure, fell_back = (
        row
    )
    at, key = datetime.fromisoformat(stored_at), key or ""  # none: written before events had one
    match kind:
        case "said":
            return Told(at=at, key=key, prompts=_unpacked(prompts))
        case "asked":
            answer = Answered(result, mode, value, took_ms, confidence, bool(sure), fell_back)
            return Asked(at=at, key=key, question=node, prompts=_unpacked(prompts), attempt=attempt, answer=answer)
        case "ended":
            return Ended(at=at, key=key, outcome=Outcome(result), where=node, why=detail)
        case "returned":
            return Returned(at=at, key=key)
        case _:
            return Noted.of(at, node, detail, key=key)


def contact(row: Values) -> Contact:
    """The contact in a row of the columns CONTACT."""
    ident, sender, started, ended, outcome, where, why, afterwards, about, channel, edition = row
    return Contact(
        id=ident,
        sender=sender,
        started=datetime.fromisoformat(started),
        ended=None if ended is None else datetime.fromisoformat(ended),
        outcome=None if outcome is None else Outcome(outcome),
        where=where,
        why=why,
        afterwards=afterwards,
        about=about,
        channel=Channel(channel),
        edition=edition,
    )


def _date(value: date) -> dict[str, str]:
    return {"date": value.isoformat()}


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_date)


def _packed(prompts: Sequence[Said]) -> str:
    """A JSON list of [key, places]; a date becomes {"date": "YYYY-MM-DD"}."""
    return _JSON.encode([[one.key, one.places] for one in prompts]) if prompts else "[]"


def _unpacked(packed: str) -> tuple[Said, ...]:
    if packed == "[]":
        return ()
    return tuple(
        Said(key, {name: _value(value) for name, value in places.items()}) for key, places in json.loads(packed)
    )


def _value(value: Any) -> Value:
    return date.fromisoformat(value["date"]) if isinstance(value, dict) else value
