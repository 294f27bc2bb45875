"""The record that the hotline keeps of a call, found again and compared with what a scenario expects."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from agi.books.contacts import Contact
from agi.books.events import Asked, Carried, Ended, Event, Noted, Returned, Told, Value, Waited, said_in
from agi.books.ports import CallHistory
from agi.books.reader import CallReader
from agi.workshop.softphone.scenario import Expect

WAIT_S = 12.0
POLL_S = 0.1


def settled(book: Path, caller: str, began: datetime, expect: Expect) -> tuple[Contact, list[str]] | None:
    """The record of the call that `caller` made at `began`, and what it says otherwise than expected.

    What happens in the agents' queue is added after the call: the record is read again until it is as expected, for
    `WAIT_S` at most. None when there is no ended record by then. Records keep the last 3 digits of a caller: calls
    made at the same time must differ in them.
    """
    limit = time.monotonic() + WAIT_S
    with CallReader(book) as reader:
        while True:
            found = _find(reader, caller, began)
            wrong = differences(expect, found, reader.events(found.id)) if found else []
            if (found and not wrong) or time.monotonic() > limit:
                return (found, wrong) if found else None
            time.sleep(POLL_S)


def said(book: Path, call_id: str) -> dict[str, dict[str, Value]]:
    """What the hotline noted to have said in a call: keys of prompts, with their places as records show them."""
    with CallReader(book) as reader:
        return {one.key: dict(one.places) for event in reader.events(call_id) for one in said_in(event)}


def _find(history: CallHistory, caller: str, began: datetime) -> Contact | None:
    for call in history.calls(limit=200, since=began - timedelta(seconds=2)):
        if call.sender.endswith(caller[-3:]) and call.ended is not None and call.outcome is not None:
            return call
    return None


def differences(expect: Expect, call: Contact, events: Sequence[Event]) -> list[str]:
    """What the record says otherwise than expected, as sentences."""
    wrong: list[str] = []
    if expect.outcome not in (None, call.outcome):
        wrong.append(f"the record's outcome is '{call.outcome}' ({call.why}), expected '{expect.outcome}'")
    if expect.where and expect.where != call.where:
        wrong.append(f"the record says the call ended at '{call.where}', expected '{expect.where}'")
    if expect.afterwards not in call.afterwards:
        wrong.append(f"the record's end in the queue is '{call.afterwards}', expected '{expect.afterwards}'")
    rest = iter(events)
    for wanted in expect.events:
        if not any(set(wanted.split()) <= words(event) for event in rest):
            known = "; ".join(" ".join(sorted(words(event))) for event in events)
            wrong.append(f"the record has no event '{wanted}' (in this order); it has: {known}")
            break
    return wrong


def words(event: Event) -> set[str]:
    """The words of an event that a scenario may name: question, result, mode, note, the keys of what was said."""
    match event:
        case Told():
            found = ["said"]
        case Asked(answer=answer):
            found = ["asked", event.question, answer.result, answer.mode]
        case Noted():
            found = ["noted", event.kind, *event.detail.split()]
        case Ended():
            found = ["ended", event.outcome, event.where, *event.why.split()]
        case Returned():
            found = ["returned"]
        case Waited():
            found = ["waited", *event.end.split()]
        case Carried():
            found = ["carried", event.codec]
    return {*map(str, found), *(one.key for one in said_in(event))} - {""}
