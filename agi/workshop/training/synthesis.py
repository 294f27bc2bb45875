"""Speech made here: espeak-ng in many voices, and MBROLA voices where they are installed."""

import io
import random
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from agi.languages.language import Words
from agi.speech.sound import at_8k
from agi.workshop.training.corpus import Corpus, Utterance, trimmed
from agi.workshop.training.texts import text

_VARIANTS = (
    *("adam", "Alex", "Alicia", "Andrea", "aunty", "belinda", "benjamin", "boris", "caleb", "david", "Denis"),
    *("Diogo", "ed", "edward", "edward2", "f1", "f2", "f3", "f5", "Gene", "Gene2", "grandpa", "gustave", "Henrique"),
    *("Hugo", "iven", "iven2", "iven3", "Jacky", "john", "kaukovalta", "klatt", "klatt3", "klatt4", "Lee", "linda"),
    *("m1", "m2", "m4", "m5", "m6", "m7", "m8", "marcelo", "Marco", "Mario", "max", "Michael", "miguel", "Mike"),
    *("norbert", "paul", "pedro", "quincy", "rob", "robert", "sandro", "shelby", "steph2", "steph3", "travis"),
    *("victor",),
)
_RESPELT = {"te": "té", "pe": "pé", "menu": "ménu", "cek": "cék", "de": "dé", "be": "bé", "ge": "gé"}
"""Words that espeak-ng would say with the e of "empat"."""

_COMMA = 0.12


class SynthesisError(RuntimeError):
    """A voice can't speak; the sentence says what is missing."""


class Voice(Protocol):
    """One synthetic speaker."""

    @property
    def name(self) -> str:
        """Who speaks, for the corpus."""

    def say(self, words: Words, rng: random.Random) -> Utterance:
        """`words` spoken, with rate and pitch drawn from `rng`."""


@dataclass(frozen=True)
class Espeak:
    """A voice of espeak-ng; `name` such as "id+f2"."""

    name: str

    def say(self, words: Words, rng: random.Random) -> Utterance:
        """`words` spoken; SynthesisError if espeak-ng is missing or refuses."""
        return Utterance(trimmed(at_8k(*self._spoken(words, rng))), self.name, words)

    def wide(self, words: Words, rng: random.Random, rate: int) -> NDArray[np.float32]:
        """`words` spoken, as samples at `rate` in the scale of 16-bit integers."""
        samples, made_at = self._spoken(words, rng)
        return np.asarray(soxr.resample(samples, made_at, rate) * 32767, np.float32)

    def _spoken(self, words: Words, rng: random.Random) -> tuple[NDArray[np.float32], int]:
        """Samples in ±1 and their rate."""
        spelt = "".join(_RESPELT.get(word, word) + (", " if rng.random() < _COMMA else " ") for word in words)
        speed, pitch, gap = rng.randint(95, 175), rng.randint(15, 85), rng.choice((0, 0, 0, 1, 3, 6))
        command = ["espeak-ng", "-v", self.name, "-s", str(speed), "-p", str(pitch), "-g", str(gap), "--stdout", spelt]
        try:
            made = subprocess.run(command, capture_output=True, check=True, timeout=60)
            samples, rate = soundfile.read(io.BytesIO(made.stdout), dtype="float32")
        except FileNotFoundError as error:
            raise SynthesisError("espeak-ng is missing: install the package espeak-ng.") from error
        except (subprocess.SubprocessError, soundfile.LibsndfileError) as error:
            raise SynthesisError(f"espeak-ng can't speak as {self.name}: {error}") from error
        return samples, rate


def espeak_voices() -> tuple[Espeak, ...]:
    """The voices to train on."""
    return (Espeak("id"), *(Espeak(f"id+{variant}") for variant in _VARIANTS))


def synthesise(voices: Sequence[Voice], count: int, seed: int, report: Callable[[int], None]) -> Corpus:
    """`count` utterances of `voices`, each with a text of its own; the same for the same seed."""
    rng = random.Random(seed)
    made: list[Utterance] = []
    while len(made) < count:
        made.append(rng.choice(voices).say(text(rng), rng))
        report(len(made))
    return tuple(made)
