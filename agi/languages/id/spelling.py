"""How Indonesian sounds: nearly every word is read as it is written, and many are said more easily than that."""

import math
import re
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class _Ease:
    """`sounds`, a pattern on sounds apart by a space, may be `said` otherwise; `cost`: how seldom (negative log)."""

    sounds: re.Pattern[str]
    said: str
    cost: float


_EASED = tuple(
    _Ease(re.compile(sounds.replace("V", "[aiueo@]").replace("C", "[^aiueo@ ]")), said, cost)
    for sounds, said, cost in (
        (r"(?<=u)(?= [aieo@])", " w", 0.3),  # dua: duwa
        (r"(?<=i)(?= [aueo@])", " y", 0.3),  # kia: kiya
        (r"(?<=i) y(?= V)", "", 0.3),  # iya: ia
        (r"(?<=C )a i$", "e", 0.5),  # selesai: selese
        (r"(?<=C )a u$", "o", 0.5),  # kalau: kalo
        (r"e i$", "e", 0.5),  # mei: me
        (r"(?<=s) y(?= V)", "", 0.3),  # syarat: sarat
        (r"v", "f", 0.3),
        (r"f", "p", 0.7),  # februari: pebruari
        (r"^@ (?=m|n)", "", 0.5),  # enggak: nggak
        (r"(?<=C) @(?= [rl] V)", "", 0.7),  # terima: trima
        (r"(?<=C) @(?= C{1,2}(?: C{1,2})? V)", "", 1.2),  # petugas: ptugas
        (r"(?<=V) k$", "", 0.7),  # tidak: tida
        (r"(?<=.) h(?= .)", "", 1.0),  # lihat: liat
        (r"(?<=.{3}) h$", "", 0.5),  # sudah: suda
    )
)
"""What quick speech makes of a word, one after another. Their order matters: what falls can no longer change.

The costs are estimates: dearer, "tidak" without its end is other speech; cheaper, other speech becomes an answer. Only
that of a final h was chosen by measuring, on five speakers who say a hundred texts each.
"""
_MOST = 2.0
"""What is more unusual than this is not expected: the graph would grow, and hear more in what is no word."""


def ease(sounds: Sounds) -> dict[Sounds, float]:
    """The ways to say a word whose careful form is `sounds`, that one first, each with its cost."""
    found = {" ".join(sounds): 0.0}
    for rule in _EASED:
        ways = list(found)
        for way in ways:
            cost = found[way] + rule.cost
            for match in rule.sounds.finditer(way) if cost <= _MOST else ():
                eased = way[: match.start()] + rule.said + way[match.end() :]
                if eased not in found:
                    ways.append(eased)  # it may change in another place, too
                found[eased] = min(cost, found.get(eased, math.inf))
    return {tuple(way.split()): cost for way, cost in found.items()}


SPELLING = Spelling(SOUNDS, frozenset("aiueo"), read, stressed, ease)
