"""A small folder of prompts for the tests of the voice: its own texts, the installation's lexicon."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from agi.settings import ROOT
from agi.settings.tables import Voice
from agi.voice.clips import Clips, Progress, Report
from agi.voice.texts import Texts

ESPEAK = Voice(engine="espeak")
WORDS = """\
[digits]
0 = "nol"
1 = "satu"
2 = "dua"
3 = "tiga"
4 = "empat"
5 = "lima"
6 = "enam"
7 = "tujuh"
8 = "delapan"
9 = "sembilan"

[call]
welcome = "Selamat datang di Halo Dukcapil."

[nik]
readback = "NIK yang dimasukkan: {nik:digits}."

[document]
kk = "Kartu Keluarga"

[status]
since = "Permohonan {document:phrase} selesai pada {since:date} di {office:text}."
cost = "Biayanya {cost:amount}, menunggu {minutes:number} menit."
"""


@dataclass(frozen=True)
class PromptsFolder:
    """`prompts` and `var` of one test."""

    prompts: Path
    var: Path

    def write(self, words: str, language: str = "id") -> None:
        """Replace the texts of `language`."""
        (self.prompts / f"{language}.toml").write_text(words, encoding="utf-8")

    def texts(self, language: str = "id") -> Texts:
        return Texts.load(self.prompts, language)

    def clips(self, language: str = "id", voice: Voice | None = None) -> Clips:
        return Clips(self.texts(language), voice or ESPEAK, self.prompts, self.var, self.sounds(language))

    def sounds(self, language: str = "id") -> Path:
        """Where the rendered clips of `language` lie."""
        return self.var / "sounds" / language

    def render(self, made: Clips, progress: Progress | None = None, *, force: bool = False) -> Report:
        """Render all and put it in the place of what was there."""
        fresh = self.var / "sounds" / "fresh"
        report = made.render(fresh, progress, force=force)
        shutil.rmtree(self.sounds(made.texts.language), ignore_errors=True)
        fresh.rename(self.sounds(made.texts.language))
        return report

    def record(self, name: str, samples: np.ndarray, rate: int = 44100, subtype: str | None = None) -> Path:
        """Put a recording into its folder."""
        path = self.prompts / "recordings" / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, samples, rate, format="WAV", subtype=subtype)
        return path


def prompts_folder(home: Path, words: str = WORDS) -> PromptsFolder:
    """A new one below `home`."""
    folder = PromptsFolder(home / "prompts", home / "var")
    (folder.prompts / "recordings").mkdir(parents=True)
    shutil.copy(ROOT / "prompts" / "lexicon.toml", folder.prompts)
    folder.write(words)
    return folder


def speechlike(seconds: float, rate: int, amplitude: float = 0.3, seed: int = 1) -> np.ndarray:
    """Noise that swells and fades four times a second, as syllables do."""
    noise = np.random.default_rng(seed).normal(size=int(seconds * rate))
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * np.arange(len(noise)) / rate)
    sound: np.ndarray = np.clip(noise * swell / 3, -1, 1) * amplitude
    return sound


def silent_ms(samples: np.ndarray, rate: int, limit_db: float = -50.0) -> tuple[float, float]:
    """Silence before and after the sound, in ms."""
    loud = np.flatnonzero(np.abs(samples) > 10 ** (limit_db / 20))
    return float(loud[0]) / rate * 1000, float(len(samples) - 1 - loud[-1]) / rate * 1000
