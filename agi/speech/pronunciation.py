"""How a word is heard: by the lexicon's sounds, else as the lexicon says it, else as it is spelt; carefully or not."""

import math
import re
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from agi.languages import INDONESIAN
from agi.languages.language import Language, Sounds
from agi.languages.lexicon import LexiconError
from agi.tomlfile import Problem

_WORD = re.compile(r"[a-z]+")
_VARIANT = 0.7


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """One way to say a word; `cost` is how unusual it is (negative logarithm)."""

    phones: Sounds
    cost: float = 0.0


class Pronunciations:
    """The ways to say any word of `language`, by the lexicon at `path`. Raises LexiconError."""

    def __init__(self, path: Path, language: Language = INDONESIAN) -> None:
        self._lexicon = language.lexicon(path)
        self._language = language
        self._known: dict[str, tuple[Pronunciation, ...]] = {}

    def of(self, word: str) -> tuple[Sounds, ...]:
        """Ways to say `word`, the careful one first. Raises LexiconError."""
        return tuple(spoken.phones for spoken in self.weighted(word))

    def weighted(self, word: str) -> tuple[Pronunciation, ...]:
        """Ways to say `word` with their costs, the careful one first. Raises LexiconError."""
        if word not in self._known:
            if not _WORD.fullmatch(word):
                problem = f"{word!r} bukan kata dari huruf a sampai z: tulis seperti diucapkan"
                raise LexiconError([Problem(self._lexicon.path, 0, problem)])
            found: dict[Sounds, float] = {}
            for base in self._respelt(word):
                for phones, cost in self._language.spelling.ease(base.phones).items():
                    found[phones] = min(found.get(phones, math.inf), base.cost + cost)
            ways = sorted(found.items(), key=lambda one: one[1])  # of equals the one that was written first is first
            self._known[word] = tuple(Pronunciation(phones, cost) for phones, cost in ways)
        return self._known[word]

    def _respelt(self, word: str) -> tuple[Pronunciation, ...]:
        """`word` as the lexicon says it: "siak" as "si ak"; what has no vowel is an abbreviation, and is spelt."""
        if word in self._lexicon.sounds:
            return self._spelt(word)
        parts = self._lexicon.respelt.get(word) or (word,)
        if len(parts) == 1 and not self._language.spelling.vowels & set(parts[0]):
            parts = tuple(self._lexicon.letters[letter] for letter in word)
        return tuple(
            Pronunciation(tuple(sound for part in ways for sound in part.phones), sum(part.cost for part in ways))
            for ways in product(*map(self._spelt, parts))
        )

    def _spelt(self, word: str) -> tuple[Pronunciation, ...]:
        variant = 0.0 if word in self._lexicon.sounds else _VARIANT
        ways = self._language.sounds(word, self._lexicon)
        return tuple(Pronunciation(sounds, variant * (nth > 0)) for nth, sounds in enumerate(ways))
