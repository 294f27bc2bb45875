"""Who is asked about: a NIK and the last digits of the KK number.

Level 1 of the privacy rules: a NIK alone proves nothing (the birth date is inside it), the KK number is on paper in
the caller's hand. Unknown and not matching get the same words after the same work.
"""

from dataclasses import dataclass
from functools import partial

from agi.books.numbers import NikFault, check_nik
from agi.books.words import Resident
from agi.dialogue.question import Prompt, Result
from agi.dialogue.talk import Back, GaveUp, Says, Talk
from agi.services import guessing
from agi.services.desk import Desk
from agi.services.guessing import Refusal

NIK_DIGITS = 16

SAYS: Says = {
    "nik.ask": {},
    "nik.short": {"count": "number"},
    "nik.readback": {"nik": "digits"},
    **{f"nik.invalid.{fault.value}": {} for fault in NikFault if fault is not NikFault.FORMAT},
    "kk.ask": {"digits": "number"},
    "kk.short": {"digits": "number", "count": "number"},
    "identity.mismatch": {},
    **guessing.SAYS,
}


@dataclass(frozen=True, slots=True)
class Person:
    """A resident whose NIK and KK digits match."""

    nik: str
    kk_digits: str
    resident: Resident


def identify(talk: Talk, desk: Desk) -> Person | None:
    """Ask for NIK and KK digits until they match. None: guessing was stopped, and the caller was told so.

    Raises Back before the NIK, BookError, ToAgent, GaveUp, HungUp.
    """
    if guessing.stopped(talk, desk):
        return None
    desk.registry.ready()
    while True:
        nik = _ask_nik(talk, desk)
        target = f"nik:{nik}"
        if guessing.stopped(talk, desk, target):
            return None
        try:
            kk_digits = _ask_kk(talk, nik, desk.registry.kk_digits)
        except Back:
            continue
        look_up = partial(desk.registry.resident, nik, kk_digits)
        found = guessing.attempt(talk, desk, target, look_up, Prompt("identity.mismatch"))
        if found is Refusal.STOPPED:
            return None
        if found is not Refusal.WRONG:
            return Person(nik, kk_digits, found)


def _ask_nik(talk: Talk, desk: Desk) -> str:
    """Ask until the number can be a NIK at all; an unknown district is no reason to refuse it."""
    for _ in range(talk.patience.tries):
        nik = talk.enter_digits(
            "nik",
            [Prompt("nik.ask")],
            least=NIK_DIGITS,
            most=NIK_DIGITS,
            short=Prompt("nik.short"),
            grammar="nik",
            plausible=lambda number: check_nik(number, desk.today()).valid,
        )
        check = check_nik(nik, desk.today())
        if check.valid:
            desk.about(nik)
            return nik
        talk.note("nik.invalid", str(check.reason))
        talk.refuse(Prompt(f"nik.invalid.{check.reason}"))
    raise GaveUp(talk.where, Result.NO_MATCH)


def _ask_kk(talk: Talk, nik: str, digits: int) -> str:
    """Ask for the last `digits` of the KK number. `9#` reads the NIK back before asking again; `*` goes back to it."""
    return talk.enter_digits(
        "kk",
        [Prompt("kk.ask", {"digits": digits})],
        least=digits,
        most=digits,
        short=Prompt("kk.short", {"digits": digits}),
        repeat=[Prompt("nik.readback", {"nik": nik})],
    )
