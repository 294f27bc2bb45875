"""How far is my document? By the registration number and the PIN on the receipt."""

from functools import partial

from agi.books.numbers import registration_valid
from agi.dialogue.question import Prompt, Result
from agi.dialogue.talk import Back, GaveUp, Says, Talk
from agi.services import guessing, status_words
from agi.services.desk import Desk
from agi.services.guessing import Refusal

REGISTRATION_DIGITS = 12
PIN_DIGITS = 6

SAYS: Says = {
    **status_words.SAYS,
    **guessing.SAYS,
    "registration.ask": {},
    "registration.short": {"count": "number"},
    "registration.invalid": {},
    "registration.readback": {"number": "digits"},
    "pin.ask": {},
    "pin.short": {"count": "number"},
    "registration.mismatch": {},
}


def run(talk: Talk, desk: Desk) -> None:
    """Ask for number and PIN, look up, tell the status."""
    desk.open_case("document_status")
    if guessing.stopped(talk, desk):
        return
    desk.registry.ready()
    while True:
        number = _ask_number(talk, desk)
        target = f"registration:{number}"
        if guessing.stopped(talk, desk, target):
            return
        try:
            pin = _ask_pin(talk, number)
        except Back:
            continue
        look_up = partial(desk.registry.application, number, pin)
        application = guessing.attempt(talk, desk, target, look_up, Prompt("registration.mismatch"))
        if application is Refusal.STOPPED:
            return
        if application is not Refusal.WRONG:
            break
    desk.verified("registration+pin", f"application.{application.status.lower()}")
    talk.note("application.told", application.status.lower())
    talk.tell(*status_words.status_words(application, desk))


def _ask_number(talk: Talk, desk: Desk) -> str:
    """Ask until the check digit is right: a slip of the finger is not a failed try."""
    for _ in range(talk.patience.tries):
        number = talk.enter_digits(
            "registration",
            [Prompt("registration.ask")],
            least=REGISTRATION_DIGITS,
            most=REGISTRATION_DIGITS,
            short=Prompt("registration.short"),
            plausible=registration_valid,
        )
        if registration_valid(number):
            desk.about(number)
            return number
        talk.note("registration.invalid")
        talk.refuse(Prompt("registration.invalid"))
    raise GaveUp(talk.where, Result.NO_MATCH)


def _ask_pin(talk: Talk, number: str) -> str:
    """`9#` reads the number back before asking again; `*` goes back to it.

    A PIN said aloud is heard by whoever stands near: it may be spoken, but the caller is asked to key it, and it is
    never read back.
    """
    return talk.enter_digits(
        "pin",
        [Prompt("pin.ask")],
        least=PIN_DIGITS,
        most=PIN_DIGITS,
        short=Prompt("pin.short"),
        secret=True,
        repeat=[Prompt("registration.readback", {"number": number})],
    )
