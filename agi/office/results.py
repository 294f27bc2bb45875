"""What may come of asking the office, besides the books' own Resident; `match` them, and say each in your own way."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from agi.books.numbers import NikFault
from agi.books.words import Application, Office


class Subject(StrEnum):
    """What is asked about, by a number that somebody may guess."""

    NIK = "nik"
    REGISTRATION = "registration"
    TICKET = "ticket"
    CASE = "case"
    INSTITUTION = "institution"


@dataclass(frozen=True, slots=True)
class Locked:
    """No more may be tried for `left`: a lock is set."""

    left: timedelta


@dataclass(frozen=True, slots=True)
class NoMoreTries:
    """No more may be tried in this call or message; no lock is set."""


Stop = Locked | NoMoreTries


@dataclass(frozen=True, slots=True)
class Invalid:
    """No such number can be, and no try is counted. `fault`: why it can't be a NIK."""

    subject: Subject
    fault: NikFault | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """Unknown, or proved wrongly: which of the two nobody is told. `stop`: it was one too many."""

    subject: Subject
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an application is. `collect_at`: the office that has the document, where that is known."""

    application: Application
    collect_at: Office | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket was opened: what the citizen must keep, and by when it is answered, within so many working `days`."""

    number: str
    pin: str
    days: int
    due: date


@dataclass(frozen=True, slots=True)
class Frozen:
    """Rightly proved, but its owner has wished that no door answers about this NIK."""


Refusal = Invalid | Wrong | Locked | NoMoreTries | Frozen
"""Why something is not told."""
