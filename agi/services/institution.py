"""An institution with an agreement asks whether NIKs are in use: by its id and PIN, for a purpose, within its limit."""

from collections.abc import Mapping
from functools import partial

from agi.books.events import NoteKind
from agi.books.institution import ID_DIGITS, PIN_DIGITS, Purpose, Standing
from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.office.institutions import UsedUp
from agi.office.results import Subject
from agi.services import telling
from agi.services.desk import Desk
from agi.services.proving import ask_nik, prove, valid

SAYS: Says = {
    "institution.intro": {},
    "institution.ask": {},
    "institution.short": {"count": "number"},
    "institution.paper": {},
    "institution.readback": {"number": "digits"},
    "institution.pin_ask": {},
    "institution.pin_again": {},
    "institution.pin_short": {"count": "number"},
    "institution.pin_paper": {},
    "institution.purpose": {},
    **{f"institution.{one}": {} for one in Standing if one},
    "institution.next": {},
    "institution.used_up": {},
    **telling.INSTITUTION_REFUSED,
    **telling.OF_DAY,
}
ASKS: Mapping[str, str] = {"purpose": "1234", "institution_next": "12"}
"""Questions that may have words in [questions] of the menu, and their keys."""

_PURPOSES = dict(zip("1234", Purpose, strict=True))
_NEXT = "1"


def run(talk: Talk, desk: Desk) -> None:
    """Ask for id and PIN, then for the purpose, then for one NIK after another."""
    talk.say(Prompt("institution.intro"))
    ask_id, ask_pin = partial(_ask_id, talk, desk), partial(_ask_pin, talk)
    found = prove(talk, desk, Subject.INSTITUTION, ask_id, ask_pin, desk.office.institutions.prove)
    if found is None:
        return
    desk.verified("institution+pin", "institution")
    purpose = _PURPOSES[_choose(talk, "purpose", Prompt("institution.purpose"))]
    while True:
        nik = valid(talk, desk, Subject.NIK, partial(ask_nik, talk, desk))
        office = desk.office
        standing = office.institutions.ask(office.registry, office.safety.frozen, found, purpose, nik, desk.call)
        if isinstance(standing, UsedUp):
            talk.note(NoteKind.INSTITUTION_USED_UP)
            talk.tell(Prompt("institution.used_up"))
            return
        talk.note(NoteKind.INSTITUTION_TOLD, standing)
        talk.tell(Prompt(f"institution.{standing}"), *telling.of_day(desk.office.told_of("residents")))
        if _choose(talk, "institution_next", Prompt("institution.next"), repeat=talk.told) != _NEXT:
            return


def _ask_id(talk: Talk, desk: Desk) -> str:
    return talk.enter_digits(
        "institution",
        [Prompt("institution.ask")],
        ID_DIGITS,
        short=Prompt("institution.short"),
        paper=Prompt("institution.paper"),
        plausible=lambda number: desk.office.invalid(Subject.INSTITUTION, number) is None,
    )


def _ask_pin(talk: Talk, number: str, again: bool) -> str:
    """`9#` reads the id back before asking again; `*` goes back to it."""
    return talk.enter_digits(
        "institution_pin",
        [Prompt("institution.pin_again" if again else "institution.pin_ask")],
        PIN_DIGITS,
        short=Prompt("institution.pin_short"),
        paper=Prompt("institution.pin_paper"),
        secret=True,
        repeat=[Prompt("institution.readback", {"number": number})],
    )


def _choose(talk: Talk, name: str, ask: Prompt, repeat: tuple[Prompt, ...] = ()) -> str:
    return talk.choose(name, [ask], ASKS[name], repeat=repeat, grammar=f"question:{name}")
