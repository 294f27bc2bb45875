"""A ticket: what a citizen complains of or wishes, and how far the office is with it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from agi.books.numbers import check_digit

NUMBER_DIGITS = 8
PIN_DIGITS = 6


class Category(StrEnum):
    """What it is about."""

    SERVICE = "service"
    DATA = "data"
    FEE = "fee"  # money was asked for what is free of charge
    WISH = "wish"
    EVENT = "event"  # a life event, reported ahead: the office completes it
    FRAUD = "fraud"  # somebody pretended to be the office


class Reason(StrEnum):
    """What the office must see to, where the hotline itself has found it out."""

    NONE = ""
    DOUBLE = "double"  # two records of one person: to be merged
    STALE = "stale"  # in use here, unknown to an institution: to be consolidated
    UNPROVED = "unproved"  # never matched in the call: not recorded, or recorded otherwise


class RefusedBy(StrEnum):
    """Who did not find a NIK."""

    NONE = ""
    BANK = "bank"
    BPJS = "bpjs"
    PHONE = "phone"  # a telephone company: no SIM card without a NIK
    OTHER = "other"


class LifeEvent(StrEnum):
    """What happened to a person and must be reported (UU 24/2013)."""

    NONE = ""
    BIRTH = "birth"
    DEATH = "death"
    MARRIAGE = "marriage"
    DIVORCE = "divorce"
    MOVE = "move"


class AskedFor(StrEnum):
    """What somebody who pretended to be the office asked for."""

    NONE = ""
    CODE = "code"  # an OTP or a PIN
    MONEY = "money"
    LINK = "link"  # to be opened, or a program to be installed
    DATA = "data"


class State(StrEnum):
    """How far it is."""

    DRAFT = "draft"  # begun in a call and not sent: the citizen was told no number
    OPEN = "open"
    IN_WORK = "in_work"
    ANSWERED = "answered"
    CLOSED = "closed"


class Mark(StrEnum):
    """What is the matter with a message that was not sent."""

    NONE = ""
    SILENT = "silent"
    SHORT = "short"
    LEFT = "left"  # the caller, or the call, went before it was sent
    LOST = "lost"  # there was no room on the disk


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket.

    `id` names it on pages and files and is no secret; `number` is the citizen's, and `pin` a keyed hash of what proves
    it. `call`: the id of the call it came from. `due`: the last day by law to deal with it, None for a draft.
    `message_s`: seconds of its recording, 0 where there is none. `callback`: the number to call, which stands nowhere
    but in this book, "" where none was left. `nik`: whom a `reason` is about, sealed (`privacy.sealed`).
    `event`: what is reported, on which `event_day` it happened, and in which `region` (4 digits) it is completed.
    `suspect`: the number that a fraud came from, "" where it is not known; `asked_for`: what it was after.
    """

    id: str
    number: str
    category: Category
    channel: str
    call: str
    opened: datetime
    changed: datetime
    state: State = State.DRAFT
    mark: Mark = Mark.NONE
    due: date | None = None
    message_s: float = 0.0
    answer: str = ""
    pin: bytes = field(default=b"", repr=False)
    callback: str = field(default="", repr=False)
    reason: Reason = Reason.NONE
    refused_by: RefusedBy = RefusedBy.NONE
    nik: bytes = field(default=b"", repr=False)
    event: LifeEvent = LifeEvent.NONE
    event_day: date | None = None
    region: str = ""
    suspect: str = field(default="", repr=False)
    asked_for: AskedFor = AskedFor.NONE


@dataclass(frozen=True, slots=True)
class Note:
    """What `who` of the office wrote down about a ticket."""

    at: datetime
    who: str
    text: str


def ticket_valid(number: str) -> bool:
    """Whether `number` is 8 digits with the right check digit (ISO/IEC 7064 MOD 11,10)."""
    if len(number) != NUMBER_DIGITS or not (number.isascii() and number.isdigit()):
        return False
    return check_digit(number[:-1]) == number[-1]
