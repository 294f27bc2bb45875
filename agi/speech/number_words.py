"""Numbers as Indonesians say them: a number in words, digits one by one, and everything between.

A number of digits may be said one digit at a time ("tiga satu"), in small numbers ("tiga puluh satu"), with "dobel" or
"tripel", with nol or kosong. What was said may then be read in more than one way ("seratus dua": 102 or 100 2): all
readings are given, the most usual first, and the expected length decides.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
ZEROS = ("nol", "kosong")
TWICE = ("dobel", "double")
THRICE = ("tripel",)
MOST = 999_999

_VALUES = {**{word: value for value, word in enumerate(DIGITS)}, "kosong": 0}
_MOST_READINGS = 32

Words = tuple[str, ...]


def spoken(value: int) -> str:
    """`value` (0 to 999,999) in words, as a careful speaker says it."""
    if not 0 <= value <= MOST:
        raise ValueError(f"numbers are heard from 0 to {MOST}")
    return " ".join(_thousands(value)) if value else DIGITS[0]


def forms(value: int) -> tuple[str, ...]:
    """Ways to say `value` (0 to 999,999) in words, the usual one first: "seratus", "satu ratus"; "nol", "kosong"."""
    if value == 0:
        return ZEROS
    usual = spoken(value)
    long = [
        {"seribu": "satu ribu", "seratus": "satu ratus", "sepuluh": "satu puluh"}.get(word, word)
        for word in usual.split()
    ]
    return tuple(dict.fromkeys((usual, " ".join(long))))


def one_by_one(digits: str, zero: str = "nol") -> str:
    """ASCII `digits` one after another."""
    return " ".join(zero if digit == "0" else DIGITS[int(digit)] for digit in digits)


def number(words: Sequence[str]) -> int | None:
    """The number that all of `words` say, or None."""
    said = tuple(words)
    return next((value for value, length in _numbers(said) if length == len(said)), None)


@lru_cache(maxsize=4096)
def digit_readings(words: Words) -> tuple[str, ...]:
    """The digits that `words` may mean, the most usual reading first; none if a word is neither digit nor number."""
    found: list[str] = []
    for reading in _readings(words):
        if reading not in found:
            found.append(reading)
        if len(found) >= _MOST_READINGS:
            break
    return tuple(found)


def _readings(words: Words) -> Iterator[str]:
    if not words:
        yield ""
        return
    for text, length in _chunks(words):
        for rest in _readings(words[length:]):
            yield text + rest


def _chunks(words: Words) -> Iterator[tuple[str, int]]:
    """Digits that the first words may mean, and how many words they take; the longest first."""
    for times, names in ((2, TWICE), (3, THRICE)):
        if words[0] in names and len(words) > 1 and words[1] in _VALUES:
            yield str(_VALUES[words[1]]) * times, 2
    for value, length in sorted(_numbers(words), key=lambda one: -one[1]):
        yield str(value), length


def _thousands(value: int) -> list[str]:
    thousands, rest = divmod(value, 1000)
    head = [] if not thousands else ["seribu"] if thousands == 1 else [*_hundreds(thousands), "ribu"]
    return [*head, *_hundreds(rest)]


def _hundreds(value: int) -> list[str]:
    hundreds, rest = divmod(value, 100)
    head = [] if not hundreds else ["seratus"] if hundreds == 1 else [DIGITS[hundreds], "ratus"]
    return [*head, *_tens(rest)]


def _tens(value: int) -> list[str]:
    if value < 10:
        return [DIGITS[value]] if value else []
    if value < 20:
        return {10: ["sepuluh"], 11: ["sebelas"]}.get(value) or [DIGITS[value - 10], "belas"]
    return [DIGITS[value // 10], "puluh", *_tens(value % 10)]


@lru_cache(maxsize=4096)
def _numbers(words: Words) -> tuple[tuple[int, int], ...]:
    """(value, number of words) of every number that `words` begin with."""
    found = {}
    if words and words[0] in ZEROS:
        found[1] = 0
    found.update({length: value for value, length in _in_hundreds(words)})
    for length, value in tuple(found.items()):
        if value and words[length : length + 1] == ("ribu",):
            found.update(_scaled(words, value * 1000, length + 1, _in_hundreds))
    if words[:1] == ("seribu",):
        found.update(_scaled(words, 1000, 1, _in_hundreds))
    return tuple((value, length) for length, value in found.items())


def _in_hundreds(words: Words) -> Iterator[tuple[int, int]]:
    yield from _in_tens(words)
    if words[:1] == ("seratus",):
        yield from ((value, length) for length, value in _scaled(words, 100, 1, _in_tens).items())
    elif words[1:2] == ("ratus",) and _VALUES.get(words[0]):
        yield from ((value, length) for length, value in _scaled(words, 100 * _VALUES[words[0]], 2, _in_tens).items())


def _in_tens(words: Words) -> Iterator[tuple[int, int]]:
    if not words:
        return
    first = _VALUES.get(words[0], 0)
    if words[0] in ("sepuluh", "sebelas"):
        yield {"sepuluh": 10, "sebelas": 11}[words[0]], 1
    if not first:
        return
    yield first, 1
    if words[1:2] == ("belas",):
        yield 10 + first, 2
    elif words[1:2] == ("puluh",):
        yield 10 * first, 2
        if unit := _VALUES.get(words[2]) if len(words) > 2 else None:
            yield 10 * first + unit, 3


def _scaled(
    words: Words, value: int, length: int, rest: Callable[[Words], Iterable[tuple[int, int]]]
) -> dict[int, int]:
    """Length → value for `value` alone and with what may follow it."""
    return {length: value, **{length + more: value + part for part, more in rest(words[length:])}}
