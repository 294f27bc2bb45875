"""Recordings of a human voice, which replace the synthetic one: `prompts/recordings/README.md` says how."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import soundfile

from agi.tomlfile import Problem
from agi.voice import audio
from agi.voice.audio import Audio
from agi.voice.errors import RecordingError
from agi.voice.level import Samples
from agi.voice.texts import FALLBACK, Texts

LONGEST_S = 60.0
_OTHER_NAMES = {".aif", ".oga", ".opus", ".wave"}
SUFFIXES = frozenset(f".{name.lower()}" for name in soundfile.available_formats() if name != "RAW") | _OTHER_NAMES
"""Of all that soundfile reads, in small letters; a name may have any case."""
CLIPPED = 0.02
"""Share of samples at the very peak from which a recording is cut flat; of speech it is below 0.001."""
NO_SOUND = "bukan berkas suara yang bisa dibaca: simpan lagi sebagai WAV"
BROKEN_OFF = "terpotong, berkasnya tidak utuh: salin lagi dari aslinya"
EMPTY = "tidak berisi suara: rekam lagi"
SILENT = "sunyi, tidak ada suara di dalamnya: rekam lagi"
TOO_LOUD = "pecah karena direkam terlalu keras: kecilkan mikrofon dan rekam lagi"
_NO_RECORDINGS = {"readme.md", "thumbs.db", "desktop.ini"}
_UNKNOWN_LENGTH = 0xFFFFFF00
"""Programs that write a WAV as it comes give a length near 2**32, or none."""


@dataclass(frozen=True, slots=True)
class Recordings:
    """Recordings of all languages below `folder`: KEY.wav (or .mp3, …) for Indonesian, LANGUAGE/KEY.wav for others."""

    folder: Path

    def path(self, language: str, name: str) -> Path | None:
        """The recording called `name`, if there is one: a key, or KEY.1, KEY.2 … for parts between places."""
        return next((file for file in self._files(language) if file.stem == name and _is_audio(file)), None)

    def used(self, language: str) -> list[Path]:
        """Everything in the folder of `language` that can be read as sound."""
        return [file for file in self._files(language) if _is_audio(file)]

    def dead(self, texts: Texts, parts: Mapping[str, int]) -> list[Problem]:
        """What replaces nothing. `parts`: for each key with places how many fixed parts it has."""
        found: list[Problem] = []
        first: dict[str, str] = {}
        for file in self._files(texts.language):
            why = self._folder(file) if file.is_dir() else _useless(file, texts, parts)
            if not why and _is_audio(file) and first.setdefault(file.stem, file.name) != file.name:
                why = f"tidak dipakai: untuk teks ini sudah ada {first[file.stem]}; hapus salah satu"
            if why:
                found.append(Problem(file, 0, why))
        return found

    def _files(self, language: str) -> list[Path]:
        """All in the folder of `language`, in order, but for what systems and git put there."""
        return [
            file
            for file in sorted((self.folder if language == FALLBACK else self.folder / language).glob("*"))
            if not file.name.startswith(".") and file.name.lower() not in _NO_RECORDINGS
        ]

    def _folder(self, inner: Path) -> str | None:
        """Why nothing in the folder `inner` is used; None for the folder of another language, or an empty one."""
        language = (self.folder.parent / f"{inner.name}.toml").is_file() and inner.parent == self.folder
        if language or not any(inner.iterdir()):
            return None
        return "folder ini tidak dibaca: pindahkan rekamannya langsung ke folder di atasnya"


def load(path: Path, tail_ms: int = audio.TAIL_MS) -> Audio:
    """The recording at `path` as clips are: trimmed, levelled, mono.

    Raises `RecordingError`, which names the file, for what is no audio, empty, cut off, silent, too loud or too long.
    """
    try:
        if why := too_long(soundfile.info(path).duration):
            raise _bad(path, why)
        samples, rate = audio.read(path)
        with path.open("rb") as file:
            short = cut_off(file.read(8), path.stat().st_size)
    except (soundfile.LibsndfileError, OSError):
        raise _bad(path, NO_SOUND) from None
    if len(samples) == 0:
        raise _bad(path, EMPTY)
    if short:
        raise _bad(path, BROKEN_OFF)
    if cut_flat(samples) > CLIPPED:
        raise _bad(path, TOO_LOUD)
    try:
        return audio.polished(samples, rate, tail_ms)
    except audio.NoSpeech:
        raise _bad(path, SILENT) from None


def too_long(seconds: float) -> str:
    """What is wrong with a recording that lasts so long; "" if nothing is."""
    most = f"paling lama {LONGEST_S:.0f} detik, potong atau bagi dua"
    return f"lamanya {seconds:.0f} detik; {most}" if seconds > LONGEST_S else ""


def cut_flat(samples: Samples) -> float:
    """Which share of `samples` lies at their very peak."""
    peak = float(np.abs(samples).max(initial=0.0))
    return float(np.mean(np.abs(samples) > peak * 0.999)) if peak else 0.0


def _bad(path: Path, why: str) -> RecordingError:
    return RecordingError([Problem(path, 0, why)])


def _is_audio(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES and file.is_file()


def cut_off(header: bytes, size: int) -> bool:
    """Whether a WAV of `size` bytes holds less than its `header`, the first 8 bytes, says."""
    length = int.from_bytes(header[4:8], "little")
    return header[:4] == b"RIFF" and size + 1 < length + 8 and length < _UNKNOWN_LENGTH


def _useless(file: Path, texts: Texts, parts: Mapping[str, int]) -> str | None:
    """Why nothing is replaced by `file`; None if something is."""
    if not _is_audio(file):
        return f"tidak dipakai: {file.suffix or 'nama tanpa akhiran'} bukan rekaman; simpan sebagai KUNCI.wav atau .mp3"
    key, _, number = file.stem.rpartition(".")
    if file.stem in texts:
        if file.stem in parts:
            return f"tidak dipakai: '{file.stem}' punya isian, jadi rekam bagiannya sebagai {file.stem}.1.wav, …"
        return None
    if key in parts and number.isascii() and number.isdigit():
        return None if 1 <= int(number) <= parts[key] else f"tidak dipakai: '{key}' hanya punya {parts[key]} bagian"
    near = get_close_matches(file.stem.lower(), texts, 1)
    return f"tidak dipakai: tidak ada teks '{file.stem}'" + (f"; maksud Anda {near[0]}?" if near else "")
