"""Was it you who called me just now? Told of the number that is calling, and of no other."""

from collections.abc import Mapping

from agi.books.events import NoteKind
from agi.dialogue.asking import Back, GaveUp
from agi.dialogue.question import Prompt, Value
from agi.dialogue.talk import Says, Talk
from agi.office.safety import CalledYou, NotCalled, Unseen
from agi.services import dictation, fraud_report
from agi.services.desk import Desk

TOPIC = "fraud_report"
_SHOWN = 4
"""Digits of a ticket's number that are told: who has the ticket knows them, and whoever has lied about their own number
learns nothing to pretend with."""

_AT: Mapping[str, str] = {"day": "phrase", "hour": "number"}
SAYS: Says = {
    "called_me.yes": _AT,
    "called_me.yes_minutes": {**_AT, "minutes": "number"},
    "called_me.ticket": {"last": "digits"},
    "called_me.other_time": {},
    "called_me.no": {},
    "called_me.unseen": {},
    "called_me.careful": {},
    "called_me.report": {},
    "day.today": {},
    "day.yesterday": {},
    **fraud_report.SAYS,
}
ASKS: Mapping[str, str] = {"called_me": "12", **fraud_report.ASKS}
"""Questions that may have words in [questions] of the menu, and their keys."""


def run(talk: Talk, desk: Desk) -> None:
    """Tell whether we have called, and offer a report of fraud where it was not us."""
    match desk.office.safety.called_you(desk.visitor):
        case CalledYou() as call:
            talk.note(NoteKind.CALLED_ME, "yes")
            talk.tell(*_told(call))
            return
        case NotCalled():
            talk.note(NoteKind.CALLED_ME, "no")
            talk.tell(Prompt("called_me.no"), Prompt("called_me.careful"))
        case Unseen():
            talk.note(NoteKind.CALLED_ME, "unseen")
            talk.tell(Prompt("called_me.unseen"), Prompt("called_me.careful"))
    if _reports(talk):
        desk.open_case(TOPIC)
        fraud_report.run(talk, desk)


def _told(call: CalledYou) -> tuple[Prompt, ...]:
    places: dict[str, Value] = {"day": "day.yesterday" if call.days else "day.today", "hour": call.at.hour}
    if call.at.minute:
        told = [Prompt("called_me.yes_minutes", {**places, "minutes": call.at.minute})]
    else:
        told = [Prompt("called_me.yes", places)]
    if call.ticket:
        told.append(Prompt("called_me.ticket", {"last": call.ticket[-_SHOWN:]}))
    return (*told, Prompt("called_me.other_time"), Prompt("called_me.careful"))


def _reports(talk: Talk) -> bool:
    """Whether the caller wants to report it; silence does not."""
    try:
        return dictation.choose(talk, ASKS, "called_me", Prompt("called_me.report")) == "1"
    except (Back, GaveUp):
        return False
