"""How far is my document? By the registration number and the PIN on the receipt."""

from functools import partial

from agi.books.events import NoteKind
from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.office.results import Subject
from agi.services import telling
from agi.services.desk import Desk
from agi.services.proving import prove

REGISTRATION_DIGITS = 12
PIN_DIGITS = 6

SAYS: Says = {
    "registration.ask": {},
    "registration.short": {"count": "number"},
    "registration.paper": {},
    "registration.readback": {"number": "digits"},
    "pin.ask": {},
    "pin.again": {},
    "pin.short": {"count": "number"},
    "pin.paper": {},
    **telling.REGISTRATION_REFUSED,
    **telling.APPLICATION,
    **telling.OF_DAY,
}


def run(talk: Talk, desk: Desk) -> None:
    """Ask for number and PIN, look up, tell the status."""
    ask_number, ask_pin = partial(_ask_number, talk, desk), partial(_ask_pin, talk)
    found = prove(talk, desk, Subject.REGISTRATION, ask_number, ask_pin, desk.office.application)
    if found is None:
        return
    status = found.application.status.lower()
    desk.verified("registration+pin", f"application.{status}")
    talk.note(NoteKind.APPLICATION_TOLD, status)
    talk.tell(*telling.told(found), *telling.of_day(desk.office.told_of("applications")))


def _ask_number(talk: Talk, desk: Desk) -> str:
    return talk.enter_digits(
        "registration",
        [Prompt("registration.ask")],
        REGISTRATION_DIGITS,
        short=Prompt("registration.short"),
        paper=Prompt("registration.paper"),
        plausible=lambda number: desk.office.invalid(Subject.REGISTRATION, number) is None,
    )


def _ask_pin(talk: Talk, number: str, again: bool) -> str:
    """`9#` reads the number back before asking again; `*` goes back to it.

    A PIN said aloud is heard by whoever stands near: it may be spoken, but the caller is asked to key it, and it is
    never read back.
    """
    return talk.enter_digits(
        "pin",
        [Prompt("pin.again" if again else "pin.ask")],
        PIN_DIGITS,
        short=Prompt("pin.short"),
        paper=Prompt("pin.paper"),
        secret=True,
        repeat=[Prompt("registration.readback", {"number": number})],
    )
