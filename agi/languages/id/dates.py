"""Dates as they are spoken: "tujuh belas Agustus seribu sembilan ratus empat puluh lima", "tanggal satu bulan dua…"."""

from collections.abc import Iterator
from datetime import date

from agi.languages.id import numbers
from agi.languages.id.numbers import DIGITS, ZEROS
from agi.languages.language import Dates, Words
from agi.languages.pieces import Opt, Piece, alt, seq

MONTHS = (
    *(("januari",), ("februari", "pebruari"), ("maret",), ("april",), ("mei",), ("juni",), ("juli",)),
    *(("agustus",), ("september",), ("oktober",), ("november", "nopember"), ("desember",)),
)
WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
FIRST_YEAR, LAST_YEAR = 1900, 2099

_MONTH_OF = {name: month for month, names in enumerate(MONTHS, 1) for name in names}
_ASIDE = 0.7
_UNITS = DIGITS[1:]


def _day() -> Piece:
    teens = ("sepuluh", "sebelas", *(f"{digit} belas" for digit in DIGITS[2:]))
    twenties = ("dua puluh", *(f"dua puluh {digit}" for digit in _UNITS), "tiga puluh", "tiga puluh satu")
    zeroed = (f"{zero} {digit}" for zero in ZEROS for digit in _UNITS)
    return alt((*_UNITS, *teens, *twenties, *zeroed))


def _month() -> Piece:
    numbered = alt((*_UNITS, "sepuluh", "sebelas", "dua belas"), _ASIDE)
    return alt((*_MONTH_OF, seq("bulan", alt((*_MONTH_OF, numbered)))))


def _two_digits() -> Piece:
    return alt(
        (
            *("sepuluh", "sebelas"),
            seq(alt(DIGITS[2:]), "belas"),
            seq(alt(DIGITS[2:]), "puluh", Opt(alt(_UNITS))),
        )
    )


def _year() -> Piece:
    below_hundred = alt((*_UNITS, _two_digits()))
    one_by_one = seq(alt(("satu sembilan", "dua nol", "dua kosong")), alt((*DIGITS, *ZEROS)), alt((*DIGITS, *ZEROS)))
    return alt(
        (
            seq("dua ribu", Opt(below_hundred)),
            seq("seribu sembilan ratus", Opt(below_hundred)),
            seq("sembilan belas", alt((_two_digits(), seq(alt((*DIGITS, *ZEROS)), alt(_UNITS))))),
            alt((one_by_one,), _ASIDE),
            alt((_two_digits(),), 2 * _ASIDE),
        )
    )


def read(words: Words) -> Iterator[date]:
    """The dates that `words` may mean; none if they are no date or there is no such day."""
    said = tuple(word for word in words if word not in ("tanggal", "bulan", "tahun"))
    for cut in range(1, min(4, len(said))):
        day = _small(said[:cut])
        if day is None:
            continue
        for length in (1, 2):
            month = _month_of(said[cut : cut + length])
            year = _year_of(said[cut + length :]) if month else None
            if month and year:
                try:
                    yield date(year, month, day)
                except ValueError:
                    continue


def say(day: date) -> str:
    """`day` as a careful speaker says it."""
    return f"{numbers.say(day.day)} {MONTHS[day.month - 1][0]} {numbers.say(day.year)}"


def parts(day: date) -> Words:
    """Day of the week, day, month and year, each in words."""
    return (WEEKDAYS[day.weekday()], numbers.say(day.day), MONTHS[day.month - 1][0], numbers.say(day.year))


def _small(words: Words) -> int | None:
    """A number of one or two digits, said as a number or with a leading zero."""
    if len(words) == 2 and words[0] in ZEROS:
        words = words[1:]
    return numbers.read(words)


def _month_of(words: Words) -> int | None:
    if len(words) == 1 and words[0] in _MONTH_OF:
        return _MONTH_OF[words[0]]
    value = numbers.read(words)
    return value if value is not None and 1 <= value <= 12 else None


def _year_of(words: Words) -> int | None:
    """A year of four digits however it is said; two digits mean the latest such year that is not to come."""
    found = [int(text) for text in numbers.read_digits(words) if text]
    for value in found:
        if FIRST_YEAR <= value <= LAST_YEAR:
            return value
    for value in found:
        if 10 <= value < 100:
            return 2000 + value if 2000 + value <= date.today().year else 1900 + value
    return None


DATES = Dates(
    say=say,
    parts=parts,
    read=read,
    spoken=seq(Opt("tanggal", _ASIDE), _day(), _month(), Opt("tahun", _ASIDE), _year()),
    open=frozenset(("ribu", "puluh", "ratus", *_UNITS)),
)
"""What a caller may say as a date: day, month (by name, or "bulan dua"), year."""
