"""Finding a known sound in a telephone recording: normalised cross-correlation, whole and block by block.

All arrays are float32 samples at 8 kHz. A score is the cosine between two stretches of sound: 1 the same, about 0
unrelated; it does not depend on the level. G.711 costs 0.01, 2 % of lost packets about 0.02; different words by the
same synthetic voice stay below 0.4 over a second.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

RATE = 8000
PROBE = RATE * 6 // 10  # so much of a prompt's beginning is searched for
BLOCK = RATE // 5  # then it is followed in steps of 200 ms
DRIFT = RATE // 16  # a jitter buffer may shift what follows by this much (62 ms) from block to block
SEAM = RATE // 4  # between two clips a server may pause this long
GAP = RATE * 3 // 5  # so long a machine without time may hold up what is said, anywhere; then it goes on
RESUMED = 0.8  # score of a block that is found after a gap
STEP = RATE // 100
CHUNK = 1 << 15  # half-rate samples transformed at once when all prompts are looked for
QUIET = 60.0  # RMS of 16-bit samples below which a stretch is silence (about -55 dBov)


@dataclass(frozen=True, slots=True)
class Match:
    """Where a sound was found (sample number) and how well."""

    start: int
    score: float


@dataclass(frozen=True, slots=True)
class Trace:
    """A sound followed through a recording: the end (sample number) of what agrees, samples that agreed, score."""

    end: int
    matched: int
    score: float


def rms(sound: Sound) -> float:
    """Root mean square; 0 for nothing."""
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if len(sound) else 0.0


def _loud(sound: Sound) -> NDArray[np.int64]:
    """Numbers of the 10 ms steps that are not silent."""
    steps = sound[: len(sound) // STEP * STEP].reshape(-1, STEP)
    return np.flatnonzero(np.mean(np.square(steps, dtype=np.float64), axis=1) > QUIET**2)


def silence_before(sound: Sound) -> int:
    """Samples before the first sound (to 10 ms); all when there is none."""
    loud = _loud(sound)
    return int(loud[0]) * STEP if len(loud) else len(sound)


def trimmed(sound: Sound) -> Sound:
    """`sound` without the silence at its ends (to 10 ms)."""
    loud = _loud(sound)
    return sound[int(loud[0]) * STEP : (int(loud[-1]) + 1) * STEP] if len(loud) else sound[:0]


def blocks(sound: Sound) -> Iterator[Sound]:
    """`sound` in blocks."""
    return (sound[at : at + BLOCK] for at in range(0, len(sound), BLOCK))


def is_quiet(block: Sound) -> bool:
    """Whether a block is too quiet, or too short, to be compared."""
    return len(block) < BLOCK // 2 or rms(block) < 2 * QUIET


def correlate(signal: Sound, probe: Sound) -> NDArray[np.float64]:
    """Score of `probe` at every place of `signal` where it fits."""
    places = len(signal) - len(probe) + 1
    if places < 1 or not len(probe):
        return np.zeros(0)
    size = _fft_size(len(signal))  # what wraps around falls on places where `probe` does not fit
    spectrum = np.fft.rfft(signal, size) * np.conj(np.fft.rfft(probe, size))
    dots = np.fft.irfft(spectrum, size)[:places]
    sums = np.concatenate(([0.0], np.cumsum(np.square(signal, dtype=np.float64))))
    energy = sums[len(probe) :][:places] - sums[:places]
    # Below the level of silence nothing can match: the floor keeps noise from being blown up.
    floor = len(probe) * QUIET**2 / 4
    norm = float(np.sqrt(np.sum(np.square(probe, dtype=np.float64))))
    return np.asarray(dots / (np.sqrt(np.maximum(energy, floor)) * max(norm, 1.0)))


@lru_cache(4096)
def _fft_size(least: int) -> int:
    """The next length without prime factors above 5, which is fast to transform."""
    return min(
        odd << max(0, (-(-least // odd) - 1).bit_length())
        for odd in (three * five for three in (1, 3, 9, 27, 81) for five in (1, 5, 25, 125))
    )


def find(signal: Sound, probe: Sound) -> Match:
    """The best place of `probe` in `signal`."""
    scores = correlate(signal, probe)
    if not len(scores):
        return Match(0, 0.0)
    best = int(np.argmax(scores))
    return Match(best, float(scores[best]))


def find_first(signal: Sound, probe: Sound, least: float) -> Match | None:
    """The first place of `probe` in `signal` that scores `least` or more; None when there is none."""
    scores = correlate(signal, probe)
    above = np.flatnonzero(scores >= least)
    if not len(above):
        return None
    near = scores[above[0] : above[0] + max(len(probe) // 2, 1)]
    best = int(above[0]) + int(np.argmax(near))
    return Match(best, float(scores[best]))


def candidates(signal: Sound, probes: Sequence[Sound], least: float) -> Iterator[tuple[int, int]]:
    """All places where one of `probes` may begin: number of the probe and of the sample (to one sample).

    For many probes: at half the rate, and the signal is transformed once for all of them.
    """
    halves = [_half_rate(probe) for probe in probes]
    longest = max(map(len, halves), default=0)
    spectra = [np.conj(np.fft.rfft(probe, CHUNK)) for probe in halves]
    norms = [max(float(np.sqrt(np.sum(np.square(probe, dtype=np.float64)))), 1.0) for probe in halves]
    half = _half_rate(signal)
    for first in range(0, len(half), CHUNK - longest + 1):
        chunk = half[first : first + CHUNK]
        if rms(chunk) < QUIET / 4:
            continue
        spectrum = np.fft.rfft(chunk, CHUNK)
        sums = np.concatenate(([0.0], np.cumsum(np.square(chunk, dtype=np.float64))))
        for number, probe in enumerate(halves):
            places = min(len(chunk), CHUNK - longest + len(probe)) - len(probe) + 1
            if places < 1:
                continue
            energy = np.maximum(sums[len(probe) :][:places] - sums[:places], len(probe) * QUIET**2 / 4)
            scores = np.fft.irfft(spectrum * spectra[number], CHUNK)[:places] / (np.sqrt(energy) * norms[number])
            for at in _peaks(scores, least, max(len(probe) // 2, 1)):
                yield number, 2 * (first + at)


def _half_rate(sound: Sound) -> Sound:
    even = sound[: len(sound) // 2 * 2]
    return ((even[::2] + even[1::2]) / 2).astype(np.float32)


def _peaks(scores: NDArray[np.float64], least: float, apart: int) -> Iterator[int]:
    above = np.flatnonzero(scores >= least)
    start = -1
    for place in above:
        if place < start:
            continue
        best = int(place) + int(np.argmax(scores[place : place + apart]))
        yield best
        start = best + apart


def follow(signal: Sound, start: int, pieces: tuple[Sound, ...], least: float) -> Trace:
    """Follow `pieces`, said one after another, from `start` on, until the sound stops agreeing or the signal ends.

    Each block may lie up to `DRIFT` away from where the one before it says, the first of a piece up to `SEAM` later,
    and one that is certain up to `GAP`. Quiet blocks agree with anything. Two blocks in a row below `least` end it.
    """
    at, end, matched, misses = start, start, 0, 0
    scores: list[float] = []
    for number, piece in enumerate(pieces):
        for place, block in enumerate(blocks(piece)):
            late = SEAM if number and not place else DRIFT
            first = max(at - DRIFT, 0)
            if at + len(block) > len(signal):
                return Trace(end, matched, _mean(scores))
            if is_quiet(block):
                at += len(block)
                continue
            found = find(signal[first : at + len(block) + late], block)
            if found.score < least and (resumed := find(signal[first : at + len(block) + GAP], block)).score > RESUMED:
                found = resumed
            if found.score < least:
                misses += 1
                at += len(block)
                if misses == 2:
                    return Trace(end, matched, _mean(scores))
                continue
            misses = 0
            scores.append(found.score)
            matched += len(block)
            at = end = first + found.start + len(block)
    return Trace(end, matched, _mean(scores))


def _mean(scores: list[float]) -> float:
    return sum(scores) / len(scores) if scores else 0.0
