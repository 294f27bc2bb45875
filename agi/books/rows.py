"""Contacts and events as rows of `calls.db`: what the writer writes, and what a reader makes of it.

The tables are called `calls` and `events`, as when there was nothing but the telephone: a program of an earlier version
that still runs finds them, and goes on.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from agi.books.contacts import START, Contact, Ending, counted
from agi.books.events import (
    QUEUE,
    Answered,
    Asked,
    Carried,
    Channel,
    Ended,
    Event,
    Noted,
    Outcome,
    Returned,
    Said,
    Told,
    Value,
    Waited,
    WaitEnd,
)  # fmt: skip

Row = Mapping[str, Any]
"""What is written, or was read, by the names of its columns. Its `kind` is "begun", "about", or that of an event."""

MAY_BE_LOST = frozenset({"said", "asked", "noted", "waited", "carried"})
"""Kinds that no other row waits for."""

CONTACT = "id, caller, started, ended, outcome, place, why, afterwards, about, channel, edition"
BY_TELEPHONE = f"channel = '{Channel.TELEPHONE}'"
"""What makes a contact a call: messages stand in the same tables, and are counted apart."""
OPEN = f"SELECT {CONTACT} FROM calls WHERE ended IS NULL AND {BY_TELEPHONE} ORDER BY started, rowid"  # noqa: S608
EVENT = "key, at, kind, node, prompts, result, mode, attempt, value, took_ms, detail, confidence, sure, fell_back"
_EMPTY: Row = {
    "node": "", "prompts": (), "result": "", "mode": "", "attempt": 0, "value": "", "took_ms": 0, "detail": "",
    "confidence": None, "sure": True, "fell_back": "",
}  # fmt: skip

_BEGIN = """INSERT INTO calls (id, caller_hash, caller, started, channel, edition)
    VALUES (:call, :caller_hash, :caller, :started, :channel, :edition)
    ON CONFLICT (id) DO UPDATE SET
        caller_hash = coalesce(caller_hash, excluded.caller_hash),
        caller = CASE caller WHEN '' THEN excluded.caller ELSE caller END,
        started = min(started, excluded.started),
        edition = CASE edition WHEN 0 THEN excluded.edition ELSE edition END"""
_EVENT = f"""INSERT INTO events (call, {EVENT}) VALUES (:call, :{EVENT.replace(", ", ", :")})
    ON CONFLICT (call, key) DO NOTHING"""  # noqa: S608 - names of columns
_ABOUT = "UPDATE calls SET about_hash = :about_hash, about = :about WHERE id = :call"
_LAST_QUESTION = "SELECT node FROM events WHERE call = :call AND kind = 'asked' ORDER BY seq DESC LIMIT 1"
_ENDED = """UPDATE calls SET ended = max(started, coalesce(ended, ''), :at), outcome = :outcome, place = :where,
    why = :why, afterwards = :afterwards WHERE id = :call"""
_RETURNED = "UPDATE calls SET ended = NULL, outcome = NULL, place = '', why = '', afterwards = '' WHERE id = :call"


def write(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Write rows in their order. Raises what SQLite raises."""
    for kind, some in groupby(rows, key=lambda row: row["kind"]):
        match kind:
            case "begun":
                connection.executemany(_BEGIN, some)
            case "about":
                connection.executemany(_ABOUT, some)
            case "ended":
                for row in some:
                    _end(connection, row)
            case "returned":
                for row in some:
                    if connection.execute(_EVENT, row).rowcount:
                        connection.execute(_RETURNED, row)
            case _:
                connection.executemany(_EVENT, some)


def _end(connection: sqlite3.Connection, end: Row) -> None:
    """Keep the event, and what of it counts for the whole; one that is kept already changes nothing."""
    if not end["node"]:
        asked = connection.execute(_LAST_QUESTION, end).fetchone()
        end = {**end, "node": asked[0] if asked else START}
    if not connection.execute(_EVENT, end).rowcount:
        return
    connection.execute("INSERT INTO calls (id, started) VALUES (:call, :at) ON CONFLICT DO NOTHING", end)
    query = "SELECT outcome, place, why, afterwards FROM calls WHERE id = :call"
    before, *so_far = connection.execute(query, end).fetchone()
    told = Ended(at=datetime.fromisoformat(end["at"]), outcome=end["result"], where=end["node"], why=end["detail"])
    now = counted(Ending(Outcome(before), *so_far) if before else None, told)
    connection.execute(_ENDED, {**end, **asdict(now)})


def stored(at: datetime) -> str:
    """`at` as the database keeps it: ISO 8601 in UTC with milliseconds, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def event_row(contact_id: str, what: Event) -> Row:
    """What is to be written for `what`."""
    told = columns(what)
    return {**told, "call": contact_id, "key": what.key, "at": stored(what.at), "prompts": packed(told["prompts"])}


def columns(what: Event) -> Row:
    """`what` in the columns EVENT, but for its key and its time; one that it does not need is empty."""
    match what:
        case Told(prompts=prompts):
            told: Row = {"kind": "said", "prompts": prompts}
        case Asked(answer=answer):
            told = {
                "kind": "asked", "node": what.question, "prompts": what.prompts, "attempt": what.attempt,
                "result": answer.result, "mode": answer.mode, "value": answer.value, "took_ms": max(answer.took_ms, 0),
                "confidence": answer.confidence, "sure": answer.sure, "fell_back": answer.fell_back,
            }  # fmt: skip
        case Noted():
            told = {"kind": "noted", "node": what.kind, "detail": what.detail}
        case Ended():
            told = {"kind": "ended", "node": what.where, "result": what.outcome, "detail": what.why}
        case Returned():
            told = {"kind": "returned"}
        case Waited():
            told = {"kind": "waited", "node": QUEUE, "result": what.end, "took_ms": what.seconds * 1000}
        case Carried():
            told = {"kind": "carried", "node": "carried", "detail": _JSON.encode(_figures(what))}
    return {**_EMPTY, **told}


def event(row: Row) -> Event:
    """The event in a row of the columns EVENT."""
    at, key = datetime.fromisoformat(row["at"]), row["key"] or ""  # none: written before events had one
    match row["kind"]:
        case "said":
            return Told(at=at, key=key, prompts=unpacked(row["prompts"]))
        case "asked":
            answer = Answered(
                row["result"], row["mode"], row["value"], row["took_ms"], row["confidence"], bool(row["sure"]),
                row["fell_back"],
            )  # fmt: skip
            prompts = unpacked(row["prompts"])
            return Asked(at=at, key=key, question=row["node"], prompts=prompts, attempt=row["attempt"], answer=answer)
        case "ended":
            return Ended(at=at, key=key, outcome=Outcome(row["result"]), where=row["node"], why=row["detail"])
        case "returned":
            return Returned(at=at, key=key)
        case "waited":
            return Waited(at=at, key=key, seconds=row["took_ms"] // 1000, end=WaitEnd(row["result"]))
        case "carried":
            return Carried(at=at, key=key, **json.loads(row["detail"]))
        case _:
            return Noted.of(at, row["node"], row["detail"], key=key)


def contact(row: Row) -> Contact:
    """The contact in a row of the columns CONTACT."""
    return Contact(
        id=row["id"],
        sender=row["caller"],
        started=datetime.fromisoformat(row["started"]),
        ended=row["ended"] and datetime.fromisoformat(row["ended"]),
        outcome=row["outcome"] and Outcome(row["outcome"]),
        where=row["place"],
        why=row["why"],
        afterwards=row["afterwards"],
        about=row["about"],
        channel=Channel(row["channel"]),
        edition=row["edition"],
    )


def _figures(what: Carried) -> Mapping[str, object]:
    return {name: value for name, value in asdict(what).items() if name not in ("at", "key")}


def _date(value: date) -> dict[str, str]:
    return {"date": value.isoformat()}


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_date)


def packed(prompts: Sequence[Said]) -> str:
    """A JSON list of [key, places]; a date becomes {"date": "YYYY-MM-DD"}."""
    return _JSON.encode([[one.key, one.places] for one in prompts]) if prompts else "[]"


def unpacked(text: str) -> tuple[Said, ...]:
    """The prompts in such a list."""
    if text == "[]":
        return ()
    return tuple(Said(key, {name: _value(value) for name, value in places.items()}) for key, places in json.loads(text))


def _value(value: Any) -> Value:
    return date.fromisoformat(value["date"]) if isinstance(value, dict) else value
