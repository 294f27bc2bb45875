"""Figures: words, utterances and NIKs heard right; what is confused; what a threshold takes and lets through."""

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agi.languages import INDONESIAN
from agi.languages.language import Language, Words
from agi.languages.pieces import Loop, Piece, alt
from agi.speech.answer import Reading, readings
from agi.speech.grammar import DigitsGrammar, Grammar, Kind, Nik
from agi.speech.model import Model
from agi.speech.sound import Samples
from agi.speech.tuning import RATE, Thresholds, Tuning
from agi.workshop.evaluation.conditions import Babble, degrade
from agi.workshop.evaluation.material import Joined
from agi.workshop.figures import percentile
from agi.workshop.recordings import Recording

Progress = Callable[[str], None]
READINGS = 50
_ANY = Thresholds(accept=0.0, confirm=0.0)
_DIGITS = DigitsGrammar(1, 64)
_QUIET = bytes(2 * RATE * 2)


@dataclass(frozen=True)
class FreeWords(Grammar):
    """Any of `words` in any order, and nothing else."""

    name: str
    words: Words
    kind = Kind.LIST
    language: Language = INDONESIAN

    @property
    def piece(self) -> Piece:
        """The words."""
        return Loop(alt(self.words))

    def whole(self, *, other: bool = True) -> Piece:
        """The words: without commands and other speech."""
        return self.piece

    def values(self, words: Words) -> tuple[str, ...]:
        """They mean themselves."""
        return (" ".join(words),)


@dataclass(slots=True)
class Score:
    """One condition: how much was right. `cpu_s` and `audio_s` make the real-time factor."""

    condition: str
    words: int = 0
    word_errors: int = 0
    utterances: int = 0
    utterances_right: int = 0
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)
    cpu_s: float = 0.0
    audio_s: float = 0.0

    @property
    def word_accuracy(self) -> float:
        """Share of words right; insertions count as errors."""
        return 1 - self.word_errors / max(self.words, 1)

    @property
    def utterance_accuracy(self) -> float:
        """Share of utterances without an error."""
        return self.utterances_right / max(self.utterances, 1)


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer: how sure the recogniser was, and whether it was right. `right` of None: nothing was heard."""

    confidence: float
    right: bool | None


@dataclass(frozen=True, slots=True)
class Niks:
    """NIKs under one condition. Right: the best valid reading is the one that was said."""

    condition: str
    decisions: tuple[Decision, ...]

    @property
    def accuracy(self) -> float:
        """Share right before any confirmation."""
        return sum(one.right is True for one in self.decisions) / max(len(self.decisions), 1)

    def accepted(self, threshold: float) -> tuple[float, float]:
        """Shares of all NIKs that are taken unasked from `threshold` on: right ones, wrong ones."""
        count = max(len(self.decisions), 1)
        taken = [one for one in self.decisions if one.right is not None and one.confidence >= threshold]
        right = sum(one.right is True for one in taken)
        return right / count, (len(taken) - right) / count


@dataclass(frozen=True, slots=True)
class Latency:
    """From the last sound to the answer, in ms of audio and of computing; and answers that came too early."""

    answers: int
    early: int
    p50_ms: float
    p95_ms: float


def utterances(
    model: Model, grammar: str, said: Sequence[Recording], condition: str, babble: Babble, seed: int = 0
) -> Score:
    """Hear every utterance with the loop of words `grammar`; nol and kosong are the same."""
    score = Score(condition)
    for nth, one in enumerate(said):
        sound = degrade(condition, one.sound(), seed + nth, babble)
        found = _hear(model, grammar, sound, score)
        _count(score, _plain(one.words), _plain(found[0].words if found else ()))
    return score


def niks(model: Model, grammar: Nik, joined: Sequence[Joined], condition: str, babble: Babble, seed: int = 0) -> Niks:
    """Hear every NIK and decide as a call would."""
    tuning = Tuning(thresholds={grammar.kind: _ANY})
    decisions = []
    for nth, one in enumerate(joined):
        sound = degrade(condition, one.sound, seed + nth, babble).tobytes()
        heard = model.recogniser(grammar, tuning).hear_all(sound)
        decisions.append(Decision(heard.confidence, heard.value == one.nik if heard.value else None))
    return Niks(condition, tuple(decisions))


def latency(model: Model, said: Sequence[Recording], babble: Babble, tuning: Tuning | None = None) -> Latency:
    """Feed utterances in 20 ms frames as a call does; their length in digits is known, as that of a NIK is."""
    late, early = [], 0
    for one in said:
        sound = degrade("clean", one.sound(), 0, babble)
        end_ms = _speech_end_ms(sound)
        length = len(one.words)
        recogniser = model.recogniser(DigitsGrammar(length, length), tuning)
        pcm = sound.tobytes() + _QUIET
        for begin in range(0, len(pcm) - 319, 320):
            at = time.perf_counter()
            ended = recogniser.feed(pcm[begin : begin + 320]).ended
            if ended:
                ms = (begin + 320) / 16 - end_ms + 1000 * (time.perf_counter() - at)
                early += ms < 0
                late.append(ms)
                break
        recogniser.close()
    known = late or [0.0]
    return Latency(len(late), early, percentile(known, 0.5), percentile(known, 0.95))


def align(model: Model) -> Callable[[Samples], Sequence[tuple[str, float, float]]]:
    """A function that finds digits in a sound: word, begin and end in seconds."""

    def found(sound: Samples) -> Sequence[tuple[str, float, float]]:
        decoder = model.decoder(_DIGITS.name, 1)
        decoder.SetWords(True)
        decoder.AcceptWaveform(sound.tobytes())
        best = json.loads(decoder.FinalResult())["alternatives"][0].get("result", [])
        return [(one["word"].partition("@")[0], float(one["start"]), float(one["end"])) for one in best]

    return found


def _hear(model: Model, grammar: str, sound: Samples, score: Score) -> tuple[Reading, ...]:
    began = time.process_time()
    decoder = model.decoder(grammar, READINGS)
    decoder.AcceptWaveform(sound.tobytes())
    found = readings(decoder.FinalResult())
    score.cpu_s += time.process_time() - began
    score.audio_s += len(sound) / RATE
    return found


def _plain(words: Sequence[str]) -> tuple[str, ...]:
    zeros = INDONESIAN.numbers.zeros
    return tuple(zeros[0] if word in zeros else word for word in words)


def _count(score: Score, said: Sequence[str], heard: Sequence[str]) -> None:
    score.words += len(said)
    pairs = compared(said, heard)
    wrong = [(one, other) for one, other in pairs if one != other]
    score.word_errors += len(wrong)
    score.confused.update(wrong)
    score.utterances += 1
    score.utterances_right += not wrong


def compared(said: Sequence[str], heard: Sequence[str]) -> list[tuple[str, str]]:
    """Words side by side with the fewest differences; "" stands where one has no word."""
    costs = [[0] * (len(heard) + 1) for _ in range(len(said) + 1)]
    for row in range(len(said) + 1):
        for column in range(len(heard) + 1):
            if not row or not column:
                costs[row][column] = row + column
                continue
            swapped = costs[row - 1][column - 1] + (said[row - 1] != heard[column - 1])
            costs[row][column] = min(swapped, costs[row - 1][column] + 1, costs[row][column - 1] + 1)
    pairs: list[tuple[str, str]] = []
    row, column = len(said), len(heard)
    while row or column:
        cost = costs[row][column]
        if row and column and cost == costs[row - 1][column - 1] + (said[row - 1] != heard[column - 1]):
            row, column = row - 1, column - 1
            pairs.append((said[row], heard[column]))
        elif row and cost == costs[row - 1][column] + 1:
            row -= 1
            pairs.append((said[row], ""))
        else:
            column -= 1
            pairs.append(("", heard[column]))
    return pairs[::-1]


def _speech_end_ms(sound: Samples) -> float:
    """Where the last sound above a thirtieth of the loudest (-30 dB) is."""
    frames = (sound[: len(sound) // 80 * 80].astype(float).reshape(-1, 80) ** 2).mean(axis=1)
    loud = [nth for nth, power in enumerate(frames) if power > frames.max() / 1000]
    return 10.0 * (loud[-1] + 1) if loud else 0.0


def confusions(scores: Sequence[Score]) -> Mapping[tuple[str, str], int]:
    """What was said, what was heard, how often, the most frequent first."""
    total: Counter[tuple[str, str]] = Counter()
    for score in scores:
        total.update(score.confused)
    return dict(sorted(total.items(), key=lambda one: (-one[1], one[0])))
