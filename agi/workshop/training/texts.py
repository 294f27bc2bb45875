"""What the synthetic voices are given to say: digits, numbers, dates, menu words, places, plain sentences."""

import random
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from agi import tomlfile
from agi.languages import INDONESIAN
from agi.languages.id.dates import MONTHS
from agi.languages.id.numbers import THRICE, TWICE
from agi.languages.language import Words
from agi.languages.pieces import texts

_NUMBERS = INDONESIAN.numbers
_MONTHS = tuple(names[0] for names in MONTHS)
_LENGTHS = (1, 1, 1, 2, 3, 4, 4, 5, 6, 8, 12, 16)
_TEXTS = Path(__file__).with_name("texts.toml")


def text(rng: random.Random) -> Words:
    """One thing to say."""
    kind = rng.random()
    if kind < 0.28:
        return _digits(rng)
    if kind < 0.36:
        return _date(rng)
    if kind < 0.42:
        return _number(rng.randint(0, 31) if rng.random() < 0.4 else rng.randint(0, 999_999))
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


def _number(value: int) -> Words:
    return tuple(_NUMBERS.say(value).split())


def _digits(rng: random.Random) -> Words:
    """A row of digits, now and then with "dobel" or the number words people mix in."""
    zero = rng.choice(_NUMBERS.zeros)
    said: list[str] = []
    for _ in range(rng.choice(_LENGTHS)):
        if rng.random() < 0.03:
            said.append(rng.choice((TWICE[0], THRICE[0])))
        said.append(rng.choice((zero, *_NUMBERS.digits[1:])))
    return tuple(said)


def _date(rng: random.Random) -> Words:
    day, year = _number(rng.randint(1, 31)), _number(rng.randint(1925, 2026))
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
    numbers = {word for text in texts(_NUMBERS.whole) for word in text.split()} | {TWICE[0], THRICE[0]}
    dates = {"tanggal", "tahun", *_MONTHS}
    return tuple(sorted({*vocabulary(), *numbers, *dates}))


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
