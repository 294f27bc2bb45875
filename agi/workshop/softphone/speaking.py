"""A tester's mouth: words spoken by espeak-ng in several voices, coughs, noise, a radio, as WAVs that a phone plays.

Numbers are said as people say them to an office: digit by digit, in groups, with short pauses between.
"""

import re
import subprocess
import tempfile
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agi.languages import INDONESIAN
from agi.speech.sound import as_16_bit
from agi.voice import audio
from agi.workshop.nonspeech import nonspeech
from agi.workshop.softphone.scenario import LEVEL_DBOV
from agi.workshop.softphone.wavfile import RATE

LIMIT_S = 20.0
SEED = 1
"""Noise is the same noise every time, so that a test can be repeated."""
PAUSE, PAUSE_S = "...", 0.35
"""Where a speaker falls silent, for longer than a short answer is waited for to go on."""
RADIO_BELOW_DB = 26.0
"""How far a radio in the same room is below who speaks into a telephone."""

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

_READERS = (Speaker("id+m5", 165, 45), Speaker("id+f1", 165, 60))
_NEWS = (
    "Selamat siang, Anda mendengarkan berita pukul dua belas bersama kami dari studio satu.",
    "Hujan deras mengguyur sebagian besar wilayah pesisir sejak pagi tadi, dan lalu lintas di jalan utama tersendat.",
    "Harga beras dan cabai di pasar induk naik tujuh persen dibandingkan dengan minggu lalu.",
    "Tim nasional menang tiga kosong dalam pertandingan persahabatan, ya, tiga kosong, di hadapan ribuan penonton.",
    "Menurut petugas, jembatan itu ditutup selama enam hari, dan warga diminta mencari jalan lain.",
    "Benar sekali, dan setelah ini kita akan mendengarkan lagu lama yang tidak pernah dilupakan orang.",
)


def words(text: str) -> str:
    """`text` with its numbers as they are said: "3273…" -> "tiga dua tujuh tiga, …"."""
    return _NUMBER.sub(lambda found: _said(found[0]), text)


def _said(digits: str) -> str:
    size = _GROUPS.get(len(digits), len(digits))
    return ", ".join(INDONESIAN.numbers.spell(digits[at : at + size]) for at in range(0, len(digits), size))


def speak(text: str, speaker: Speaker, wav: Path, level_dbov: float = LEVEL_DBOV) -> float:
    """Have `speaker` say `text` into `wav` (8 kHz, 16 bit, mono); its seconds. Raises CannotSpeak.

    At "..." they pause. `level_dbov`: how loudly (ITU-T P.56); what is too loud for 16 bits is cut off, as on a line.
    """
    pause = np.zeros(round(PAUSE_S * RATE), np.int16)
    parts = [part for said in text.split(PAUSE) for part in (pause, _said_by(speaker, said, wav.parent))]
    return _write(wav, _louder(np.concatenate(parts[1:]), level_dbov - LEVEL_DBOV))


def radio(wav: Path, level_dbov: float) -> float:
    """Two people who read news, without a pause, RADIO_BELOW_DB softer than `level_dbov`; its seconds.

    Raises CannotSpeak.
    """
    read = [_said_by(_READERS[nth % 2], text, wav.parent) for nth, text in enumerate(_NEWS)]
    return _write(wav, _louder(np.concatenate(read), level_dbov - LEVEL_DBOV - RADIO_BELOW_DB))


BESIDE: Mapping[str, Callable[[Path, float], float]] = {"radio": radio}
"""What may be heard behind a caller who speaks so loudly (dBov), by the word that a scenario uses."""


def _said_by(speaker: Speaker, text: str, folder: Path) -> NDArray[np.int16]:
    """`text` at LEVEL_DBOV. It goes in on stdin: a process list shows arguments, and a NIK may be in it."""
    with tempfile.NamedTemporaryFile(suffix=".wav", dir=folder) as draft:
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
    return audio.polished(samples, rate).narrow


def cough(wav: Path, seed: int) -> float:
    """A cough, another one for each `seed`; its seconds."""
    return _write(wav, nonspeech("cough", seed))


def noise(wav: Path, seconds: float, level_db: float = -35.0) -> float:
    """Pink noise at `level_db` (dBov), such as a street through a window; its seconds."""
    count = int(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(SEED).standard_normal(count))
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), count)
    return _write(wav, as_16_bit(pink / pink.std() * 10 ** (level_db / 20) * 32767))


def _louder(samples: NDArray[np.int16], decibel: float) -> NDArray[np.int16]:
    return as_16_bit(samples * 10 ** (decibel / 20))


def _write(path: Path, samples: NDArray[np.int16]) -> float:
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(samples.tobytes())
    return len(samples) / RATE
