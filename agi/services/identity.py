"""Who is asked about: a NIK and the last digits of the KK number, and when guessing is stopped.

Level 1 of the privacy rules: a NIK alone proves nothing (the birth date is inside it), the KK number is on paper in
the caller's hand. Unknown and not matching get the same words after the same work.
"""

from dataclasses import dataclass
from datetime import timedelta

from agi.books.numbers import NikFault, check_nik
from agi.books.words import Resident
from agi.dialogue.question import Prompt, Result
from agi.dialogue.talk import Back, GaveUp, Says, Talk
from agi.services.desk import MOST_FAILURES, Desk

NIK_DIGITS = 16

SAYS: Says = {
    "nik.ask": {},
    "nik.short": {"count": "number"},
    "nik.readback": {"nik": "digits"},
    **{f"nik.invalid.{fault.value}": {} for fault in NikFault if fault is not NikFault.FORMAT},
    "kk.ask": {"digits": "number"},
    "kk.short": {"digits": "number", "count": "number"},
    "identity.mismatch": {},
    "lockout.minutes": {"minutes": "number"},
    "lockout.hours": {"hours": "number"},
}


@dataclass(frozen=True, slots=True)
class Person:
    """A resident whose NIK and KK digits match."""

    nik: str
    kk_digits: str
    resident: Resident


def identify(talk: Talk, desk: Desk) -> Person | None:
    """Ask for NIK and KK digits until they match. None: guessing was stopped, and the caller was told so.

    Raises Back before the NIK, ToAgent, GaveUp, HungUp.
    """
    if stopped(talk, desk):
        return None
    while True:
        nik = _ask_nik(talk, desk)
        if stopped(talk, desk, f"nik:{nik}"):
            return None
        try:
            kk_digits = _ask_kk(talk, nik, desk.registry.kk_digits)
        except Back:
            continue
        resident = desk.registry.resident(nik, kk_digits)
        if resident is not None:
            matched(desk, f"nik:{nik}")
            return Person(nik, kk_digits, resident)
        if failed(talk, desk, f"nik:{nik}", Prompt("identity.mismatch")):
            return None


def stopped(talk: Talk, desk: Desk, subject: str = "") -> bool:
    """Whether `subject` (the number asked about) or this caller is locked; if so, the caller is told for how long."""
    locks = [desk.lockouts.locked(one) for one in _subjects(desk, subject)]
    longest = max((lock for lock in locks if lock is not None), default=None)
    if longest is None and desk.failures >= MOST_FAILURES:
        longest = desk.short_lock
    if longest is None:
        return False
    desk.locked(talk.where)
    talk.note("lockout", talk.where)
    talk.refuse(how_long(longest))
    return True


def failed(talk: Talk, desk: Desk, subject: str, words: Prompt) -> bool:
    """Count a failed try, say `words`; whether guessing is stopped now (the caller is told)."""
    desk.failures += 1
    for one in _subjects(desk, subject):
        desk.lockouts.failed(one)
    talk.note("mismatch", talk.where)
    talk.refuse(words)
    return stopped(talk, desk, subject)


def matched(desk: Desk, subject: str) -> None:
    """A try was right: the short counts begin again. The day's counts stay: a match of one's own buys no guesses."""
    for one in _subjects(desk, subject):
        desk.lockouts.cleared(one)


def how_long(lock: timedelta) -> Prompt:
    """The words for a lock: minutes up to an hour and a half, else hours; rounded up, never zero."""
    minutes = max(1, -(-int(lock.total_seconds()) // 60))
    if minutes <= 90:
        return Prompt("lockout.minutes", {"minutes": minutes})
    return Prompt("lockout.hours", {"hours": -(-minutes // 60)})


def _subjects(desk: Desk, subject: str) -> list[str]:
    """What is locked: the number asked about, and the caller where the number is known."""
    return [one for one in (subject, desk.caller and f"caller:{desk.caller}") if one]


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
