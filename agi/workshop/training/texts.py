"""What the synthetic voices are given to say: digits, numbers, dates, menu words, places, plain sentences."""

import random
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from agi import tomlfile

_DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_EMPTY = "kosong"  # the other word for nol
_MONTHS = (
    *("januari", "februari", "maret", "april", "mei", "juni"),
    *("juli", "agustus", "september", "oktober", "november", "desember"),
)
_LENGTHS = (1, 1, 1, 2, 3, 4, 4, 5, 6, 8, 12, 16)
_TEXTS = Path(__file__).with_name("texts.toml")
Words = tuple[str, ...]


def text(rng: random.Random) -> Words:
    """One thing to say."""
    kind = rng.random()
    if kind < 0.28:
        return _digits(rng)
    if kind < 0.36:
        return _date(rng)
    if kind < 0.42:
        return number(rng.randint(0, 31) if rng.random() < 0.4 else rng.randint(0, 999_999))
    if kind < 0.50:
        return _listed("yesno", rng)
    if kind < 0.58:
        return _listed("commands", rng)
    if kind < 0.75:
        return _option(rng)
    if kind < 0.84:
        return _listed("regions", rng)
    if kind < 0.87:
        return _listed("fillers", rng)
    return _sentence(rng)


def number(value: int) -> Words:
    """`value` (0 to 999,999) as Indonesians say it."""
    if value < 10:
        return (_DIGITS[value],)
    if value < 20:
        return {10: ("sepuluh",), 11: ("sebelas",)}.get(value) or (_DIGITS[value - 10], "belas")
    for size, one, many in ((1000, "seribu", "ribu"), (100, "seratus", "ratus"), (10, "", "puluh")):
        if value >= size:
            head, rest = divmod(value, size)
            begin = (one,) if head == 1 else (*number(head), many)
            return (*begin, *number(rest)) if rest else begin
    raise ValueError(value)


def _digits(rng: random.Random) -> Words:
    """A row of digits, now and then with "dobel" or the number words people mix in."""
    zero = rng.choice((_DIGITS[0], _EMPTY))
    said: list[str] = []
    for _ in range(rng.choice(_LENGTHS)):
        if rng.random() < 0.03:
            said.append(rng.choice(("dobel", "tripel")))
        said.append(rng.choice((zero, *_DIGITS[1:])))
    return tuple(said)


def _date(rng: random.Random) -> Words:
    day, year = number(rng.randint(1, 31)), number(rng.randint(1925, 2026))
    before = rng.choice(((), ("tanggal",)))
    between = rng.choice(((), ("tahun",)))
    return (*before, *day, rng.choice(_MONTHS), *between, *year)


def _option(rng: random.Random) -> Words:
    words = _listed("options", rng)
    if rng.random() < 0.25:
        words = (*_listed("before", rng), *words)
    if rng.random() < 0.12:
        words = (*words, *_listed("after", rng))
    return words


def _sentence(rng: random.Random) -> Words:
    """A whole sentence, a piece of one, or its words in any order."""
    words = _listed("sentences", rng)
    how = rng.random()
    if how < 0.4:
        return words
    if how < 0.7:
        begin = rng.randrange(len(words))
        return words[begin : begin + rng.randint(1, 4)]
    return tuple(rng.sample(vocabulary(), rng.randint(1, 5)))


def known_words() -> tuple[str, ...]:
    """Every word that `text` may say."""
    numbers = {"dobel", "tripel", "belas", "puluh", "ratus", "ribu", "sepuluh", "sebelas", "seratus", "seribu"}
    dates = {"tanggal", "tahun", *_MONTHS}
    return tuple(sorted({*vocabulary(), _EMPTY, *_DIGITS, *numbers, *dates}))


def _listed(name: str, rng: random.Random) -> Words:
    return tuple(rng.choice(_table()[name]).split())


@cache
def vocabulary() -> tuple[str, ...]:
    """Every word of the lists in `texts.toml`, once."""
    return tuple(sorted({word for lines in _table().values() for line in lines for word in line.split()}))


def digest() -> int:
    """Changes with `texts.toml`: what was made of an older one is not used again."""
    return zlib.crc32(_TEXTS.read_bytes())


@cache
def _table() -> dict[str, Sequence[str]]:
    return tomlfile.read(_TEXTS).tables
