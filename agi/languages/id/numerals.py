"""Written numbers of every kind in Indonesian words: dates, times, rupiah, phone numbers, ranges, percentages.

`RULES` are tried in order; what one has said holds no digit, so no later one looks at it again.
"""

import re
from collections.abc import Callable
from datetime import date

from agi.languages.id.dates import DATES
from agi.languages.id.numbers import NUMBERS, say
from agi.languages.language import groups

LONGEST_NUMBER = 6
"""Longer runs of digits are numbers of things (a phone, a NIK): said one by one."""

_Say = Callable[[re.Match[str]], str]


def in_fours(digits: str) -> str:
    """`digits` one by one with a pause after every four, or in one breath up to five."""
    return ", ".join(map(NUMBERS.spell, groups(digits))) if len(digits) > 5 else NUMBERS.spell(digits)


def _date(found: re.Match[str]) -> str:
    day, month, year = (found["d"], found["m"], found["y"]) if found["y"] else (found["d2"], found["m2"], found["y2"])
    try:
        named = date(int(year), int(month), int(day))
    except ValueError:  # no such day: then it is digits
        return ", ".join(map(NUMBERS.spell, re.findall(r"[0-9]+", found[0])))
    return DATES.say(named)


def _amount(found: re.Match[str]) -> str:
    return f"{_decimal(found) if found[2] and int(found[2]) else _count(found[1])} rupiah"


def amount(value: int) -> str:
    """`value` in rupiah."""
    return f"{say(value)} rupiah"


def _hours(found: re.Match[str]) -> str:
    return f"{_time(found)} sampai {_clock(found[4], found[5])}"


def _time(found: re.Match[str]) -> str:
    """With "pukul" before it, unless the text has it or "jam"."""
    return f"{found[1] or 'pukul '}{_clock(found[2], found[3])}"


def _clock(hour: str, minute: str) -> str:
    """08 and 30 as "delapan lewat tiga puluh"; full hours without the minutes."""
    return say(int(hour)) + (f" lewat {say(int(minute))}" if int(minute) else "")


def _hyphened(found: re.Match[str]) -> str:
    """1500-537 and 0815-3636-9999 digit by digit, at the pace of somebody who writes; 3-5 and 2017-2024 are ranges."""
    parts = re.findall(r"[0-9]+", found[0])
    years = len(parts) == 2 and all(re.fullmatch(r"(?:19|20)\d\d", part) for part in parts)
    short = len(parts) == 2 and len("".join(parts)) <= 5 and parts[1][0] != "0" != parts[0][0]
    if years or short:
        return f"{say(int(parts[0]))} sampai {say(int(parts[1]))}"
    dictated = ". ".join(", ".join(map(NUMBERS.spell, part)) for part in parts)
    return ("plus " if found[0].startswith("+") else "") + dictated


def _slashed(found: re.Match[str]) -> str:
    """24/2013 is a law of a year; 1/2 is a part."""
    joint = "tahun" if re.fullmatch(r"(?:19|20)\d\d", found[2]) else "per"
    return f"{_count(found[1])} {joint} {_count(found[2])}"


def _ordinal(found: re.Match[str]) -> str:
    return "pertama" if int(found[1]) == 1 else f"ke{_count(found[1])}"


def _percent(found: re.Match[str]) -> str:
    return f"{_decimal(found) if found[2] else _count(found[1])} persen"


def _decimal(found: re.Match[str]) -> str:
    return f"{_count(found[1])} koma {NUMBERS.spell(found[2])}"


def _count(written: str) -> str:
    """ "1.250" or "12" as a number; with a leading zero or more than 6 digits in a row one by one."""
    digits = written.replace(".", "").replace(" ", "")
    if "." in written and len(digits) <= 15 and digits[0] != "0":
        return say(int(digits))
    if digits == "0" or (digits[0] != "0" and len(digits) <= LONGEST_NUMBER):
        return say(int(digits))
    return in_fours(digits)


_N = r"[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+"
_END = r"(?![0-9])"
_START = r"(?<![0-9])"
_CLOCK = r"([01]?[0-9]|2[0-3])[.:]([0-5][0-9])"
_NAMED = r"(?<![0-9.,])((?:\b[Pp]ukul|\b[Jj]am)\s+)?"
_NO_MORE = r"(?![0-9]|[.,:][0-9])"
RULES: tuple[tuple[re.Pattern[str], _Say], ...] = tuple(
    (re.compile(pattern), say)
    for pattern, say in (
        (
            rf"{_START}(?:(?P<d>[0-9]{{1,2}})[-/.](?P<m>[0-9]{{1,2}})[-/.](?P<y>[0-9]{{4}})"
            rf"|(?P<y2>[0-9]{{4}})-(?P<m2>[0-9]{{2}})-(?P<d2>[0-9]{{2}})){_END}",
            _date,
        ),
        (rf"(?<!\w)Rp\.? ?({_N})(?:,([0-9]{{2}}){_END})?(?:,-)?", _amount),
        (rf"(?<!\w)[kK]e-([0-9]{{1,6}}){_END}", _ordinal),
        (rf"({_N})(?:,([0-9]+))? ?%", _percent),
        (rf"{_NAMED}{_CLOCK} ?[-–] ?{_CLOCK}{_NO_MORE}", _hours),
        (rf"{_NAMED}{_CLOCK}{_NO_MORE}", _time),
        (rf"\+[0-9]+(?:[ -][0-9]+)*{_END}", _hyphened),
        (rf"{_START}[0-9]+(?: ?-[0-9]+)+{_END}", _hyphened),
        (rf"({_N})/({_N})", _slashed),
        (rf"({_N}),([0-9]+)", _decimal),
        (rf"{_START}[0-9]{{4}}(?: [0-9]{{4}}){{2,}}(?: [0-9]{{1,3}})?{_END}|{_N}", lambda found: _count(found[0])),
    )
)
