"""From any audio to what Asterisk plays: trimmed, levelled, faded, 8 kHz and 16 kHz, whole 20 ms frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from agi.voice.level import SILENCE, Samples, active_level

NARROW_HZ = 8000
WIDE_HZ = 16000
FRAME_MS = 20
TARGET_DB = -26.0
"""Active speech level by P.56 in dBov; telephone networks are planned for it (ITU-T G.168, P.830)."""
CLOSE_DB = 0.2
KNEE = 10 ** (-6 / 20)
CEILING = 10 ** (-3.2 / 20)
"""Peaks above the knee are bent towards the ceiling, so that no sample passes -3 dBFS."""
LEAD_MS = 20
TAIL_MS = 40
"""Silence left before and after speech: pieces are joined, so they keep little."""
FADE_S = 0.004
_WINDOW_S = 0.005
_SPEECH_DB = -35.0
"""A window this far below the loud ones is silence…"""
_NOISY_DB = -20.0
"""…or, where a recording's own noise is louder than that, up to this far."""


class NoSpeech(ValueError):
    """The audio is silent from end to end."""


@dataclass(frozen=True, slots=True)
class Audio:
    """The same sound as 16-bit mono samples at 8 kHz and at 16 kHz, both whole frames of 20 ms."""

    narrow: NDArray[np.int16]
    wide: NDArray[np.int16]


def read(path: Path) -> tuple[Samples, int]:
    """Mono samples and rate of any file soundfile reads; channels are averaged. Raises `soundfile.LibsndfileError`."""
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    return samples.mean(axis=1), int(rate)


def polished(samples: Samples, rate: int, tail_ms: int = TAIL_MS) -> Audio:
    """`samples` at `rate` Hz, ready to be played and joined; `tail_ms` of silence stay last. Raises `NoSpeech`."""
    speech = _trimmed(samples - samples.mean() if len(samples) else samples, rate, tail_ms)
    narrow, wide = (soxr.resample(speech, rate, hz, quality="VHQ") for hz in (NARROW_HZ, WIDE_HZ))
    frames = -(-len(narrow) // (NARROW_HZ * FRAME_MS // 1000))
    return Audio(_finished(narrow, NARROW_HZ, frames), _finished(wide, WIDE_HZ, frames))


def pause(milliseconds: int) -> Audio:
    """Silence of `milliseconds`, which must be a multiple of 20."""
    narrow = np.zeros(NARROW_HZ * milliseconds // 1000, dtype=np.int16)
    return Audio(narrow, np.zeros(len(narrow) * WIDE_HZ // NARROW_HZ, dtype=np.int16))


def write(audio: Audio, narrow: Path, wide: Path) -> None:
    """Write both rates as WAV files, 16-bit mono."""
    for path, samples, hz in ((narrow, audio.narrow, NARROW_HZ), (wide, audio.wide, WIDE_HZ)):
        soundfile.write(path, samples, hz, format="WAV", subtype="PCM_16")


def joined(stems: Sequence[Path]) -> NDArray[np.int16]:
    """The 16 kHz samples of clips (paths without extension) one after another, as a caller hears them."""
    return np.concatenate([soundfile.read(f"{stem}.wav16", dtype="int16")[0] for stem in stems])


def save(samples: NDArray[np.int16], path: Path) -> None:
    """Write 16 kHz `samples` as a WAV file; raises OSError."""
    with path.open("wb") as out:
        soundfile.write(out, samples, WIDE_HZ, format="WAV", subtype="PCM_16")


def seconds(stem: Path) -> float:
    """Length of the clip at `stem` (path without extension)."""
    return float(soundfile.info(f"{stem}.wav").duration)


def _trimmed(samples: Samples, rate: int, tail_ms: int) -> Samples:
    """`samples` from `LEAD_MS` before the first speech to `tail_ms` after the last (zeros where there is less)."""
    size = max(int(_WINDOW_S * rate), 1)
    windows = samples[: len(samples) // size * size].reshape(-1, size)
    if len(windows) == 0:
        raise NoSpeech
    power = np.mean(windows**2, axis=1)
    loud = float(np.percentile(power, 95))
    if loud < 10 ** (-60 / 10):
        raise NoSpeech
    noise = float(np.percentile(power, 10)) * 4  # 6 dB above the quietest tenth
    limit = max(loud * 10 ** (_SPEECH_DB / 10), min(noise, loud * 10 ** (_NOISY_DB / 10)))
    spoken = np.flatnonzero(power >= limit)
    start = int(spoken[0]) * size - LEAD_MS * rate // 1000
    end = (int(spoken[-1]) + 1) * size + tail_ms * rate // 1000
    return np.pad(samples[max(start, 0) : end], (max(-start, 0), max(end - len(samples), 0)))


def _finished(samples: Samples, rate: int, frames: int) -> NDArray[np.int16]:
    """Levelled, faded at both ends, exactly `frames` frames long, 16 bits."""
    out = _levelled(samples, rate)
    fade = np.linspace(0.0, 1.0, int(FADE_S * rate))
    out[: len(fade)] *= fade
    out[-len(fade) :] *= fade[::-1]
    length = frames * rate * FRAME_MS // 1000
    out = np.pad(out, (0, max(length - len(out), 0)))[:length]
    return np.round(out * 32767).astype(np.int16)


def _levelled(samples: Samples, rate: int) -> Samples:
    """`samples` at `TARGET_DB` with no peak over `CEILING`.

    Bending peaks costs a little level, so gain and limit are repeated; two or three rounds are within `CLOSE_DB`
    for speech. What has no level at all (the lowest threshold of P.56 is not reached) is lifted first.
    """
    out = samples * (0.1 / max(float(np.abs(samples).max()), 1e-9))
    for _ in range(3):
        level = active_level(out, rate)
        if level == SILENCE:
            raise NoSpeech
        if abs(level - TARGET_DB) < CLOSE_DB and float(np.abs(out).max()) <= CEILING:
            break
        out = _limited(out * 10 ** ((TARGET_DB - level) / 20))
    return out


def _limited(samples: Samples) -> Samples:
    """Soft limiter: straight up to `KNEE`, above it bent smoothly towards `CEILING`."""
    out = samples.copy()
    over = np.flatnonzero(np.abs(samples) > KNEE)
    room = CEILING - KNEE
    out[over] = np.sign(samples[over]) * (KNEE + room * np.tanh((np.abs(samples[over]) - KNEE) / room))
    return out
