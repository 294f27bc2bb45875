"""Sound files of any kind, and speech of espeak-ng to try a model on, as a telephone gives it: 8 kHz, 16 bits, mono."""

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from agi.errors import HotlineError
from agi.speech.tuning import RATE

Samples = NDArray[np.int16]

_LIMIT_S = 30


class SoundError(HotlineError):
    """The file is no sound that can be read; the message names it."""


class CannotSpeak(HotlineError):
    """espeak-ng is missing or refuses; the message says which."""


def read(path: Path) -> Samples:
    """`path` at 8 kHz, channels mixed. Reads what soundfile reads, and through sox what it reads. Raises SoundError."""
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError, TypeError) as error:
        samples, rate = _through_sox(path, error)
    return at_8k(samples.mean(axis=1), rate)


def at_8k(samples: NDArray[np.float32], rate: int) -> Samples:
    """`samples` (-1 to 1) of `rate` at 8 kHz in 16 bits."""
    narrow = samples if rate == RATE else soxr.resample(samples, rate, RATE)
    return as_16_bit(narrow * 32768.0)


def as_16_bit(samples: NDArray[np.floating]) -> Samples:
    """Rounded and clipped to 16 bits."""
    return np.asarray(np.clip(np.rint(samples), -32768, 32767), np.int16)


def _through_sox(path: Path, error: Exception) -> tuple[NDArray[np.float32], int]:
    sox = shutil.which("sox")
    if sox is None or not path.is_file():
        why = str(error).rstrip(".") if path.exists() else "there is no such file"
        raise SoundError(f"{path} cannot be read: {why}.") from error
    done = subprocess.run((sox, str(path), "-t", "wav", "-"), capture_output=True, check=False)
    try:
        samples, rate = soundfile.read(io.BytesIO(done.stdout), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as still:
        raise SoundError(f"{path} cannot be read: it is no sound file that soundfile or sox knows.") from still
    return samples, int(rate)


def said(text: str, voice: str, words_a_minute: int) -> Samples:
    """`text` at half of full scale, about as loud as people speak on a telephone. Raises CannotSpeak."""
    command = ("espeak-ng", "-v", voice, "-s", str(words_a_minute), "--stdout", text)
    try:
        made = subprocess.run(command, capture_output=True, check=True, timeout=_LIMIT_S)
        samples, rate = soundfile.read(io.BytesIO(made.stdout), dtype="float32")
    except (OSError, subprocess.SubprocessError, soundfile.LibsndfileError) as error:
        raise CannotSpeak(f"espeak-ng cannot speak as {voice}: {error}") from error
    return at_8k(samples / 2, rate)
