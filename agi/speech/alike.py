"""Words that sound alike: on one question they get confused, and an admin should know before a caller does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations

from agi.languages.id.spelling import VOWELS
from agi.speech.pronunciation import Pronunciations

_ALIKE = 0.25
"""Share of sounds that differ, in the words that differ, below which two answers are too much alike.

"tiga" and "lima" differ in half of their sounds, "kelahiran" and "kematian" in a quarter.
"""

_FAMILIES = (
    *(frozenset(one.split()) for one in ("i e", "e @", "o u", "a @", "p b", "t d", "k g", "c j", "s z", "f v p")),
    *(frozenset(one.split()) for one in ("m n", "n ng", "n ny", "l r", "w u", "y i", "s c", "h k")),
)
_NEAR, _WEAK, _MISSING = 0.5, 0.5, 1.0


@dataclass(frozen=True, slots=True)
class Alike:
    """Two ways to say different answers."""

    key: str
    text: str
    other_key: str
    other_text: str


def alike(words: Mapping[str, tuple[str, ...]], pronunciations: Pronunciations) -> Iterator[Alike]:
    """Ways to say different answers of one question that sound alike. Raises LexiconError."""
    said = [(key, text) for key, texts in words.items() for text in texts]
    for (key, text), (other_key, other_text) in combinations(said, 2):
        if key == other_key:
            continue
        own, other = _differing(text.split(), other_text.split())
        if own and other and distance(_sounds(own, pronunciations), _sounds(other, pronunciations), _ALIKE) < _ALIKE:
            yield Alike(key, text, other_key, other_text)


@lru_cache(maxsize=1 << 16)
def distance(sounds: tuple[str, ...], others: tuple[str, ...], far: float = 1.0) -> float:
    """How much two sequences of sounds differ: 0 the same, 1 nothing in common.

    From `far` on the answer may be anything from there to the truth: most pairs are told apart by their first sounds.
    """
    most = max(len(sounds), len(others), 1)
    least = _WEAK * abs(len(sounds) - len(others)) / most
    if least >= far:
        return least
    row = [0.0]
    for sound in others:
        row.append(row[-1] + _dropped(sound))
    for sound in sounds:
        before, row = row, [row[0] + _dropped(sound)]
        for nth, other in enumerate(others, 1):
            swapped = before[nth - 1] + _swapped(sound, other)
            row.append(min(swapped, before[nth] + _dropped(sound), row[nth - 1] + _dropped(other)))
        if min(row) >= far * most:
            return min(row) / most
    return row[-1] / most


def _differing(words: list[str], others: list[str]) -> tuple[list[str], list[str]]:
    """Without the words that both begin or end with: these tell nobody apart."""
    while words and others and words[0] == others[0]:
        words, others = words[1:], others[1:]
    while words and others and words[-1] == others[-1]:
        words, others = words[:-1], others[:-1]
    return words, others


def _sounds(words: list[str], pronunciations: Pronunciations) -> tuple[str, ...]:
    return tuple(sound for word in words for sound in pronunciations.of(word)[0])


def _dropped(sound: str) -> float:
    """A vowel makes a syllable; a weak sound is easily lost."""
    return _WEAK if sound in ("h", "@", "y", "w") else _MISSING


@cache
def _swapped(sound: str, other: str) -> float:
    if sound == other:
        return 0.0
    if any(sound in family and other in family for family in _FAMILIES):
        return _NEAR
    return _MISSING if (sound in VOWELS) == (other in VOWELS) else 2 * _NEAR + _WEAK
