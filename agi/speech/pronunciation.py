"""How a word is heard: by the lexicon's sounds, else as the lexicon says it, else as it is spelt."""

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
_DROPPED_H = 1.0


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
        """Ways to say `word`, the most usual first. Raises LexiconError."""
        return tuple(spoken.phones for spoken in self.weighted(word))

    def weighted(self, word: str) -> tuple[Pronunciation, ...]:
        """Ways to say `word` with their costs, the most usual first. Raises LexiconError."""
        if word not in self._known:
            if not _WORD.fullmatch(word):
                problem = f"{word!r} bukan kata dari huruf a sampai z: tulis seperti diucapkan"
                raise LexiconError([Problem(self._lexicon.path, 0, problem)])
            found: dict[Sounds, float] = {}
            for base in self._respelt(word):
                for phones, cost in _relaxed(base.phones):
                    found[phones] = min(found.get(phones, 99.0), base.cost + cost)
            self._known[word] = tuple(
                Pronunciation(phones, cost) for phones, cost in sorted(found.items(), key=lambda one: (one[1], one[0]))
            )
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


def _relaxed(base: Sounds) -> list[tuple[Sounds, float]]:
    """`base` and what quick speech makes of it: an h inside or at the end falls."""
    found: list[tuple[Sounds, float]] = [((), 0.0)]
    for nth, sound in enumerate(base):
        dropped = (
            [(begun, cost + _DROPPED_H) for begun, cost in found] if sound == "h" and nth and len(base) > 2 else []
        )
        found = [((*begun, sound), cost) for begun, cost in found] + dropped
    return found
