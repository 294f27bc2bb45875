"""Numbers as Indonesians say them: a number in words, digits one by one, and everything between.

A number of digits may be said one digit at a time ("tiga satu"), in small numbers ("tiga puluh satu"), with "dobel" or
"tripel", with nol or kosong. What was said may then be read in more than one way ("seratus dua": 102 or 100 2): all
readings are given, the most usual first, and the expected length decides.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from agi.languages.language import Numbers, Words
from agi.languages.pieces import Alt, Loop, Opt, Piece, alt, seq

DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
ZEROS = ("nol", "kosong")
TWICE = ("dobel", "double")
THRICE = ("tripel",)
MOST = 999_999

_VALUES = {**{word: value for value, word in enumerate(DIGITS)}, "kosong": 0}
_DIGIT = (*DIGITS, *ZEROS)
_MOST_WORDINGS = 32
_DOUBLE_COST = 3.0
_NUMBER_COST = 5.0


def say(value: int) -> str:
    """`value` (0 or more) in words, as a careful speaker says it: 1250 is "seribu dua ratus lima puluh"."""
    from lokal.terbilang import terbilang  # takes longer to load than the language: only who says a number waits

    return terbilang(value)


def read(words: Words) -> int | None:
    """The number that all of `words` say, or None."""
    return next((value for value, length in _numbers(words) if length == len(words)), None)


@lru_cache(maxsize=4096)
def read_digits(words: Words) -> tuple[str, ...]:
    """The digits that `words` may mean, the most usual reading first; none if a word is neither digit nor number."""
    found: list[str] = []
    for reading in _readings(words):
        if reading not in found:
            found.append(reading)
        if len(found) >= _MOST_WORDINGS:
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


def _times() -> Piece:
    return seq(_priced(alt((*TWICE, *THRICE)), _DOUBLE_COST), alt(_DIGIT))


def _priced(piece: Piece, cost: float) -> Piece:
    """`piece` at a price."""
    return Alt((seq(piece),), cost)


def _tens(*, units: bool = True) -> Piece:
    unit = DIGITS[1:]
    pieces: list[Piece] = [
        *("sepuluh", "sebelas", "satu puluh"),
        seq(alt(DIGITS[2:]), "belas"),
        seq(alt(DIGITS[2:]), "puluh", Opt(alt(unit))),
    ]
    return alt((*unit, *pieces) if units else pieces)


def _hundreds(*, units: bool = True) -> Piece:
    head = alt(("seratus", seq(alt(DIGITS[1:]), "ratus")))
    return alt((_tens(units=units), seq(head, Opt(_tens()))))


def _thousands() -> Piece:
    head = alt(("seribu", seq(_hundreds(), "ribu")))
    return alt((*ZEROS, _hundreds(), seq(head, Opt(_hundreds()))))


NUMBERS = Numbers(
    DIGITS,
    ZEROS,
    MOST,
    say=say,
    read=read,
    read_digits=read_digits,
    one_by_one=Loop(alt((*_DIGIT, _times()))),
    mixed=Loop(alt((*_DIGIT, _times(), _priced(_hundreds(units=False), _NUMBER_COST)))),
    whole=alt((_thousands(), alt((Loop(alt(_DIGIT)),), _NUMBER_COST))),
)
