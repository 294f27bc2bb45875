"""Numbers as Indonesians say them: a number in words, digits one by one, and everything between.

A number of digits may be said one digit at a time ("tiga satu"), in small numbers ("tiga puluh satu"), with "dobel" or
"tripel", with nol or kosong. What was said may then be read in more than one way ("seratus dua": 102 or 100 2): all
readings are given, the most usual first, and the expected length decides.
"""

from collections.abc import Iterator
from functools import lru_cache

from agi.languages.language import Numbers, Words
from agi.languages.pieces import Alt, Loop, Opt, Piece, alt, seq

DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
ZEROS = ("nol", "kosong")
TWICE = ("dobel", "double")
THRICE = ("tripel",)
MOST = 999_999

_MOST_WORDINGS = 32
_DOUBLE_COST = 3.0
_NUMBER_COST = 5.0


def _followed(heads: dict[Words, int], rest: dict[Words, int]) -> dict[Words, int]:
    """`heads`, each alone and with one of `rest` after it."""
    return heads | {(*head, *words): value + more for head, value in heads.items() for words, more in rest.items()}


_DIGIT = (*DIGITS, *ZEROS)
_VALUES = {"kosong": 0, **{word: value for value, word in enumerate(DIGITS)}}
_ONES: dict[Words, int] = {(word,): value for word, value in _VALUES.items() if value}
_TEENS = {("sepuluh",): 10, ("sebelas",): 11, **{(*one, "belas"): 10 + value for one, value in _ONES.items()}}
_TENS = _ONES | _TEENS | _followed({(*one, "puluh"): 10 * value for one, value in _ONES.items()}, _ONES)
_HEADS: dict[Words, int] = {("seratus",): 100, **{(*one, "ratus"): 100 * value for one, value in _ONES.items()}}
_BELOW_THOUSAND = _TENS | _followed(_HEADS, _TENS)
_LONGEST = max(map(len, _BELOW_THOUSAND))


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
    found: dict[str, None] = {}
    for reading in _readings(words):
        found[reading] = None
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
    found = _below_thousand(words)
    heads = {length + 1: value for length, value in found.items() if words[length : length + 1] == ("ribu",)}
    if words[:1] == ("seribu",):
        heads[1] = 1
    if words and words[0] in ZEROS:
        found[1] = 0
    for length, thousands in heads.items():
        rest = {0: 0, **_below_thousand(words[length:])}
        found |= {length + more: 1000 * thousands + value for more, value in rest.items()}
    return tuple((value, length) for length, value in found.items())


def _below_thousand(words: Words) -> dict[int, int]:
    """Number of words → value of every number from 1 to 999 that `words` begin with."""
    begun = (words[:length] for length in range(1, min(len(words), _LONGEST) + 1))
    return {len(part): _BELOW_THOUSAND[part] for part in begun if part in _BELOW_THOUSAND}


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
