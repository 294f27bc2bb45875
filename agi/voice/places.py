"""Places in texts: `{name:kind}`, the values they take, and how a value is written for the eye."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from babel.dates import format_date
from babel.numbers import format_decimal

from agi.languages.language import groups
from agi.voice.errors import PlaceError

Value = str | int | date
MOST_DIGITS = 20
MASKED = "•"

_PLACE = re.compile(r"\{([^{}]*)\}")
_NAME_KIND = re.compile(r"([a-z][a-z0-9_]*):([a-z]+)")


class Kind(StrEnum):
    """What a place takes."""

    DIGITS = "digits"  # "0".."9" up to 20 times, spoken one by one in groups of four; never kept in a file
    NUMBER = "number"  # 0 or more, spoken in words
    AMOUNT = "amount"  # rupiah
    DATE = "date"
    PHRASE = "phrase"  # the key of another text, which has no places itself
    TEXT = "text"  # free text, such as an office's name


@dataclass(frozen=True, slots=True)
class Place:
    """One `{name:kind}` of a text."""

    name: str
    kind: Kind


def parts(text: str) -> Iterator[str | Place]:
    """The fixed parts and places of `text` in order; fixed parts may be blank or punctuation only.

    Raises ValueError with a sentence for the admin where braces do not hold `name:kind`.
    """
    for nth, part in enumerate(_PLACE.split(text)):
        if nth % 2:
            yield _place(part)
        elif "{" in part or "}" in part:
            raise ValueError("ada kurung kurawal sendirian: isian ditulis {nama:jenis}")
        elif part:
            yield part


def _place(inside: str) -> Place:
    named = _NAME_KIND.fullmatch(inside)
    if not named:
        raise ValueError(f"'{{{inside}}}' bukan isian: tulis {{nama:jenis}} dengan huruf kecil")
    if named[2] not in set(Kind):
        raise ValueError(f"'{named[2]}' di '{{{inside}}}' bukan jenis isian: pakai salah satu dari {', '.join(Kind)}")
    return Place(named[1], Kind(named[2]))


def checked(key: str, place: Place, value: object) -> Value:
    """`value` in the type of the place: str for digits, phrase and text, int for number and amount, or date.

    Strings as they come from a command line or a record are understood ("5", "2026-11-24"). Raises
    `PlaceError`, which names the text and the place but never the value.
    """
    match place.kind:
        case Kind.DIGITS:
            if isinstance(value, str) and re.fullmatch(rf"[0-9]{{1,{MOST_DIGITS}}}", value):
                return value
            wanted = f"a string of 1 to {MOST_DIGITS} digits"
        case Kind.NUMBER | Kind.AMOUNT:
            if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value):
                return int(value)
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15:
                return value
            wanted = "a whole number from 0 up to 15 digits"
        case Kind.DATE:
            if isinstance(value, datetime):
                return value.date()
            if isinstance(value, date):
                return value
            if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                try:
                    return date.fromisoformat(value)
                except ValueError:
                    pass  # a day that no calendar has: the same sentence as for any other wrong value
            wanted = "a date, as YYYY-MM-DD"
        case Kind.PHRASE | Kind.TEXT:
            if isinstance(value, str) and value.strip():
                return value
            wanted = "the key of a text" if place.kind is Kind.PHRASE else "a text that is not empty"
    raise PlaceError(f"The text '{key}' needs {wanted} for its place '{place.name}'.")


def written(kind: Kind, value: Value, locale: str) -> str:
    """`value` (already `checked`) for the eye: digits 4-4-4-4, dates and numbers as `locale` has them."""
    if isinstance(value, date):
        return str(format_date(value, "full", locale=locale))
    if kind is Kind.DIGITS:
        return " ".join(groups(str(value)))
    if isinstance(value, int):
        number = str(format_decimal(value, locale=locale))
        return f"Rp{number}" if kind is Kind.AMOUNT else number
    return value
