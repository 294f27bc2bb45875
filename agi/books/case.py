"""A case: what one call was about, by the number that its caller was told."""

from dataclasses import dataclass
from datetime import datetime

from agi.books.numbers import check_digit

NUMBER_DIGITS = 7


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One case, with nothing in it that may not be told: no whole number, no name.

    `number` is the caller's to keep, and proves nothing. `call`: the id of the call that it was about last. `caller`:
    a keyed hash of their telephone number, empty where it was withheld. `topic`, `verified`, `reached`, `about`
    (masked) and `status` are what an agent sees. `joined`: since when they wait for an agent, while they do.
    `dropped`: when the call was cut off in the middle, until that is made good.
    """

    number: str
    call: str
    caller: bytes
    opened: datetime
    changed: datetime
    topic: str = ""
    verified: str = ""
    reached: str = ""
    about: str = ""
    status: str = ""
    joined: datetime | None = None
    dropped: datetime | None = None


def case_valid(number: str) -> bool:
    """Whether `number` is 7 digits with the right check digit (ISO/IEC 7064 MOD 11,10)."""
    if len(number) != NUMBER_DIGITS or not (number.isascii() and number.isdigit()):
        return False
    return check_digit(number[:-1]) == number[-1]
