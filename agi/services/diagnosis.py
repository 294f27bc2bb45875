"""Why does an institution not find my NIK? What to do about it, and a ticket where the office must see to it."""

from collections.abc import Mapping

import structlog

from agi.books.errors import BookError
from agi.books.events import NoteKind
from agi.books.ticket import Mark, Reason, RefusedBy
from agi.dialogue.asking import GaveUp, ToAgent
from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.office.results import Opened
from agi.services import callback_number, proving, telling
from agi.services.desk import Desk

_REFUSED_BY = dict(zip("1234", (RefusedBy.BANK, RefusedBy.BPJS, RefusedBy.PHONE, RefusedBy.OTHER), strict=True))

SAYS: Says = {
    "diagnosis.refused_by": {},
    "diagnosis.offer": {},
    "diagnosis.offer_unproved": {},
    "ticket.unavailable": {},
    **telling.DIAGNOSIS,
    **telling.NIK,
    **proving.SAYS,
    **telling.OPENED,
    **telling.OF_DAY,
    **callback_number.SAYS,
}
ASKS: Mapping[str, str] = {"refused_by": "1234", "new_ticket": "12", **callback_number.ASKS}
"""Questions that may have words in [questions] of the menu, and their keys."""

_log = structlog.get_logger("services")


def run(talk: Talk, desk: Desk) -> None:
    """Ask who refused it, and whose it is; tell why, what to do where, and offer a ticket."""
    refused_by = _refused_by(talk)
    found = proving.identify(talk, desk, desk.office.diagnose, lambda nik: unproved(talk, desk, nik, refused_by))
    if found is None:
        return
    desk.verified("nik+kk", f"diagnosis.{found.cause}")
    talk.note(NoteKind.DIAGNOSED, f"{found.cause} {refused_by}")
    talk.tell(*telling.diagnosed(found, refused_by), *telling.of_day(desk.office.told_of("residents")))
    if found.to_do and _wanted(talk, "diagnosis.offer"):
        _open(talk, desk, found.nik, found.to_do, refused_by)


def unproved(talk: Talk, desk: Desk, nik: str, refused_by: RefusedBy = RefusedBy.NONE) -> None:
    """Offer a ticket for a NIK that never matched: it may not be recorded, or recorded otherwise."""
    if _wanted(talk, "diagnosis.offer_unproved"):
        _open(talk, desk, nik, Reason.UNPROVED, refused_by or _refused_by(talk))


def _refused_by(talk: Talk) -> RefusedBy:
    return _REFUSED_BY[_choose(talk, "refused_by", "diagnosis.refused_by")]


def _wanted(talk: Talk, offer: str) -> bool:
    """Whether they want a ticket. Silence after an answer is no failure."""
    try:
        return _choose(talk, "new_ticket", offer, repeat=talk.told) == "1"
    except GaveUp:
        return False


def _open(talk: Talk, desk: Desk, nik: str, reason: Reason, refused_by: RefusedBy) -> None:
    try:
        opened = _opened(talk, desk, nik, reason, refused_by)
    except BookError as trouble:
        talk.note(NoteKind.TICKETS_UNAVAILABLE, type(trouble).__name__)
        _log.error("ticket.not_kept", why=str(trouble))
        talk.refuse(Prompt("ticket.unavailable"))
        raise ToAgent from None
    desk.verified(desk.case.verified, "ticket opened")
    talk.note(NoteKind.TICKET_OPENED, f"data {reason}")
    talk.tell(*telling.opened(opened))


def _opened(talk: Talk, desk: Desk, nik: str, reason: Reason, refused_by: RefusedBy) -> Opened:
    """The ticket; who goes while they are asked for the number to call leaves a draft, as a message does."""
    tickets = desk.office.tickets
    draft = tickets.begin_for(nik, reason, refused_by, desk.call)
    sent = False
    try:
        opened = tickets.submit(draft.id, None, 0.0, callback_number.ask(talk, desk))
        sent = True
    finally:
        if not sent:
            talk.note(NoteKind.TICKET_DRAFT, Mark.LEFT)
            tickets.leave(draft.id, Mark.LEFT)
    return opened


def _choose(talk: Talk, name: str, ask: str, repeat: tuple[Prompt, ...] = ()) -> str:
    return talk.choose(name, [Prompt(ask)], ASKS[name], repeat=repeat, grammar=f"question:{name}")
