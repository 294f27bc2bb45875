"""What an agent sees of a call while it rings and afterwards: never a whole number, never a name."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from agi.books.contacts import Contact
from agi.books.errors import CallNotFound
from agi.books.events import Asked, Event, Noted
from agi.books.search import CallSearch
from agi.books.ticket import Ticket
from agi.dialogue.menufile import read
from agi.dialogue.titles import titles
from agi.office.tickets import TO_DO
from agi.ops.duty import AtHand
from agi.pages.agent.checklist import Line, checklist
from agi.pages.shared.heard import heard
from agi.pages.shared.site import site
from agi.pages.supervisor import words
from agi.pages.supervisor.tickets import office_tickets
from agi.services import SERVICES
from agi.services.desk import LOCKED_OUT
from agi.voice.clips import Clips
from agi.voice.errors import VoiceError

_EARLIER = 5
_TRIED = 12
_PROOFS: Mapping[str, str] = {
    "nik+kk": "NIK dan nomor KK cocok",
    "registration+pin": "nomor pendaftaran dan PIN cocok",
    "ticket+pin": "nomor tiket dan PIN cocok",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A call at an agent's telephone. `tried`: what the caller did until now, in order; `earlier`: other calls of the
    same number; `tickets`: what the office has still to do of these."""

    call: str
    topic: str
    proved: str
    reached: str
    number: str
    status: str
    tried: tuple[str, ...]
    earlier: tuple[Contact, ...]
    tickets: tuple[Ticket, ...]


def seen(request: Request, at_hand: AtHand) -> Seen:
    """The call `at_hand`, with what the books know of its caller. Raises BookError."""
    settings, case = site(request).settings, at_hand.case
    named = titles(read(settings.prompts / "menu.toml"))
    with CallSearch(settings.calls_db) as reader:
        try:
            contact, events = reader.call(at_hand.call), reader.events(at_hand.call)
        except CallNotFound:  # not written yet
            contact, events = None, ()
        earlier = reader.of_same_sender(at_hand.call, _EARLIER) if contact else ()
    calls = {at_hand.call, *(one.id for one in earlier)}
    return Seen(
        call=at_hand.call,
        topic=_titled(case.topic, named),
        proved=_PROOFS.get(case.verified, case.verified),
        reached=_titled(case.reached, named),
        number=case.number,
        status=_status(case.status, heard(request).of(contact.edition) if contact and contact.edition else None),
        tried=_tried(events, named),
        earlier=earlier,
        tickets=tuple(one for one in office_tickets(request).book.tickets(TO_DO) if one.call in calls),
    )


def _status(status: str, clips: Clips | None) -> str:
    """What the caller was told, as they heard it where it is a sentence without places."""
    if status == LOCKED_OUT:
        return "terkunci karena terlalu banyak percobaan"
    try:
        return clips.texts.written(status) if clips else status
    except (VoiceError, KeyError):
        return status


def lines_for(at_hand: AtHand | None) -> tuple[Line, ...]:
    """The checklist of a call; of one that is over, the lines that every call has."""
    case = at_hand.case if at_hand else None
    return checklist(case.topic if case else "", verified=case is None or bool(case.verified))


def _titled(place: str, named: Mapping[str, str]) -> str:
    """A service or a place of the menu, in words."""
    if place in SERVICES and SERVICES[place].title:
        return SERVICES[place].title
    return named.get(place.partition(".")[0], place.replace("_", " "))


def _tried(events: tuple[Event, ...], named: Mapping[str, str]) -> tuple[str, ...]:
    told = []
    for event in events:
        if isinstance(event, Asked):
            told.append(f"{_titled(event.question, named)}: {words.did(event.answer)}")
        elif isinstance(event, Noted) and event.kind not in words.TECHNICAL:
            told.append(words.noted(event))
    return tuple(told[-_TRIED:])
