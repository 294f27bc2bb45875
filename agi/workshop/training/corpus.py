"""Labelled speech in memory: utterances of a folder with `manifest.tsv`, or of a file made earlier."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agi.workshop.recordings import listed
from agi.workshop.training.features import RATE, SHIFT

_MARGIN_S = 0.15  # silence that is left at both ends
_QUIET = 0.03  # of the loudest: below it, an end is cut
_FLOOR = 60  # and below this level in any case (16-bit scale)

Pcm = NDArray[np.int16]


@dataclass(frozen=True)
class Utterance:
    """One recording: 8 kHz samples, who speaks, which words."""

    samples: Pcm
    speaker: str
    words: tuple[str, ...]


Corpus = tuple[Utterance, ...]


def from_folder(folder: Path) -> Corpus:
    """The recordings that the manifest of `folder` lists. Raises RecordingsError."""
    return tuple(Utterance(trimmed(one.sound()), one.speaker, one.words) for one in listed(folder))


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
