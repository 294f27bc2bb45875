"""Labelled speech in memory: utterances of a folder with `manifest.tsv`, or of a file made earlier."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from agi.workshop.training.features import RATE, SHIFT

MANIFEST = "manifest.tsv"
_MARGIN_S = 0.15  # silence that is left at both ends
_QUIET = 0.03  # of the loudest: below it, an end is cut
_FLOOR = 60  # and below this level in any case (16-bit scale)

Pcm = NDArray[np.int16]


class CorpusError(ValueError):
    """A folder of recordings can't be read; the sentence says what to do."""


@dataclass(frozen=True)
class Utterance:
    """One recording: 8 kHz samples, who speaks, which words."""

    samples: Pcm
    speaker: str
    words: tuple[str, ...]


Corpus = tuple[Utterance, ...]


def from_folder(folder: Path) -> Corpus:
    """The recordings of a folder, as its `manifest.tsv` (file, speaker, transcript; tabs) lists them.

    :raises CorpusError: if the manifest or a recording is missing or broken.
    """
    manifest = folder / MANIFEST
    try:
        with manifest.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as error:
        raise CorpusError(
            f"{manifest} can't be read ({error.strerror}): write file, speaker and transcript there."
        ) from error
    if not rows or not {"file", "speaker", "transcript"} <= rows[0].keys():
        raise CorpusError(
            f"{manifest} needs a first line file, speaker, transcript (separated by tabs) and recordings."
        )
    return tuple(_recording(folder, manifest, number, row) for number, row in enumerate(rows, 2))


def _recording(folder: Path, manifest: Path, line: int, row: dict[str, str]) -> Utterance:
    try:
        samples, rate = soundfile.read(folder / row["file"], dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise CorpusError(f"{manifest}:{line}: {row['file']} can't be read as audio: {error}") from error
    words = tuple(row["transcript"].lower().split())
    return Utterance(trimmed(pcm(samples.mean(1), rate)), row["speaker"], words)


def pcm(samples: NDArray[np.float32], rate: int) -> Pcm:
    """Samples in ±1 at any rate as 16-bit numbers at 8 kHz."""
    at_8k = soxr.resample(samples, rate, RATE) if rate != RATE else samples
    return np.clip(np.rint(at_8k * 32767), -32768, 32767).astype(np.int16)


def trimmed(samples: Pcm) -> Pcm:
    """`samples` with long silence at the ends cut to 0.15 s."""
    loudness = np.convolve(np.abs(samples.astype(np.float32)), np.ones(SHIFT * 2) / (SHIFT * 2), "same")
    loud = np.flatnonzero(loudness > max(_FLOOR, _QUIET * loudness.max()))
    if not len(loud):
        return samples
    margin = int(_MARGIN_S * RATE)
    return samples[max(0, loud[0] - margin) : loud[-1] + margin]


def save(corpus: Sequence[Utterance], path: Path) -> None:
    """Keep `corpus` in one file, so that a resumed run need not make it again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part.npz")
    np.savez(
        half,
        samples=np.concatenate([one.samples for one in corpus]),
        lengths=np.array([len(one.samples) for one in corpus]),
        speakers=np.array([one.speaker for one in corpus]),
        words=np.array([" ".join(one.words) for one in corpus]),
    )
    half.replace(path)


def load(path: Path) -> Corpus:
    """What `save` kept."""
    with np.load(path) as kept:
        parts = np.split(kept["samples"], np.cumsum(kept["lengths"])[:-1])
        return tuple(
            Utterance(part, str(speaker), tuple(str(words).split()))
            for part, speaker, words in zip(parts, kept["speakers"], kept["words"], strict=True)
        )
