"""Sounds of a telephone that are no speech, made by synthesis: none of them may be an answer.

Drawn anew for each seed, the same for the same one. What comes out of a throat is a source (noise, or the pulses of
vocal folds) in the shape of a throat, as voices are described; no recording of a person is behind any of it.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from agi.speech.sound import Samples, as_16_bit
from agi.speech.tuning import RATE

Floats = NDArray[np.float64]

_LOUDEST_DBOV = (-28.0, -10.0)
_LOUDNESS_FRAME = RATE * 30 // 1000
_DTMF = ((697, 770, 852, 941), (1209, 1336, 1477, 1633))
_CALL_PROGRESS_HZ = 425
_GSM_FRAMES_HZ = 216.68
_TONES = 12
"""To an octave."""


def nonspeech(name: str, seed: int) -> Samples:
    """A sound of the kind `name` of NONSPEECH, its loudest 30 ms at -28 to -10 dBov; 8 kHz."""
    chance = np.random.default_rng((*name.encode(), seed))
    sound = NONSPEECH[name](chance)
    frames = sound[: len(sound) // _LOUDNESS_FRAME * _LOUDNESS_FRAME].reshape(-1, _LOUDNESS_FRAME)
    loudest = float(np.sqrt(np.mean(frames**2, axis=1).max()))
    return as_16_bit(sound / loudest * _decibel(chance.uniform(*_LOUDEST_DBOV)) * 32768)


def _cough(chance: Generator) -> Floats:
    """One to three pulses: air breaks out within 5 ms (60 to 300 ms of it, dying away), two of three go on in a voice
    that falls in pitch, weakly or louder than the air and up to 300 ms long, as coughs of people do.
    """
    throat, parts = _throat(chance), [_silence(chance, 50, 100)]
    pitch = chance.uniform(110, 320)
    for _ in range(chance.integers(1, 4)):
        burst = _air(chance, 60, 300, throat)
        burst *= _shape(len(burst), chance.uniform(1, 5), chance.uniform(25, 120))
        tail = _voice(chance, 50, 300, throat, pitch * chance.uniform(0.9, 1.2), pitch * chance.uniform(0.5, 0.9))
        tail *= _shape(len(tail), chance.uniform(10, 40), chance.uniform(40, 200))
        tail *= chance.uniform(0.2, 2.0) * (chance.random() < 0.67)
        parts += [_over(burst, tail, at=int(len(burst) * chance.uniform(0.2, 0.7))), _silence(chance, 40, 300)]
    return np.concatenate(parts)


def _sneeze(chance: Generator) -> Floats:
    """Breath drawn in, three in ten aloud; a throat shut for 20 to 80 ms; then hissing air, every other time voiced."""
    throat = _throat(chance)
    drawn = _air(chance, 200, 700, throat)
    drawn *= np.linspace(0.02, chance.uniform(0.05, 0.2), len(drawn))
    aloud = _voice(chance, 80, 200, throat, chance.uniform(110, 220), chance.uniform(150, 300))
    aloud *= _shape(len(aloud), 30, 200) * 0.2 * (chance.random() < 0.3)
    drawn = _over(drawn, aloud, at=len(drawn) - len(aloud))
    burst = _air(chance, 150, 400, (*throat, 3000.0, 3400.0))
    burst *= _shape(len(burst), 4, chance.uniform(60, 150))
    tail = _voice(chance, 60, 180, throat, chance.uniform(180, 350), chance.uniform(110, 200))
    tail *= _shape(len(tail), 20, 70) * chance.uniform(0.2, 0.8) * (chance.random() < 0.5)
    return np.concatenate(
        (drawn, _silence(chance, 20, 80), _over(burst, tail, at=len(burst) // 2), _silence(chance, 50, 100))
    )


def _breath(chance: Generator) -> Floats:
    """Air alone, in and perhaps out again, 0.3 to 1 s each, that comes and goes slowly; or blown at the microphone."""
    parts = []
    for _ in range(chance.integers(1, 3)):
        air = _air(chance, 300, 1000, _throat(chance) if chance.random() < 0.8 else (150.0, 300.0))
        parts += [air * np.sin(np.linspace(0, np.pi, len(air))) ** chance.uniform(0.5, 2), _silence(chance, 50, 300)]
    return np.concatenate(parts)


def _throat_clearing(chance: Generator) -> Floats:
    """One to three pulses of 80 to 300 ms that creak: the folds open 35 to 110 times a second, unevenly, with air."""
    throat, parts = _throat(chance), []
    for _ in range(chance.integers(1, 4)):
        creak = _voice(chance, 80, 300, throat, chance.uniform(60, 110), chance.uniform(35, 70), uneven=0.25)
        creak = _over(creak, _air(chance, 80, 300, throat) * chance.uniform(0.3, 1.5), at=0)
        parts += [creak * _shape(len(creak), chance.uniform(5, 30), chance.uniform(60, 200)), _silence(chance, 30, 250)]
    return np.concatenate(parts)


def _click(chance: Generator) -> Floats:
    """One to five knocks or clicks: something rings for 1 to 40 ms, such as a handset laid down or a tongue."""
    parts = []
    for _ in range(chance.integers(1, 6)):
        length, hertz = RATE * 80 // 1000, np.exp(chance.uniform(np.log(120), np.log(3200)))
        rings = np.sin(2 * np.pi * hertz * np.arange(length) / RATE) + 0.3 * chance.standard_normal(length)
        parts += [rings * _shape(length, 0.2, chance.uniform(1, 40)), _silence(chance, 50, 600)]
    return np.concatenate(parts)


def _line_noise(chance: Generator) -> Floats:
    """0.3 to 2 s of what a bad line does: hiss, crackle, hum of the mains, or the buzz of a GSM telephone near by."""
    length = _samples(chance, 300, 2000)
    match chance.integers(4):
        case 0:
            return _coloured(chance, length)
        case 1:
            struck = (chance.random(length) < chance.uniform(5, 80) / RATE) * chance.standard_normal(length)
            return np.convolve(struck, np.exp(-np.arange(40) / chance.uniform(1, 10)))[:length]
        case 2:
            at = np.arange(length) / RATE
            hum = sum(np.sin(2 * np.pi * 50 * nth * at) * chance.random() for nth in (1, 2, 3, 4, 5, 7))
            return np.asarray(hum + 0.05 * _coloured(chance, length))
        case _:
            bursts = (np.arange(length) * _GSM_FRAMES_HZ / RATE) % 1 < chance.uniform(0.1, 0.3)
            return bursts * (1 + 0.2 * chance.standard_normal(length))


def _dtmf(chance: Generator) -> Floats:
    """Two to six keys of somebody else's telephone, 70 to 300 ms each (ITU-T Q.23)."""
    parts = []
    for _ in range(chance.integers(2, 7)):
        key = [_tone(float(chance.choice(group)), length) for length in (_samples(chance, 70, 300),) for group in _DTMF]
        parts += [key[0] + key[1] * _decibel(chance.uniform(-2, 4)), _silence(chance, 50, 200)]
    return np.concatenate(parts)


def _tones(chance: Generator) -> Floats:
    """Call progress of another line: 425 Hz, on and off (ITU-T E.180: busy, congestion, call waiting)."""
    on, off = chance.choice([(500, 500), (250, 250), (150, 150), (800, 200)])
    tone = _tone(_CALL_PROGRESS_HZ, int(on) * RATE // 1000)
    return np.concatenate([tone, np.zeros(int(off) * RATE // 1000)] * int(chance.integers(1, 4)))


def _music(chance: Generator) -> Floats:
    """1.5 to 3 s of a band: a tune and chords of plucked or blown notes, with or without a drum on the beat."""
    beat = _samples(chance, 180, 450)
    total = np.zeros(_samples(chance, 1500, 3000))
    scale = np.array([0, 2, 4, 5, 7, 9, 11]) + chance.integers(_TONES)
    sustained, drums = chance.uniform(60, 800), chance.random() < 0.6
    for begin in range(0, len(total) - beat, beat):
        notes = chance.choice(scale, size=chance.integers(1, 5)) + _TONES * chance.integers(0, 3, size=1)
        length = min(len(total) - begin, beat * int(chance.integers(1, 4)))
        for note in notes:
            hertz = 110 * 2 ** (float(note) / _TONES)
            sound = sum(_tone(hertz * nth, length) / nth ** chance.uniform(0.8, 2) for nth in range(1, 6))
            total[begin : begin + length] += sound * _shape(length, chance.uniform(2, 40), sustained)
        if drums:
            hit = chance.standard_normal(min(beat, len(total) - begin))
            total[begin : begin + len(hit)] += 2 * hit * _shape(len(hit), 1, chance.uniform(10, 60))
    return total


NONSPEECH: Mapping[str, Callable[[Generator], Floats]] = {
    "cough": _cough,
    "sneeze": _sneeze,
    "breath": _breath,
    "throat-clearing": _throat_clearing,
    "click": _click,
    "line noise": _line_noise,
    "DTMF": _dtmf,
    "tones": _tones,
    "music": _music,
}


# ---- sources and shapes ----


def _throat(chance: Generator) -> tuple[float, ...]:
    """Where an open throat resounds, in Hz: of a child, a woman or a man."""
    size = chance.uniform(0.85, 1.35)
    return tuple(size * hertz for hertz in (chance.uniform(350, 900), chance.uniform(1000, 1900), 2500.0, 3400.0))


def _air(chance: Generator, least_ms: int, most_ms: int, throat: tuple[float, ...]) -> Floats:
    """Noise of so many milliseconds in the shape of `throat`, of loudness one."""
    return _resounding(chance.standard_normal(_samples(chance, least_ms, most_ms)), throat, 250.0)


def _voice(
    chance: Generator,
    least_ms: int,
    most_ms: int,
    throat: tuple[float, ...],
    begin_hz: float,
    end_hz: float,
    uneven: float = 0.04,
) -> Floats:
    """Pulses of vocal folds that go from one pitch to another, each `uneven` in time, of loudness one."""
    length = _samples(chance, least_ms, most_ms)
    pulses, at = np.zeros(length), 0.0
    while at < length:
        pulses[int(at)] = chance.uniform(0.6, 1.0)
        hertz = begin_hz + (end_hz - begin_hz) * at / length
        at += RATE / hertz * max(0.3, chance.normal(1, uneven))
    return _resounding(pulses + 0.02 * chance.standard_normal(length), throat, 120.0)


def _resounding(source: Floats, throat: tuple[float, ...], width_hz: float) -> Floats:
    spectrum = np.fft.rfft(source)
    hertz = np.fft.rfftfreq(len(source), 1 / RATE)
    gain = sum(1 / (1 + ((hertz - peak) / width_hz) ** 2) / (1 + nth) for nth, peak in enumerate(throat))
    sound = np.fft.irfft(spectrum * (gain + 0.01), len(source))
    return np.asarray(sound / (np.sqrt(np.mean(sound**2)) + 1e-12))


def _coloured(chance: Generator, length: int) -> Floats:
    """Noise between white and brown."""
    spectrum = np.fft.rfft(chance.standard_normal(length))
    noise = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 1) ** chance.uniform(0, 1), length)
    return np.asarray(noise / noise.std())


def _over(sound: Floats, other: Floats, at: int) -> Floats:
    """`sound`, and over it `other` from sample `at` on."""
    both = np.zeros(max(len(sound), max(at, 0) + len(other)))
    both[: len(sound)] += sound
    both[max(at, 0) : max(at, 0) + len(other)] += other
    return both


def _tone(hertz: float, length: int) -> Floats:
    return np.sin(2 * np.pi * hertz * np.arange(length) / RATE)


def _shape(length: int, rise_ms: float, fall_ms: float) -> Floats:
    """Rises in a line, and falls to a third in each `fall_ms`."""
    at = np.arange(length) * 1000 / RATE
    return np.minimum(at / rise_ms, 1.0) * np.exp(-np.maximum(at - rise_ms, 0) / fall_ms)


def _silence(chance: Generator, least_ms: int, most_ms: int) -> Floats:
    return np.zeros(_samples(chance, least_ms, most_ms))


def _samples(chance: Generator, least_ms: int, most_ms: int) -> int:
    return int(chance.integers(least_ms, most_ms + 1)) * RATE // 1000


def _decibel(level: float) -> float:
    return float(10 ** (level / 20))
