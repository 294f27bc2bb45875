"""What can go wrong between a text and its audio; every message is one clear sentence for a person."""

from dataclasses import dataclass
from pathlib import Path


class VoiceError(Exception):
    """Base of all errors of this room."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file an admin edits; `line` counts from 1, 0 means the whole file."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class FilesError(VoiceError):
    """Files an admin edits (texts, lexicon, recordings) can't be used; `problems` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


class TextsError(FilesError):
    """A text file or the lexicon is not valid."""


class RecordingError(FilesError):
    """A recording is no audio, empty, silent or too long."""


class UnknownKey(VoiceError):
    """No text has this key."""


class PlaceError(VoiceError):
    """The values given do not fit the places of a text: missing, unknown or of a wrong type.

    The message names the text and the place, never the value: a value can be a NIK.
    """


class SynthesisError(VoiceError):
    """Neither pyttsx3 nor espeak-ng gave usable audio for a text."""
