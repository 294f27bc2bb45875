"""What a telephone line does to speech: level, band, µ-law, noise, other people, lost packets, GSM."""

import io
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import soundfile
from numpy.random import Generator
from numpy.typing import NDArray

from agi.rehearsal.g711 import MU_LAW
from agi.speech.sound import Samples
from agi.speech.tuning import RATE

Floats = NDArray[np.float64]
Talk = Callable[[int, Generator], Floats]
"""So many samples of other people talking, of any level, drawn from the generator."""

LEAD, TAIL = RATE * 7 // 10, RATE * 3
"""Samples of the line before somebody speaks and after it: longer than any pause that ends a turn."""
LEVEL_DBOV = -23
"""Usual level of speech on a telephone: active level as of ITU-T P.56."""

_BAND = (300, 3400)
_ORDER = 4
_PACKET = RATE // 50
_ACTIVE_DB = 30
_LINE_NOISE = 4.0
"""Of a quiet line: -78 dBov."""
_LOSS = 0.05
_TALKERS = 4


def telephone(samples: Samples) -> Samples:
    """The band of a telephone (300-3400 Hz) and µ-law (ITU-T G.711)."""
    return MU_LAW.there_and_back(_banded(samples.astype(np.float64)))


def trimmed(sound: Samples) -> Samples:
    """`sound` without the silence around it."""
    frames = np.abs(sound[: len(sound) // 80 * 80].astype(np.int32)).reshape(-1, 80).mean(axis=1)
    loud = np.flatnonzero(frames > max(frames.max() * 0.03, 1))
    if not len(loud):
        return sound
    return sound[max(0, (loud[0] - 6) * 80) : (loud[-1] + 9) * 80]


def in_a_turn(condition: str, sound: Samples, seed: int, talk: Talk, *, as_loud: bool = False) -> Samples:
    """`sound` as the hotline gets it in a turn under `condition`: LEAD before it, TAIL after it, and a line's noise.

    It is brought to LEVEL_DBOV first, unless it is to stay `as_loud`. The same seed gives the same turn.
    """
    chance = np.random.default_rng(seed)
    banded = _banded(sound.astype(np.float64))
    gain = 1.0 if as_loud else 32768 * 10 ** (LEVEL_DBOV / 20) / np.sqrt(_power(banded))
    return CONDITIONS[condition](np.pad(gain * banded, (LEAD, TAIL)), chance, talk)


def talk_of(speakers: Sequence[Sequence[Samples]]) -> Talk:
    """Four of `speakers` at once, whose recordings follow one another: they talk before the caller and after them."""

    def some(length: int, chance: Generator) -> Floats:
        picks = chance.integers(len(speakers), size=_TALKERS).tolist()
        together: Floats = np.sum([_lane(speakers[nth], length, chance) for nth in picks], axis=0)
        return together

    return some


def _lane(recordings: Sequence[Samples], length: int, chance: Generator) -> Floats:
    """One of them, met in the middle of what they say."""
    said: list[Floats] = []
    still = length
    while still > 0:
        one = _banded(trimmed(recordings[int(chance.integers(len(recordings)))]).astype(np.float64))
        one = one[0 if said else int(chance.integers(len(one) // 2)) :] / np.sqrt(_power(one))
        said.append(one)
        still -= len(one)
    return np.concatenate(said)[:length]


def _banded(samples: Floats) -> Floats:
    """300 to 3400 Hz with the slopes of a Butterworth filter of order 4."""
    size = 1 << max(len(samples) - 1, 1).bit_length()
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1e-3)
    low, high = _BAND
    gain = 1 / np.sqrt(1 + ((hertz**2 - low * high) / (hertz * (high - low))) ** (2 * _ORDER))
    narrow: Floats = np.fft.irfft(np.fft.rfft(samples, size) * gain, size)[: len(samples)]
    return narrow


def _power(samples: Floats) -> float:
    """Of what is no more than 30 dB below the loudest: pauses and silence around do not count."""
    powers = np.mean(samples[: len(samples) // _PACKET * _PACKET].reshape(-1, _PACKET) ** 2, axis=1)
    return float(np.mean(powers[powers >= powers.max() * 10 ** (-_ACTIVE_DB / 10)])) + 1e-9


def _sent(samples: Floats, chance: Generator) -> Samples:
    return MU_LAW.there_and_back(samples + chance.normal(0, _LINE_NOISE, len(samples)))


def _level(dbov: float) -> Callable[[Floats, Generator, Talk], Samples]:
    gain = 10 ** ((dbov - LEVEL_DBOV) / 20)
    return lambda samples, chance, _talk: _sent(gain * samples, chance)


def _below(samples: Floats, other: Floats, decibel: float, chance: Generator) -> Samples:
    """With `other`, so far below the caller."""
    gain = np.sqrt(_power(samples) / (np.mean(other**2) + 1e-9) * 10 ** (-decibel / 10))
    return _sent(samples + gain * other, chance)


def _noise(decibel: float) -> Callable[[Floats, Generator, Talk], Samples]:
    """Pink noise."""

    def noisy(samples: Floats, chance: Generator, _talk: Talk) -> Samples:
        spectrum = np.fft.rfft(chance.standard_normal(len(samples)))
        pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), len(samples))
        return _below(samples, _banded(pink), decibel, chance)

    return noisy


def _babble(decibel: float) -> Callable[[Floats, Generator, Talk], Samples]:
    return lambda samples, chance, talk: _below(samples, talk(len(samples), chance), decibel, chance)


def _lossy(samples: Floats, chance: Generator, _talk: Talk) -> Samples:
    """Every packet of 20 ms is lost with 5 %, and silent then: Asterisk conceals nothing by default."""
    sound = _sent(samples, chance)
    packets = sound[: len(sound) // _PACKET * _PACKET].reshape(-1, _PACKET)
    packets[chance.random(len(packets)) < _LOSS] = 0
    return sound


def _gsm(samples: Floats, chance: Generator, _talk: Talk) -> Samples:
    """GSM 06.10 full rate, there and back."""
    file = io.BytesIO()
    soundfile.write(file, _sent(samples, chance), RATE, format="WAV", subtype="GSM610")
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="int16")
    return np.asarray(decoded[: len(samples)], np.int16)


CLEAN = "clean"
CONDITIONS: Mapping[str, Callable[[Floats, Generator, Talk], Samples]] = {
    CLEAN: _level(LEVEL_DBOV),
    "-14 dBov": _level(-14),
    "-32 dBov": _level(-32),
    "-42 dBov": _level(-42),
    "noise 15 dB": _noise(15),
    "noise 10 dB": _noise(10),
    "babble 20 dB": _babble(20),
    "packet loss 5 %": _lossy,
    **({"GSM": _gsm} if "GSM610" in soundfile.available_subtypes("WAV") else {}),
}
"""By name, what the line makes of a caller's sound (at its level, with the pauses around it)."""
