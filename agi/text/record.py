"""What the records of contacts keep of a message: how it was read, what was looked up, how it ended."""

from collections.abc import Iterator
from datetime import datetime

from agi.books.events import Channel, Ended, Event, Noted, NoteKind, Outcome
from agi.books.ports import CallLog
from agi.text.reading import Intent
from agi.text.service import Answer

_UNAVAILABLE = (NoteKind.REGISTRY_UNAVAILABLE, NoteKind.TICKETS_UNAVAILABLE)


def record(
    log: CallLog,
    contact: str,
    sender: str,
    channel: Channel,
    edition: int,
    answer: Answer | None,
    begun: datetime,
    ended: datetime,
) -> None:
    """Write a contact down in the `log` that was answered so, in the words of this `edition`."""
    log.begin(contact, sender, begun, channel=channel, edition=edition)
    for event in recorded(answer, ended):
        log.event(contact, event)
    if answer and answer.found.about:
        log.about(contact, answer.found.about)


def recorded(answer: Answer | None, at: datetime) -> Iterator[Event]:
    """The events of a contact that was answered so; None: not at all, by a fault of ours.

    Their keys make them the same events however often a message is answered that a killed process had begun.
    """
    if answer is None:
        yield Ended(at=at, key="ended", outcome=Outcome.FAILED, why="fault")
        return
    yield Noted(at=at, key="read", kind=NoteKind.MESSAGE_READ, detail=answer.intent)
    if answer.found.note:
        yield Noted(at=at, key="note", kind=answer.found.note, detail=answer.found.detail)
    yield Ended(at=at, key="ended", outcome=_outcome(answer), where=answer.intent)


def _outcome(answer: Answer) -> Outcome:
    """Like that of a call: who was told how to ask was not understood."""
    if answer.found.locked:
        return Outcome.LOCKED_OUT
    if answer.found.note in _UNAVAILABLE:
        return Outcome.FAILED
    helped = answer.intent is Intent.HELP and [one.key for one in answer.found.prompts] == ["text.help"]
    return Outcome.GAVE_UP if helped else Outcome.COMPLETED
