"""Asking for a number and for what proves it, until they match or guessing is stopped; for a NIK, by KK digits."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from agi.books.events import NoteKind
from agi.dialogue.asking import Back, GaveUp
from agi.dialogue.question import Prompt, Result
from agi.dialogue.talk import Says, Talk
from agi.office.counting import Visitor
from agi.office.results import Frozen, Invalid, Locked, NoMoreTries, Refusal, Stop, Subject, Wrong
from agi.services.desk import Desk
from agi.services.telling import REFUSED, told

_T = TypeVar("_T")
NIK_DIGITS = 16

SAYS: Says = {
    "nik.ask": {},
    "nik.short": {"count": "number"},
    "nik.paper": {},
    "nik.readback": {"nik": "digits"},
    "kk.ask": {"digits": "number"},
    "kk.again": {"digits": "number"},
    "kk.short": {"digits": "number", "count": "number"},
    "kk.paper": {},
    **REFUSED,
}
"""Of what `identify` says."""


def identify(
    talk: Talk,
    desk: Desk,
    look_up: Callable[[Visitor, str, str], _T | Refusal],
    unproved: Callable[[str], None] = lambda _: None,
) -> _T | None:
    """Ask for NIK and KK digits until they match: what `look_up` finds for them; see `prove`.

    `unproved` is told the NIK that was tried last, where guessing is stopped after it.
    """
    tried = ""

    def tell_what_was_tried(visitor: Visitor, nik: str, kk_digits: str) -> _T | Refusal:
        nonlocal tried
        tried = nik
        return look_up(visitor, nik, kk_digits)

    asks = partial(ask_nik, talk, desk), partial(_ask_kk, talk, desk)
    found = prove(talk, desk, Subject.NIK, *asks, tell_what_was_tried)
    if found is None and tried:
        unproved(tried)
    return found


def ask_nik(talk: Talk, desk: Desk) -> str:
    """16 digits. Raises Back, ToAgent, GaveUp, HungUp."""
    return talk.enter_digits(
        "nik",
        [Prompt("nik.ask")],
        NIK_DIGITS,
        short=Prompt("nik.short"),
        paper=Prompt("nik.paper"),
        grammar="nik",
        plausible=lambda number: desk.office.invalid(Subject.NIK, number) is None,
    )


def _ask_kk(talk: Talk, desk: Desk, nik: str, again: bool) -> str:
    """Ask for the last digits of the KK number. `9#` reads the NIK back before asking again; `*` goes back to it."""
    digits = desk.office.kk_digits
    return talk.enter_digits(
        "kk",
        [Prompt("kk.again" if again else "kk.ask", {"digits": digits})],
        digits,
        short=Prompt("kk.short", {"digits": digits}),
        paper=Prompt("kk.paper"),
        repeat=[Prompt("nik.readback", {"nik": nik})],
    )


def prove(
    talk: Talk,
    desk: Desk,
    subject: Subject,
    ask_number: Callable[[], str],
    ask_proof: Callable[[str, bool], str],
    look_up: Callable[[Visitor, str, str], _T | Refusal],
) -> _T | None:
    """What `look_up` finds for the number and the proof. None: guessing was stopped, or its owner has frozen it; the
    caller was told so.

    `ask_proof` is told the number, and whether a proof of it was wrong. Raises Back before the number, BookError,
    ToAgent, GaveUp, HungUp.
    """
    if _stopped(talk, desk, desk.office.stop(desk.visitor, subject)):
        return None
    while True:
        number = valid(talk, desk, subject, ask_number)
        with suppress(Back):
            return _proved(talk, desk, subject, number, ask_proof, look_up)


def _proved(
    talk: Talk,
    desk: Desk,
    subject: Subject,
    number: str,
    ask_proof: Callable[[str, bool], str],
    look_up: Callable[[Visitor, str, str], _T | Refusal],
) -> _T | None:
    """As `prove`, for one `number`, which is not asked again because its proof was wrong. Raises Back."""
    wrong = False
    while not _stopped(talk, desk, desk.office.stop(desk.visitor, subject, number)):
        found = look_up(desk.visitor, number, ask_proof(number, wrong))
        match found:
            case Invalid():
                raise Back
            case Locked() | NoMoreTries():
                _stopped(talk, desk, found)
                return None
            case Wrong(stop=stop):
                talk.note(NoteKind.MISMATCH, talk.where)
                talk.refuse(*told(Wrong(subject)))
                if _stopped(talk, desk, stop):
                    return None
                wrong = True
            case Frozen():
                desk.verified("nik+kk", "nik.frozen")
                talk.note(NoteKind.NIK_FROZEN)
                talk.tell(*told(found))
                return None
            case _:
                return found
    return None


def valid(talk: Talk, desk: Desk, subject: Subject, ask: Callable[[], str]) -> str:
    """Ask until the number can be one at all: a slip of the finger is not a failed try."""
    for _ in range(talk.patience.tries):
        number = ask()
        wrong = desk.office.invalid(subject, number)
        if wrong is None:
            desk.about(number)
            return number
        talk.note(NoteKind(f"{subject}.invalid"), wrong.fault or "")
        talk.refuse(*told(wrong))
    raise GaveUp(talk.where, Result.NO_MATCH)


def _stopped(talk: Talk, desk: Desk, stop: Stop | None) -> bool:
    """Whether no more may be tried; the caller is told so, and the case and the record know it."""
    if stop is None:
        return False
    desk.locked()
    talk.note(NoteKind.LOCKOUT, talk.where)
    talk.refuse(*told(stop))
    return True
