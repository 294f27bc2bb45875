"""Turns heard as a call hears them, and what became of them: right or wrong, taken unasked, read back, refused."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from agi.languages import INDONESIAN
from agi.languages.language import Words
from agi.rehearsal.callers import hear, late_s
from agi.rehearsal.conditions import Talk, in_a_turn, talk_of
from agi.speech.answer import Heard, Verdict
from agi.speech.grammar import DigitsGrammar, Grammar, Kind
from agi.speech.model import Model
from agi.speech.sound import Samples

_DIGITS = DigitsGrammar(1, 64)
_NUMBERS = (Kind.NIK, Kind.DIGITS)


@dataclass(frozen=True, slots=True)
class Trial:
    """A caller's turn at a question. `value`: what is said means this there, "" if it is no answer. `words`: what is
    said, none for a sound that is no speech. `rows`: what it counts for.
    """

    grammar: Grammar
    speaker: str
    sound: Samples
    words: Words
    value: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A trial and what was heard. `late_ms`: from the last sound to the end of the turn, below 0 if it ended before."""

    trial: Trial
    heard: Heard
    late_ms: float
    cpu_s: float
    audio_s: float

    @property
    def value(self) -> str:
        """What was heard as an answer, "" if nothing was."""
        return str(self.heard.command or self.heard.value)

    @property
    def taken(self) -> bool:
        """Taken unasked."""
        return self.heard.verdict is Verdict.ACCEPTED

    @property
    def asked(self) -> bool:
        """Read back: "benar?"."""
        return self.heard.verdict is Verdict.CONFIRM

    @property
    def right(self) -> bool:
        """The answer that was given; none where none was."""
        return self.value == self.trial.value

    @property
    def right_in_the_end(self) -> bool:
        """So, or the second reading is, which a caller who says no is offered (agi/dialogue/confirm.py)."""
        return self.right or (self.asked and self.trial.value in self.heard.alternatives[:1])


@dataclass(frozen=True, slots=True)
class Row:
    """Results of one kind under one condition."""

    name: str
    condition: str
    results: tuple[Result, ...]

    def count(self, what: Callable[[Result], bool]) -> int:
        """Of how many results `what` is true."""
        return sum(map(what, self.results))

    @property
    def words(self) -> tuple[int, int]:
        """Words said, and errors in hearing them; one too many counts, too."""
        pairs = [pair for one in self.results for pair in _compared(one)]
        return sum(bool(said) for said, _ in pairs), sum(said != heard for said, heard in pairs)


def meaning(grammar: Grammar, words: Words) -> str:
    """What `words` mean as an answer to the question of `grammar`, "" if they are none."""
    given = grammar.language.command(words)
    return str(given) if given else next(iter(grammar.values(words)), "")


def measure(model: Model, trials: Sequence[Trial], condition: str, threads: int) -> tuple[Row, ...]:
    """Hear all of `trials` under `condition`; beside each speaker talk the others. The rows in the trials' order."""
    talk = _beside(trials)

    def result(numbered: tuple[int, Trial]) -> Result:
        seed, one = numbered
        sound = in_a_turn(condition, one.sound, seed, talk[one.speaker], as_loud=not one.words)
        began = time.thread_time()
        heard, seconds = hear(model, one.grammar, sound)
        cpu_s = time.thread_time() - began
        return Result(one, heard, 1000 * late_s(seconds, one.sound), cpu_s, seconds)

    rows: dict[str, list[Result]] = {}
    with ThreadPoolExecutor(threads) as pool:
        for done in pool.map(result, enumerate(trials)):
            for name in done.trial.rows:
                rows.setdefault(name, []).append(done)
    return tuple(Row(name, condition, tuple(results)) for name, results in rows.items())


def _beside(trials: Sequence[Trial]) -> Mapping[str, Talk]:
    """Who talks beside each speaker: all others; who is alone, is heard twice."""
    said: dict[str, list[Samples]] = {}
    for one in trials:
        said.setdefault(one.speaker, []).append(one.sound)
    others = {speaker: [said[other] for other in said if other != speaker] for speaker in said}
    return {speaker: talk_of(others[speaker] or [said[speaker]]) for speaker in said}


def align(model: Model) -> Callable[[Samples], Sequence[tuple[str, float, float]]]:
    """A function that finds digits in a sound: word, begin and end in seconds."""

    def found(sound: Samples) -> Sequence[tuple[str, float, float]]:
        decoder = model.decoder(1, _DIGITS.name)
        decoder.SetWords(True)
        decoder.AcceptWaveform(sound.tobytes())
        best = json.loads(decoder.FinalResult())["alternatives"][0].get("result", [])
        return [(one["word"].partition("@")[0], float(one["start"]), float(one["end"])) for one in best]

    return found


def misheard(rows: Iterable[Row]) -> Iterator[tuple[str, str, str, int]]:
    """What was said and heard wrongly, the most frequent first: question, said, heard ("": nothing), how often.

    Of numbers the single digits only: of a NIK no more may be told.
    """
    found: Counter[tuple[str, str, str]] = Counter()
    for one in (one for row in rows for one in row.results if one.trial.words):
        kind, said = one.trial.grammar.kind, " ".join(one.trial.words)
        if kind in _NUMBERS and one.trial.value:
            found.update((kind.value, *pair) for pair in _compared(one) if pair[0] != pair[1])
        elif not one.right:
            taken = {Verdict.ACCEPTED: "taken", Verdict.CONFIRM: "asked"}.get(one.heard.verdict, "refused")
            text = one.heard.text if kind not in _NUMBERS else "a number"
            found[one.trial.grammar.name, said, f"{text} ({taken})"] += 1
    for (question, said, heard), count in found.most_common():
        yield question, said, heard, count


def _compared(one: Result) -> list[tuple[str, str]]:
    return compared(_plain(one.trial.words), _plain(one.heard.text.split()))


def _plain(words: Sequence[str]) -> Words:
    """nol and kosong are the same."""
    zeros = INDONESIAN.numbers.zeros
    return tuple(zeros[0] if word in zeros else word for word in words)


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
