"""An institution that may ask whether a NIK is in use, and what is written down of each such question."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from agi.books.numbers import check_digit

ID_DIGITS = 6
PIN_DIGITS = 8


class Purpose(StrEnum):
    """What an institution asks for; a fixed list, so that the log can be counted."""

    BANK = "bank"  # an account or a loan
    BPJS = "bpjs"
    SCHOOL = "school"
    OTHER = "other"


class Standing(StrEnum):
    """What an institution is told, and no more: no name, no reason, no date."""

    NONE = ""  # not told (yet): the call ended, or the registry did not answer
    ACTIVE = "active"
    INACTIVE = "inactive"
    NOT_FOUND = "not_found"
    FROZEN = "frozen"  # its owner has wished that no door answers about it


@dataclass(frozen=True, slots=True)
class Institution:
    """One that has an agreement, and may ask `limit` times a day.

    `id`: 6 digits, no secret; `pin`: a keyed hash. `removed`: since when it may not ask.
    """

    id: str
    name: str
    limit: int
    added: datetime
    pin: bytes = field(repr=False)
    removed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """One question of an institution. `nik`: a keyed hash: the same for the same NIK, and no way back to it."""

    at: datetime
    institution: str
    purpose: Purpose
    nik: bytes
    call: str
    told: Standing = Standing.NONE


def institution_valid(number: str) -> bool:
    """Whether `number` is 6 digits with the right check digit (ISO/IEC 7064 MOD 11,10)."""
    if len(number) != ID_DIGITS or not (number.isascii() and number.isdigit()):
        return False
    return check_digit(number[:-1]) == number[-1]
