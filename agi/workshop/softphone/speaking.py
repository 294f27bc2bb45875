"""A tester's mouth: words spoken by espeak-ng in several voices, coughs and noise, as WAVs that a phone plays.

Numbers are said as people say them to an office: digit by digit, in groups, with short pauses between.
"""

import re
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agi.languages import INDONESIAN
from agi.voice import audio
from agi.workshop.softphone.wavfile import RATE

LIMIT_S = 20.0
LOUD = 10 ** (-16 / 20)
"""Peak of a cough: people do not cough softly."""
SEED = 1
"""A cough is the same cough every time, so that a test can be repeated."""

_NUMBER = re.compile(r"[0-9]+")
_GROUPS = {16: 4, 12: 4, 6: 3}


class CannotSpeak(Exception):
    """espeak-ng is not there, or does not know the voice; the text says so."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice of espeak-ng: its name there, words a minute, pitch (0 to 99)."""

    voice: str
    rate: int = 150
    pitch: int = 50


SPEAKERS = {
    "pria": Speaker("id+m1", 155, 40),
    "wanita": Speaker("id+f2", 150, 60),
    "pria cepat": Speaker("id+m1", 180, 45),
    "wanita cepat": Speaker("id+f4", 180, 55),
    "pria pelan": Speaker("id+m7", 120, 35),
    "wanita pelan": Speaker("id+f5", 120, 60),
}
"""Who may call, by the word that a scenario uses. None is the voice of the prompts: no caller has it."""


def words(text: str) -> str:
    """`text` with its numbers as they are said: "3273…" -> "tiga dua tujuh tiga, …"."""
    return _NUMBER.sub(lambda found: _said(found[0]), text)


def _said(digits: str) -> str:
    size = _GROUPS.get(len(digits), len(digits))
    return ", ".join(INDONESIAN.numbers.spell(digits[at : at + size]) for at in range(0, len(digits), size))


def speak(text: str, speaker: Speaker, wav: Path) -> float:
    """Have `speaker` say `text` into `wav` (8 kHz, 16 bit, mono, telephone level); its seconds. Raises CannotSpeak.

    The text goes in on stdin: a process list shows arguments, and a NIK may be in it.
    """
    with tempfile.NamedTemporaryFile(suffix=".wav", dir=wav.parent) as draft:
        command = [
            *("espeak-ng", "--stdin", "-v", speaker.voice, "-s", str(speaker.rate)),
            *("-p", str(speaker.pitch), "-w", draft.name),
        ]
        try:
            subprocess.run(command, input=words(text).encode(), capture_output=True, timeout=LIMIT_S, check=True)
        except FileNotFoundError:
            raise CannotSpeak("the program espeak-ng is not there; `hotline doctor` says what to do") from None
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            raise CannotSpeak(f"espeak-ng cannot speak with the voice {speaker.voice}") from None
        samples, rate = audio.read(Path(draft.name))
    return _write(wav, audio.polished(samples, rate).narrow)


def cough(wav: Path) -> float:
    """Two bursts of broad noise that begin suddenly and die away, as a cough does; its seconds."""
    chance = np.random.default_rng(SEED)
    parts: list[NDArray[np.float64]] = []
    for seconds, pause in ((0.16, 0.12), (0.22, 0.1)):
        samples = int(seconds * RATE)
        rise = np.minimum(np.arange(samples) / (0.006 * RATE), 1.0)
        parts.append(chance.standard_normal(samples) * rise * np.exp(-np.arange(samples) / (0.05 * RATE)))
        parts.append(np.zeros(int(pause * RATE)))
    return _write(wav, _at(np.concatenate(parts), LOUD))


def noise(wav: Path, seconds: float, level_db: float = -35.0) -> float:
    """Pink noise at `level_db` (dBov), such as a street through a window; its seconds."""
    count = int(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(SEED).standard_normal(count))
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), count)
    return _write(wav, (pink / pink.std() * 10 ** (level_db / 20) * 32767).clip(-32768, 32767).astype(np.int16))


def _at(samples: NDArray[np.float64], peak: float) -> NDArray[np.int16]:
    scaled: NDArray[np.int16] = (samples / np.abs(samples).max() * peak * 32767).astype(np.int16)
    return scaled


def _write(path: Path, samples: NDArray[np.int16]) -> float:
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(samples.tobytes())
    return len(samples) / RATE
