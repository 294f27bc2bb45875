"""NIKs to judge by, joined from the digits of one speaker."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from agi.languages import INDONESIAN
from agi.speech.sound import Samples
from agi.speech.tuning import RATE
from agi.workshop.recordings import Recording

_NUMBERS = INDONESIAN.numbers
_GAP = RATE * 120 // 1000
_LEAD = RATE // 2
_LONGEST = 7
_MARGIN_S = 0.08

Align = Callable[[Samples], Sequence[tuple[str, float, float]]]
"""Finds the words in a sound: word, begin and end in seconds."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A NIK and the sound of one speaker saying it."""

    nik: str
    speaker: str
    sound: Samples


def join_niks(
    recordings: Sequence[Recording], make: Callable[[random.Random], str], each: int, seed: int = 1
) -> tuple[Joined, ...]:
    """`each` NIKs of every speaker who has said every digit alone, with pauses of 120 ms; `make` invents them."""
    chance = random.Random(seed)
    joined: list[Joined] = []
    for speaker, said in sorted(_single_digits(recordings).items()):
        if len(said) < 10:
            continue
        for _ in range(each):
            nik = make(chance)
            parts = [chance.choice(said[int(digit)]) for digit in nik]
            joined.append(Joined(nik, speaker, _joined(parts, seed + len(joined))))
    return tuple(joined)


def join_connected(
    recordings: Sequence[Recording],
    make: Callable[[random.Random], str],
    each: int,
    align: Align,
    seed: int = 2,
) -> tuple[Joined, ...]:
    """Like `join_niks`, but of digits cut out of connected speech, as many at a time as the speaker has said so."""
    chance = random.Random(seed)
    joined: list[Joined] = []
    for speaker, pieces in sorted(_pieces(recordings, align).items()):
        if not all(digit in pieces for digit in "0123456789"):
            continue
        for _ in range(each):
            nik = make(chance)
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


def trimmed(sound: Samples) -> Samples:
    """`sound` without the silence around it."""
    frames = np.abs(sound[: len(sound) // 80 * 80].astype(np.int32)).reshape(-1, 80).mean(axis=1)
    loud = np.flatnonzero(frames > max(frames.max() * 0.03, 1))
    if not len(loud):
        return sound
    return sound[max(0, (loud[0] - 6) * 80) : (loud[-1] + 9) * 80]


def _joined(parts: Sequence[Samples], seed: int, gap: int = _GAP) -> Samples:
    """With faint noise between the parts: a line is never wholly silent."""
    noise = np.random.default_rng(seed)

    def quiet(length: int) -> Samples:
        return np.asarray(noise.normal(0, 3, length), np.int16)

    pieces = [quiet(_LEAD)]
    for part in parts:
        pieces += [part, quiet(gap)]
    return np.concatenate([*pieces, quiet(_LEAD)])
