"""How Indonesian spelling is read: nearly every word is said as it is written."""

import re

from agi.languages.language import Sounds, Spelling

VOWELS = ("a", "i", "u", "e", "@", "o")
SOUNDS = (
    *VOWELS,
    *("p", "t", "k", "b", "d", "g", "c", "j", "s", "h", "m", "n", "ng", "ny", "l", "r", "w", "y", "f", "v", "z"),
)
"""`@` is the e of "empat". The order is that of the acoustic model's outputs: never change it."""

_LETTERS = {
    **{"ng": "ng", "ny": "ny", "sy": "s", "kh": "h", "dh": "d", "th": "t", "ph": "f", "ch": "c"},
    **{letter: letter for letter in "abcdfghijklmnoprstuvwyz"},
    **{"q": "k", "x": "s", "e": "e"},
}
_SPELT = re.compile("|".join(sorted(_LETTERS, key=len, reverse=True)))
_MOST_E = 3
"""Words with more e than this get one reading for all of them: 2ⁿ readings would help nobody."""
_UNSTRESSED = frozenset(("di", "ke", "dan", "atau", "yang", "dari", "itu", "ini", "untuk", "dengan", "akan", "para"))


def read(word: str) -> tuple[Sounds, ...]:
    """Readings of `word` (letters a to z), the most usual first: an e may be that of "empat" or that of "meja"."""
    sounds = _SPELT.findall(word)
    readings: list[list[str]] = [[]]
    spread = sounds.count("e") <= _MOST_E
    for letter in sounds:
        # The e of "empat" is by far the more frequent one.
        options = ("@", "e") if letter == "e" and spread else ("@",) if letter == "e" else (_LETTERS[letter],)
        readings = [[*reading, option] for reading in readings for option in options]
    return tuple(dict.fromkeys(map(_glided, readings)))


def stressed(word: str, sounds: Sounds) -> int | None:
    """Which of the `sounds` of `word` bears the stress: the vowel before the last, the last one after a schwa.

    A closing "ai" or "au" is one vowel. None for small words, and for what has no vowel.
    """
    vowels = [nth for nth, sound in enumerate(sounds) if sound in VOWELS]
    if word in _UNSTRESSED or not vowels:
        return None
    if len(vowels) == 1:
        return vowels[0]
    if len(vowels) > 2 and sounds[vowels[-2] :] in (("a", "i"), ("a", "u")):
        vowels.pop()
    return vowels[-1] if sounds[vowels[-2]] == "@" else vowels[-2]


def _glided(sounds: list[str]) -> Sounds:
    """A final k in "tidak" stays k: the model learned it so; doubled letters are one sound."""
    return tuple(sound for nth, sound in enumerate(sounds) if nth == 0 or sound != sounds[nth - 1] or sound in VOWELS)


SPELLING = Spelling(SOUNDS, frozenset("aiueo"), read, stressed)
