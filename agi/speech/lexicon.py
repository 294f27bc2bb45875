"""How Indonesian words are pronounced: spelling says nearly all of it, `data/words/pronunciations.toml` the rest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agi import tomlfile
from agi.speech.phones import SPEECH, VOWELS

EXCEPTIONS = Path(__file__).resolve().parents[2] / "data" / "words" / "pronunciations.toml"
"""Words whose spelling misleads, letters, foreign names; admins may add to it."""

_LETTERS = {
    **{"ng": "ng", "ny": "ny", "sy": "s", "kh": "h", "dh": "d", "th": "t", "ph": "f", "ch": "c"},
    **{letter: letter for letter in "abcdfghijklmnoprstuvwyz"},
    **{"q": "k", "x": "s", "e": "e"},
}
_NAMES = {
    **{"b": "b e", "c": "c e", "d": "d e", "f": "e f", "g": "g e", "h": "h a", "j": "j e", "k": "k a", "l": "e l"},
    **{"m": "e m", "n": "e n", "p": "p e", "q": "k i", "r": "e r", "s": "e s", "t": "t e", "v": "f e", "w": "w e"},
    **{"x": "e k s", "y": "y e", "z": "z e t"},
}
"""The names of consonants: a word without a vowel is an abbreviation and is spelt."""

_SPELT = re.compile("|".join(sorted(_LETTERS, key=len, reverse=True)))
_WORD = re.compile(r"[a-z]+")
_MOST_E = 3
"""Words with more e than this get one reading for all of them: 2ⁿ readings would help nobody."""

_VARIANT = 0.7
_DROPPED_H = 1.0


class LexiconError(Exception):
    """A word that cannot be pronounced; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One way to say a word; `cost` is how unusual it is (negative logarithm)."""

    phones: tuple[str, ...]
    cost: float = 0.0


class Lexicon:
    """Pronunciations of any word: exceptions first, then the rules of spelling."""

    def __init__(self, exceptions: Mapping[str, tuple[tuple[str, ...], ...]]) -> None:
        self._exceptions = exceptions
        self._known: dict[str, tuple[Spoken, ...]] = {}

    @classmethod
    def load(cls, path: Path | None = None) -> "Lexicon":
        """Read the exceptions: `word = ["s a t u", …]`, sounds apart. Raises LexiconError."""
        path = path or EXCEPTIONS
        try:
            table = tomlfile.read(path).tables
        except tomlfile.TomlError as error:
            raise LexiconError(str(error)) from error
        return cls({word: tuple(_phones(path, word, spoken) for spoken in ways) for word, ways in table.items()})

    def pronunciations(self, word: str) -> tuple[tuple[str, ...], ...]:
        """Ways to say `word`, the most usual first. Raises LexiconError."""
        return tuple(spoken.phones for spoken in self.weighted(word))

    def weighted(self, word: str) -> tuple[Spoken, ...]:
        """Ways to say `word` with their costs, the most usual first. Raises LexiconError."""
        if word not in self._known:
            bases = self._exceptions.get(word) or tuple(dict.fromkeys(_by_spelling(word)))
            found: dict[tuple[str, ...], float] = {}
            for nth, base in enumerate(bases):
                usual = 0.0 if word in self._exceptions or nth == 0 else _VARIANT
                for phones, cost in _relaxed(base):
                    found[phones] = min(found.get(phones, 99.0), usual + cost)
            self._known[word] = tuple(
                Spoken(phones, cost) for phones, cost in sorted(found.items(), key=lambda one: (one[1], one[0]))
            )
        return self._known[word]


def _phones(path: Path, word: str, spoken: object) -> tuple[str, ...]:
    sounds = tuple(spoken.split()) if isinstance(spoken, str) else ()
    if not sounds or not set(sounds) <= set(SPEECH):
        wrong = ", ".join(sorted(set(sounds) - set(SPEECH))) or repr(spoken)
        raise LexiconError(f"{path}: {word}: {wrong} is no sound; sounds are {' '.join(SPEECH)}.")
    return sounds


def _by_spelling(word: str) -> tuple[tuple[str, ...], ...]:
    """Readings of `word` by the rules of spelling: an e may be that of "empat" or that of "meja"."""
    if not _WORD.fullmatch(word):
        raise LexiconError(f"{word!r} is not a word of letters a to z: write it as it is spoken.")
    if not set(word) & set("aiueo"):
        return (tuple(sound for letter in word for sound in _NAMES[letter].split()),)
    sounds = _SPELT.findall(word)
    readings: list[list[str]] = [[]]
    spread = sounds.count("e") <= _MOST_E
    for letter in sounds:
        # The e of "empat" is by far the more frequent one.
        options = ("@", "e") if letter == "e" and spread else ("@",) if letter == "e" else (_LETTERS[letter],)
        readings = [[*reading, option] for reading in readings for option in options]
    return tuple(tuple(_glided(reading)) for reading in readings)


def _glided(sounds: list[str]) -> list[str]:
    """A final k in "tidak" stays k: the model learned it so; doubled letters are one sound."""
    return [sound for nth, sound in enumerate(sounds) if nth == 0 or sound != sounds[nth - 1] or sound in VOWELS]


def _relaxed(base: tuple[str, ...]) -> list[tuple[tuple[str, ...], float]]:
    """`base` and what quick speech makes of it: an h inside or at the end falls."""
    found: list[tuple[tuple[str, ...], float]] = [((), 0.0)]
    for nth, sound in enumerate(base):
        dropped = (
            [(begun, cost + _DROPPED_H) for begun, cost in found] if sound == "h" and nth and len(base) > 2 else []
        )
        found = [((*begun, sound), cost) for begun, cost in found] + dropped
    return found
