"""Who is asked about: a NIK and the last digits of the KK number."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.office.counting import Visitor
from agi.office.results import Refusal, Subject
from agi.services import telling
from agi.services.desk import Desk
from agi.services.proving import prove

NIK_DIGITS = 16

SAYS: Says = {
    "nik.ask": {},
    "nik.short": {"count": "number"},
    "nik.readback": {"nik": "digits"},
    "kk.ask": {"digits": "number"},
    "kk.short": {"digits": "number", "count": "number"},
    **telling.REFUSED,
}
_T = TypeVar("_T")


def identify(talk: Talk, desk: Desk, look_up: Callable[[Visitor, str, str], _T | Refusal]) -> _T | None:
    """Ask for NIK and KK digits until they match: what `look_up` finds for them; see `prove`."""
    return prove(talk, desk, Subject.NIK, partial(_ask_nik, talk, desk), partial(_ask_kk, talk, desk), look_up)


def _ask_nik(talk: Talk, desk: Desk) -> str:
    return talk.enter_digits(
        "nik",
        [Prompt("nik.ask")],
        least=NIK_DIGITS,
        most=NIK_DIGITS,
        short=Prompt("nik.short"),
        grammar="nik",
        plausible=lambda number: desk.office.invalid(Subject.NIK, number) is None,
    )


def _ask_kk(talk: Talk, desk: Desk, nik: str) -> str:
    """Ask for the last digits of the KK number. `9#` reads the NIK back before asking again; `*` goes back to it."""
    digits = desk.office.kk_digits
    return talk.enter_digits(
        "kk",
        [Prompt("kk.ask", {"digits": digits})],
        least=digits,
        most=digits,
        short=Prompt("kk.short", {"digits": digits}),
        repeat=[Prompt("nik.readback", {"nik": nik})],
    )
