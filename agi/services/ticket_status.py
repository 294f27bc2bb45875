"""How far is my complaint? By the number of the ticket and its PIN."""

from functools import partial

from agi.books.events import NoteKind
from agi.books.ticket import NUMBER_DIGITS, PIN_DIGITS
from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.office.results import Subject
from agi.services import telling
from agi.services.desk import Desk
from agi.services.proving import prove

SAYS: Says = {
    "ticket.ask": {},
    "ticket.short": {"count": "number"},
    "ticket.paper": {},
    "ticket.readback": {"number": "digits"},
    "ticket.pin_ask": {},
    "ticket.pin_again": {},
    "ticket.pin_short": {"count": "number"},
    "ticket.pin_paper": {},
    **telling.TICKET_REFUSED,
    **telling.TICKET,
}


def run(talk: Talk, desk: Desk) -> None:
    """Ask for number and PIN, look up, tell how far it is and by when it is answered."""
    ask_number, ask_pin = partial(_ask_number, talk, desk), partial(_ask_pin, talk)
    found = prove(talk, desk, Subject.TICKET, ask_number, ask_pin, desk.office.tickets.status)
    if found is None:
        return
    desk.verified("ticket+pin", f"ticket.{found.state}")
    talk.note(NoteKind.TICKET_TOLD, found.state)
    talk.tell(*telling.told(found))


def _ask_number(talk: Talk, desk: Desk) -> str:
    return talk.enter_digits(
        "ticket",
        [Prompt("ticket.ask")],
        NUMBER_DIGITS,
        short=Prompt("ticket.short"),
        paper=Prompt("ticket.paper"),
        plausible=lambda number: desk.office.invalid(Subject.TICKET, number) is None,
    )


def _ask_pin(talk: Talk, number: str, again: bool) -> str:
    """`9#` reads the number back before asking again; `*` goes back to it."""
    return talk.enter_digits(
        "ticket_pin",
        [Prompt("ticket.pin_again" if again else "ticket.pin_ask")],
        PIN_DIGITS,
        short=Prompt("ticket.pin_short"),
        paper=Prompt("ticket.pin_paper"),
        secret=True,
        repeat=[Prompt("ticket.readback", {"number": number})],
    )
