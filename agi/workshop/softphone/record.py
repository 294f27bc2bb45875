"""The record that the hotline keeps of a call, found again and compared with what a scenario expects."""

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from agi.books.call_words import Call, Event, unpack
from agi.books.calls import CallBook
from agi.books.reader import CallReader
from agi.workshop.softphone.scenario import Expect

WAIT_S = 12.0
POLL_S = 0.1


def settled(book: Path, caller: str, began: datetime, expect: Expect) -> tuple[Call, list[str]] | None:
    """The record of the call that `caller` made at `began`, and what it says otherwise than expected.

    What happens in the agents' queue is added after the call: the record is read again until it is as expected, for
    `WAIT_S` at most. None when there is no ended record by then. Records keep the last 3 digits of a caller: calls
    made at the same time must differ in them.
    """
    limit = time.monotonic() + WAIT_S
    with CallBook.reader(book) as reader:
        while True:
            found = _find(reader, caller, began)
            wrong = differences(expect, found, reader.events(found.id)) if found else []
            if (found and not wrong) or time.monotonic() > limit:
                return (found, wrong) if found else None
            time.sleep(POLL_S)


def said(book: Path, call_id: str) -> dict[str, dict[str, str | int | date]]:
    """What the hotline noted to have said in a call: keys of prompts, with their places as records show them."""
    with CallBook.reader(book) as reader:
        return {key: dict(places) for event in reader.events(call_id) for key, places in unpack(event.prompts)}


def _find(reader: CallReader, caller: str, began: datetime) -> Call | None:
    for call in reader.calls(limit=200, since=began - timedelta(seconds=2)):
        if call.caller.endswith(caller[-3:]) and call.ended is not None and call.outcome is not None:
            return call
    return None


def differences(expect: Expect, call: Call, events: Sequence[Event]) -> list[str]:
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
    """The words of an event that a scenario may name: node, result, mode, detail, the keys of what was said."""
    said = {key for key, _ in unpack(event.prompts)}
    return {event.kind.value, event.node, event.result, event.mode, *event.detail.split(), *said} - {""}
