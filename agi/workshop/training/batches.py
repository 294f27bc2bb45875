"""Draws training examples: who speaks, what is joined, what is heard behind it. Same seed and step, same batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from agi.workshop.training.augment import Samples, faster, telephone
from agi.workshop.training.corpus import Corpus, Pcm, Utterance
from agi.workshop.training.features import RATE, Frames, mfcc

_LONGEST_S = 8.0
_SHORT_S = 4.0  # shorter utterances are often joined with another of the same speaker
_POOL = 4  # batches drawn at once and sorted by length, so that little is padded
_JOINED, _TALKED_OVER, _ONLY_OTHERS = 0.65, 0.75, 0.12
_SPEEDS = {True: (0.86, 1.2), False: (0.9, 1.13)}  # a synthetic voice is varied more than a person's


@dataclass(frozen=True)
class Source:
    """One corpus and its share of the examples."""

    name: str
    corpus: Corpus
    share: float
    synthetic: bool


@dataclass(frozen=True)
class Example:
    """MFCC frames and the words that are in them (none: only noise and other people)."""

    frames: Frames
    words: tuple[str, ...]


Batch = tuple[Example, ...]


class Batches:
    """All batches of a run, by number of step."""

    def __init__(self, sources: Sequence[Source], size: int, seed: int) -> None:
        self._sources, self._size, self._seed = sources, size, seed
        shares = np.array([source.share for source in sources])
        self._shares = shares / shares.sum()
        self._by_speaker = [_by_speaker(source.corpus) for source in sources]
        self._pool: list[Batch] = []
        self._pool_number = -1

    def __getitem__(self, step: int) -> Batch:
        number, place = divmod(step, _POOL)
        if number != self._pool_number:
            self._pool, self._pool_number = self._draw(np.random.default_rng((self._seed, number))), number
        return self._pool[place]

    def _draw(self, rng: Generator) -> list[Batch]:
        """Four batches of about the same number of frames: few long examples in one, many short in another."""
        examples = sorted((self.example(rng) for _ in range(self._size * _POOL)), key=lambda one: len(one.frames))
        until = np.cumsum([len(one.frames) for one in examples])
        cuts = np.searchsorted(until, until[-1] * np.arange(1, _POOL) / _POOL)
        edges = [0, *cuts, len(examples)]
        pool = [tuple(examples[begin:end]) for begin, end in pairwise(edges)]
        return [pool[place] for place in rng.permutation(_POOL)]

    def example(self, rng: Generator) -> Example:
        """One example drawn with `rng`."""
        which = int(rng.choice(len(self._sources), p=self._shares))
        source, spoken = self._sources[which], rng.random() >= _ONLY_OTHERS
        one = source.corpus[int(rng.integers(len(source.corpus)))]
        while len(one.samples) > _LONGEST_S * RATE:
            one = source.corpus[int(rng.integers(len(source.corpus)))]
        words: tuple[str, ...] = ()
        speech = np.zeros(int(rng.uniform(1, 3) * RATE), np.float32)
        if spoken:
            speech, words = self._said(one, self._by_speaker[which][one.speaker], source.synthetic, rng)
        others = self._others(one.speaker, rng) if not spoken or rng.random() < _TALKED_OVER else []
        heard = telephone(speech, rng, others, words=spoken)
        return Example(mfcc(heard)[rng.integers(3) :], words)

    def _said(
        self, one: Utterance, others: Sequence[Utterance], synthetic: bool, rng: Generator
    ) -> tuple[Samples, tuple[str, ...]]:
        """`one`, perhaps joined with more of the same speaker, between silences; with the words of all."""
        speed = rng.uniform(*_SPEEDS[synthetic])
        parts, words, length = [_edge(rng), faster(one.samples, speed)], list(one.words), len(one.samples)
        while length < _SHORT_S * RATE and rng.random() < _JOINED:
            more = others[int(rng.integers(len(others)))]
            if length + len(more.samples) > _LONGEST_S * RATE:
                break
            parts += [_pause(rng, 0, 0.5 if rng.random() < 0.7 else 1.5), faster(_tight(more.samples, rng), speed)]
            words += more.words
            length += len(more.samples)
        parts.append(_edge(rng))
        return np.concatenate(parts), tuple(words)

    def _others(self, speaker: str, rng: Generator) -> list[Pcm]:
        """Recordings of one to six people other than `speaker`."""
        found = []
        for _ in range(int(rng.choice([1, 2, 3, 4, 6], p=[0.35, 0.2, 0.15, 0.15, 0.15]))):
            corpus = self._sources[int(rng.choice(len(self._sources), p=self._shares))].corpus
            other = corpus[int(rng.integers(len(corpus)))]
            if other.speaker != speaker:
                found.append(other.samples)
        return found


def _by_speaker(corpus: Corpus) -> dict[str, list[Utterance]]:
    found: dict[str, list[Utterance]] = {}
    for one in corpus:
        found.setdefault(one.speaker, []).append(one)
    return found


def _pause(rng: Generator, least_s: float, most_s: float) -> Samples:
    return np.zeros(int(rng.uniform(least_s, most_s) * RATE), np.float32)


def _edge(rng: Generator) -> Samples:
    """Silence before or after somebody speaks: mostly short, it costs time to train on."""
    return _pause(rng, 0.03, 1.5 if rng.random() < 0.4 else 0.4)


def _tight(samples: Pcm, rng: Generator) -> Pcm:
    """`samples` with up to 0.12 s taken off both ends, where a recording only has its margin of silence."""
    begin, end = (int(rng.uniform(0, 0.12) * RATE) for _ in range(2))
    return samples[begin : len(samples) - end]
