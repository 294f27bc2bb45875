"""Asking for a number and for what proves it, until they match or guessing is stopped."""

from collections.abc import Callable
from typing import TypeVar

from agi.books.events import NoteKind
from agi.dialogue.asking import Back, GaveUp
from agi.dialogue.question import Result
from agi.dialogue.talk import Talk
from agi.office.counting import Visitor
from agi.office.results import Invalid, Locked, NoMoreTries, Refusal, Stop, Subject, Wrong
from agi.services.desk import Desk
from agi.services.telling import told

_T = TypeVar("_T")


def prove(
    talk: Talk,
    desk: Desk,
    subject: Subject,
    ask_number: Callable[[], str],
    ask_proof: Callable[[str], str],
    look_up: Callable[[Visitor, str, str], _T | Refusal],
) -> _T | None:
    """What `look_up` finds for the number and the proof. None: guessing was stopped, and the caller was told so.

    Raises Back before the number, BookError, ToAgent, GaveUp, HungUp.
    """
    if _stopped(talk, desk, desk.office.admit(desk.visitor)):
        return None
    while True:
        number = _valid(talk, desk, subject, ask_number)
        if _stopped(talk, desk, desk.office.stop(desk.visitor, subject, number)):
            return None
        try:
            proof = ask_proof(number)
        except Back:
            continue
        found = look_up(desk.visitor, number, proof)
        if isinstance(found, Locked | NoMoreTries):
            _stopped(talk, desk, found)
            return None
        if isinstance(found, Wrong):
            talk.note(NoteKind.MISMATCH, talk.where)
            talk.refuse(*told(Wrong(subject)))
            if _stopped(talk, desk, found.stop):
                return None
        elif not isinstance(found, Invalid):
            return found


def _valid(talk: Talk, desk: Desk, subject: Subject, ask: Callable[[], str]) -> str:
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
    desk.locked(talk.where)
    talk.note(NoteKind.LOCKOUT, talk.where)
    talk.refuse(*told(stop))
    return True
