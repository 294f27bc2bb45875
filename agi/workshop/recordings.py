"""Folders of labelled recordings: `manifest.tsv` says of each file who speaks and what."""

import csv
from dataclasses import dataclass
from pathlib import Path

from agi.errors import HotlineError
from agi.languages import INDONESIAN
from agi.speech.sound import Samples, SoundError, read
from agi.speech.tuning import RATE

MANIFEST = "manifest.tsv"
_SHORTEST = RATE // 50
COLUMNS = ("file", "speaker", "transcript")
_DIGIT_WORDS = frozenset((*INDONESIAN.numbers.digits, *INDONESIAN.numbers.zeros))


class RecordingsError(HotlineError):
    """A folder of recordings can't be used; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording and what is said in it; `line` is its place in the manifest."""

    path: Path
    speaker: str
    words: tuple[str, ...]
    line: int

    @property
    def is_digits(self) -> bool:
        """Whether only digits are said."""
        return bool(self.words) and set(self.words) <= _DIGIT_WORDS

    def sound(self) -> Samples:
        """The recording at 8 kHz. Raises RecordingsError."""
        place = f"{self.path.parent / MANIFEST}:{self.line}"
        try:
            sound = read(self.path)
        except SoundError as error:
            raise RecordingsError(f"{place}: {self.path.name} can't be heard: {error}") from error
        if len(sound) < _SHORTEST:
            raise RecordingsError(f"{place}: {self.path.name} holds no sound: leave its line out.")
        return sound


def listed(folder: Path) -> tuple[Recording, ...]:
    """What `folder/manifest.tsv` lists (file, speaker, transcript; tabs). Raises RecordingsError."""
    path = folder / MANIFEST
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as error:
        raise RecordingsError(
            f"{path} cannot be read ({error.strerror}): write file, speaker and transcript there."
        ) from error
    if not rows or not set(COLUMNS) <= rows[0].keys():
        raise RecordingsError(f"{path} needs a first line {', '.join(COLUMNS)} (tabs between), and rows below it.")
    if torn := next((line for line, row in enumerate(rows, 2) if None in (row[name] for name in COLUMNS)), 0):
        raise RecordingsError(f"{path}:{torn}: a line needs {', '.join(COLUMNS)} (tabs between).")
    return tuple(
        Recording(folder / row["file"], row["speaker"], tuple(row["transcript"].lower().split()), line)
        for line, row in enumerate(rows, 2)
    )
