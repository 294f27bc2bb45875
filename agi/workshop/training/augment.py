"""What a telephone does to a voice, at random: room, band, codec, noise, other people's talk, loss, clipping.

Levels are in dB of full scale (16 bit); the usual speech level of a telephone call is about -26 dBov (ITU-T P.56,
G.712), so levels are drawn around that. Every step is drawn from the generator it is given: same seed, same audio.
"""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

from agi.rehearsal.g711 import A_LAW, MU_LAW
from agi.workshop.training.corpus import Pcm
from agi.workshop.training.features import RATE

Samples = NDArray[np.float32]
_FULL = 32768.0
_PACKET = RATE // 50  # 20 ms, what one RTP packet carries


def telephone(speech: Samples, rng: Generator, others: Sequence[Pcm], *, words: bool) -> Samples:
    """`speech` (8 kHz, any level; zeros where nobody speaks) as a telephone might deliver it.

    :param others: recordings of other people, talking in the background (none: nobody does).
    :param words: False if `speech` is silence all through, so only the background is heard.
    """
    x = speech
    if words:
        if rng.random() < 0.35:
            x = _room(x, rng)
        if rng.random() < 0.5:
            x = _tilted(x, rng.uniform(-0.6, 0.6))
        x = _band(x, rng)
    level = _amplitude(float(np.clip(rng.normal(-23, 4.5), -34, -12)))
    if words:
        x = x * (level / _loudness(x))
    if others:
        x = x + _talk(len(x), rng, others, level)
    if rng.random() < 0.8:
        x = x + _noise(len(x), rng) * level * _amplitude(-rng.uniform(4, 38), 1.0)
    if rng.random() < 0.1:
        x = np.clip(x, -level * 2.5, level * 2.5)
    if rng.random() < 0.2:
        x = _lossy(x, rng, rng.uniform(0.01, 0.08))
    x = np.clip(x, -_FULL + 1, _FULL - 1)
    codec = rng.random()
    if codec >= 0.8:
        return x
    return (MU_LAW if codec < 0.4 else A_LAW).there_and_back(x).astype(np.float32)


def faster(samples: NDArray[np.generic], factor: float) -> Samples:
    """`samples` played `factor` times as fast (pitch and formants move with it, as with a smaller speaker)."""
    return np.asarray(resample_poly(samples.astype(np.float32), round(100 / factor), 100), np.float32)


def _talk(length: int, rng: Generator, others: Sequence[Pcm], level: float) -> Samples:
    """Other people's talk over `length` samples, 14 to 30 dB below the caller; sometimes it begins or stops midway."""
    total = np.zeros(length, np.float32)
    for number, other in enumerate(others):
        voice = np.resize(np.roll(faster(other, rng.uniform(0.9, 1.12)), rng.integers(len(other))), length)
        loudness = _loudness(voice)
        total += voice / loudness * _amplitude(-rng.uniform(0, 6) if number else 0.0, 1.0)
    if rng.random() < 0.5:
        total = _room(total, rng)
    if rng.random() < 0.7:
        total = _band(total, rng)
    if rng.random() < 0.3:
        begin, end = sorted(rng.integers(0, length, 2).tolist())
        total[:begin] = total[end:] = 0
    return total / _loudness(total) * level * _amplitude(-rng.uniform(14, 30), 1.0)


def _noise(length: int, rng: Generator) -> Samples:
    """Noise of loudness one, between white and brown; now and then a mains hum on top."""
    quick = next_fast_len(length, real=True)
    spectrum = rfft(rng.standard_normal(quick))
    at = np.maximum(np.arange(len(spectrum)), 1)
    noise = irfft(spectrum / at ** rng.uniform(0, 1), quick)[:length]
    noise /= _loudness(noise)
    if rng.random() < 0.1:
        noise += np.sin(2 * np.pi * 50 * int(rng.integers(1, 8)) / RATE * np.arange(length)) * rng.uniform(0.3, 2)
    return np.asarray(noise / _loudness(noise), np.float32)


def _room(x: Samples, rng: Generator) -> Samples:
    """The caller's room: a decaying random reverberation of 30 to 250 ms."""
    length = int(rng.uniform(0.03, 0.25) * RATE)
    response = rng.standard_normal(length) * np.exp(-np.arange(length) / length * rng.uniform(4, 8))
    response[0] += rng.uniform(2, 8) * np.sqrt(length) / 4
    return np.asarray(fftconvolve(x, response.astype(np.float32))[: len(x)], np.float32)


def _tilted(x: Samples, tilt: float) -> Samples:
    return np.append(x[:1], x[1:] - np.float32(tilt) * x[:-1]).astype(np.float32)


def _band(x: Samples, rng: Generator) -> Samples:
    edges = [rng.uniform(150, 420), rng.uniform(2900, 3850)]
    sections = butter(int(rng.integers(2, 6)), edges, "band", fs=RATE, output="sos")
    return np.asarray(sosfilt(sections, x), np.float32)


def _lossy(x: Samples, rng: Generator, share: float) -> Samples:
    """Packets lost at random, in bursts of one to three, replaced by silence or by the packet before."""
    x, repeat, packets = x.copy(), rng.random() < 0.5, len(x) // _PACKET
    for packet in np.flatnonzero(rng.random(packets) < share / 1.5).tolist():
        for lost in range(max(packet, 1), min(packet + int(rng.integers(1, 3)), packets)):
            at = lost * _PACKET
            x[at : at + _PACKET] = x[at - _PACKET : at] * 0.7 if repeat else 0
    return x


def _amplitude(decibel: float, full: float = _FULL) -> float:
    return full * float(10 ** (decibel / 20))


def _loudness(x: NDArray[np.floating]) -> float:
    """Root mean square over the samples that are not silence, never zero."""
    loud = x[np.abs(x) > 0]
    return float(np.sqrt(np.mean(loud.astype(np.float64) ** 2))) + 1e-6 if len(loud) else 1.0
