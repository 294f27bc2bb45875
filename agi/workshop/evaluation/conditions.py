"""What a telephone line does to speech: band, µ-law, noise, other people, lost packets, GSM."""

import io
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import soundfile
from numpy.typing import NDArray

from agi.speech.sound import Samples
from agi.speech.tuning import RATE
from agi.workshop.g711 import MU_LAW

Floats = NDArray[np.float64]

_BAND = (300, 3400)
_ORDER = 4
_PACKET = RATE // 50
_LOSS = 0.05
_BABBLE_TALKERS = 4

Babble = Callable[[int], Floats]
"""So many samples of other people talking."""


def telephone(samples: Samples) -> Samples:
    """The band of a telephone (300-3400 Hz) and µ-law (ITU-T G.711)."""
    return MU_LAW.there_and_back(_banded(samples.astype(np.float64)))


def degrade(name: str, samples: Samples, seed: int, babble: Babble) -> Samples:
    """`samples` under the condition `name` of CONDITIONS; the same seed gives the same sound."""
    banded = _banded(samples.astype(np.float64))
    return CONDITIONS[name](banded, np.random.default_rng(seed), babble)


def babble_of(recordings: Sequence[Samples], seed: int) -> Babble:
    """Other people talking: a few of `recordings` at once, each over and over."""
    picks = np.random.default_rng(seed).choice(len(recordings), size=3 * _BABBLE_TALKERS)
    lanes = [
        np.concatenate([_loud(recordings[pick]) for pick in picks[lane::_BABBLE_TALKERS]])
        for lane in range(_BABBLE_TALKERS)
    ]

    def some(length: int) -> Floats:
        together: Floats = np.sum([np.resize(lane, length) for lane in lanes], axis=0, dtype=np.float64)
        return together

    return some


def _loud(samples: Samples) -> Floats:
    """At one level, so that no talker stands out."""
    floats = _banded(samples.astype(np.float64))
    even: Floats = floats / (np.sqrt(np.mean(floats**2)) + 1e-9)
    return even


def _banded(samples: Floats) -> Floats:
    """300 to 3400 Hz with the slopes of a Butterworth filter of order 4, as the figures of `id-h2` were measured."""
    size = 1 << max(len(samples) - 1, 1).bit_length()
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1e-3)
    low, high = _BAND
    gain = 1 / np.sqrt(1 + ((hertz**2 - low * high) / (hertz * (high - low))) ** (2 * _ORDER))
    narrow: Floats = np.fft.irfft(np.fft.rfft(samples, size) * gain, size)[: len(samples)]
    return narrow


def _power(samples: Floats) -> float:
    """Power of the loud half: silence around an utterance must not count."""
    frames = samples[: len(samples) // _PACKET * _PACKET].reshape(-1, _PACKET)
    powers = np.sort(np.mean(frames**2, axis=1))
    return float(np.mean(powers[len(powers) // 2 :])) + 1e-9


def _with(samples: Floats, noise: Floats, snr_db: float) -> Samples:
    gain = np.sqrt(_power(samples) / (np.mean(noise**2) + 1e-9) * 10 ** (-snr_db / 10))
    return MU_LAW.there_and_back(samples + gain * noise)


def _pink(length: int, random: np.random.Generator) -> Floats:
    spectrum = np.fft.rfft(random.standard_normal(length))
    hertz = np.maximum(np.arange(len(spectrum)), 1)
    return _banded(np.fft.irfft(spectrum / np.sqrt(hertz), length))


def _clean(samples: Floats, _random: np.random.Generator, _others: Babble) -> Samples:
    return MU_LAW.there_and_back(samples)


def _noise(snr_db: float) -> Callable[[Floats, np.random.Generator, Babble], Samples]:
    return lambda samples, random, _others: _with(samples, _pink(len(samples), random), snr_db)


def _talkers(samples: Floats, _random: np.random.Generator, babble: Babble) -> Samples:
    return _with(samples, babble(len(samples)), 20.0)


def _lost_packets(samples: Floats, random: np.random.Generator, _others: Babble) -> Samples:
    """Every packet of 20 ms is lost with 5 %, and silent then: Asterisk conceals nothing by default."""
    sound = MU_LAW.there_and_back(samples)
    for begin in range(0, len(sound), _PACKET):
        if random.random() < _LOSS:
            sound[begin : begin + _PACKET] = 0
    return sound


def _gsm(samples: Floats, _random: np.random.Generator, _others: Babble) -> Samples:
    """GSM 06.10 full rate, there and back."""
    file = io.BytesIO()
    soundfile.write(file, MU_LAW.there_and_back(samples), RATE, format="WAV", subtype="GSM610")
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="int16")
    return np.asarray(decoded[: len(samples)], np.int16)


CONDITIONS: Mapping[str, Callable[[Floats, np.random.Generator, Babble], Samples]] = {
    "clean": _clean,
    "noise 15 dB": _noise(15.0),
    "noise 10 dB": _noise(10.0),
    "babble 20 dB": _talkers,
    "packet loss 5 %": _lost_packets,
    **({"GSM": _gsm} if "GSM610" in soundfile.available_subtypes("WAV") else {}),
}
