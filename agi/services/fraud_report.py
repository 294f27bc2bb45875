"""A report of fraud: from which number, what was asked for, told in one's own words if wished; a ticket for it."""

from collections.abc import Mapping

from agi.books.ticket import AskedFor
from agi.dialogue.asking import Back
from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.services import callback_number, dictation
from agi.services.desk import Desk

SAYS: Says = {
    "fraud.number": {},
    "fraud.asked_for": {},
    "fraud.message": {},
    "fraud.sent": {},
    "fraud.urgent": {},
    **dictation.SAYS,
}
ASKS: Mapping[str, str] = {"fraud_number": "12", "asked_for": "1234", "fraud_message": "12", **dictation.ASKS}
"""Questions that may have words in [questions] of the menu, and their keys."""

_ASKED_FOR = dict(zip("1234", (AskedFor.CODE, AskedFor.MONEY, AskedFor.LINK, AskedFor.DATA), strict=True))


def run(talk: Talk, desk: Desk) -> None:
    """Ask for number and what was asked for, record what the caller adds, open a ticket, and say what is urgent."""
    with dictation.or_agent(talk):
        desk.office.tickets.book.ready()
        suspect = _suspect(talk)
        asked_for = _ASKED_FOR[dictation.choose(talk, ASKS, "asked_for", Prompt("fraud.asked_for"))]
        ticket = desk.office.tickets.begin_fraud(suspect, asked_for, desk.call)
        with dictation.drafted(talk, desk, ticket) as draft:
            if desk.recorder is not None and _adds_message(talk) and not draft.dictate(desk.recorder):
                draft.delete_message()
                talk.refuse(Prompt("complaint.deleted"))
            urgent = () if asked_for is AskedFor.DATA else (Prompt("fraud.urgent"),)
            draft.send(*urgent, Prompt("fraud.sent"))


def _suspect(talk: Talk) -> str:
    """The number that has called, "" where the caller does not know it."""
    while dictation.choose(talk, ASKS, "fraud_number", Prompt("fraud.number")) == "1":
        try:
            return callback_number.entered(talk)
        except Back:
            continue
    return ""


def _adds_message(talk: Talk) -> bool:
    return dictation.choose(talk, ASKS, "fraud_message", Prompt("fraud.message")) == "1" and dictation.agreed(talk)
