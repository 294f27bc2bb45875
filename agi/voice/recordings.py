"""Recordings of a human voice, which replace the synthetic one: `prompts/recordings/README.md` says how."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import soundfile

from agi.voice import audio
from agi.voice.audio import Audio
from agi.voice.errors import Problem, RecordingError
from agi.voice.texts import FALLBACK, Texts

LONGEST_S = 60.0
SUFFIX = ".wav"


@dataclass(frozen=True, slots=True)
class Recordings:
    """Recordings of all languages below `folder`: KEY.wav for Indonesian, LANGUAGE/KEY.wav for others."""

    folder: Path

    def path(self, language: str, name: str) -> Path | None:
        """The recording called `name`, if there is one: a key, or KEY.1, KEY.2 … for parts between places."""
        file = self._of(language) / f"{name}{SUFFIX}"
        return file if file.is_file() else None

    def dead(self, texts: Texts, parts: Mapping[str, int]) -> list[Problem]:
        """Files that replace nothing. `parts`: for each key with places how many fixed parts it has."""
        return [
            Problem(file, 0, why)
            for file in sorted(self._of(texts.language).glob("*"))
            if file.is_file() and (why := _useless(file, texts, parts))
        ]

    def _of(self, language: str) -> Path:
        return self.folder if language == FALLBACK else self.folder / language


def load(path: Path, tail_ms: int = audio.TAIL_MS) -> Audio:
    """The recording at `path` as clips are: trimmed, levelled, mono.

    Raises `RecordingError`, which names the file, for what is no audio, empty, silent or too long.
    """
    try:
        seconds = soundfile.info(path).duration
        if seconds > LONGEST_S:
            raise RecordingError([Problem(path, 0, f"lasts {seconds:.0f} s; at most {LONGEST_S:.0f} s are played")])
        samples, rate = audio.read(path)
    except (soundfile.LibsndfileError, OSError):
        raise RecordingError([Problem(path, 0, "is no audio file that can be read: save it as WAV")]) from None
    if len(samples) == 0:
        raise RecordingError([Problem(path, 0, "is empty: record it again")])
    try:
        return audio.polished(samples, rate, tail_ms)
    except audio.NoSpeech:
        raise RecordingError([Problem(path, 0, "is silent: record it again")]) from None


def _useless(file: Path, texts: Texts, parts: Mapping[str, int]) -> str | None:
    """Why nothing is replaced by `file`; None if something is, or if it is no recording at all."""
    if file.name.startswith(".") or file.name == "README.md":
        return None
    if file.suffix != SUFFIX:
        return "is not used: a recording is called KEY.wav"
    key, _, number = file.stem.rpartition(".")
    if file.stem in texts:
        if file.stem in parts:
            return f"is not used: '{file.stem}' has places, so record its parts as {file.stem}.1.wav, …"
        return None
    if key in parts and number.isascii() and number.isdigit():
        return None if 1 <= int(number) <= parts[key] else f"is not used: '{key}' has {parts[key]} fixed parts"
    return f"is not used: there is no text '{file.stem}'"
