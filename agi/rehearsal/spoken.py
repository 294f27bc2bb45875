"""The words of a question, said by several voices on several lines, and what is heard of them."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import product
from statistics import median

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from agi.dialogue.spoken import INTENTS
from agi.languages.pieces import UNKNOWN
from agi.rehearsal.asked import Asked
from agi.rehearsal.callers import hear, late_s
from agi.rehearsal.conditions import CLEAN, in_a_turn
from agi.rehearsal.result import Mistake, Way
from agi.rehearsal.voices import WORDS_A_MINUTE
from agi.speech.answer import Heard, Verdict
from agi.speech.grammar import ChoiceGrammar, Grammar
from agi.speech.model import Model
from agi.speech.sound import said
from agi.speech.tuning import Tuning
from agi.voice.clips import Progress

LINES: Mapping[str, str] = {"di tempat sepi": CLEAN, "di tempat ramai": "noise 15 dB"}
"""Where callers stand, and what the line makes of them there."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One way to say the option `key` of `question`; `grammar` listens."""

    question: str
    grammar: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What was heard of it in one voice on one line.

    `value`: the option, or the place, "" for a command and where nothing was understood. `text`: the words that were
    understood. `late_s`: from the last word to the answer.
    """

    saying: Saying
    verdict: Verdict
    value: str
    text: str
    late_s: float

    @property
    def right(self) -> bool:
        """Whether it was understood, unasked or asked back."""
        return self.value == self.saying.key


def sayings(asked: Sequence[Asked]) -> tuple[Saying, ...]:
    """All that is said to these questions."""
    return tuple(
        Saying(one.name, one.grammar, option.key, way) for one in asked for option in one.options for way in option.ways
    )


def listen(
    model: Model,
    what: Sequence[Saying],
    aloud: Callable[[str], str],
    voices: Sequence[str],
    tuning: Tuning,
    progress: Progress,
) -> tuple[Turn, ...]:
    """Hear everything in each of `voices` on each line; `aloud` tells how words are read to them.

    The same words give the same turns. Raises CannotSpeak.
    """
    rounds = tuple(enumerate(product(what, voices, LINES.values())))
    spoken = cache(lambda text, voice: said(aloud(text), voice, WORDS_A_MINUTE))
    found: list[Turn] = []

    def turn(numbered: tuple[int, tuple[Saying, str, str]]) -> Turn:
        seed, (one, voice, line) = numbered
        sound = spoken(one.text, voice)
        grammar = model.grammar(one.grammar)
        heard, seconds = hear(model, grammar, in_a_turn(line, sound, seed, _nobody), tuning)
        text = heard.text.replace(UNKNOWN, "…") if heard.command or heard.value else ""
        return Turn(one, heard.verdict, _value(heard, one, grammar), text, late_s(seconds, sound))

    with ThreadPoolExecutor(_threads()) as pool:
        try:
            for one in pool.map(turn, rounds):
                found.append(one)
                progress(len(found), len(rounds))
        finally:
            pool.shutdown(cancel_futures=True)
    return tuple(found)


def ways(turns: Sequence[Turn]) -> Mapping[Saying, Way]:
    """What came of each saying."""
    found: dict[Saying, list[Turn]] = {}
    for one in turns:
        found.setdefault(one.saying, []).append(one)
    return {saying: _way(saying.text, heard) for saying, heard in found.items()}


def mistakes(turns: Sequence[Turn], called: Callable[[str], str]) -> tuple[Mistake, ...]:
    """What was taken for something else, or for nothing, the most frequent first.

    `called`: what people call an option, or a place.
    """
    times = Counter(one.saying for one in turns)
    wrong = Counter((one.saying, one.value, one.text) for one in turns if not one.right)
    return tuple(
        Mistake(one.question, called(one.key), one.text, called(key), text, count, times[one])
        for (one, key, text), count in sorted(wrong.items(), key=lambda found: -found[1] / times[found[0][0]])
    )


def _way(text: str, turns: Sequence[Turn]) -> Way:
    right = [one for one in turns if one.right]
    asked = sum(one.verdict is Verdict.CONFIRM for one in right)
    return Way(text, len(turns), len(right), asked, median(one.late_s for one in right) if right else None)


def _value(heard: Heard, one: Saying, grammar: Grammar) -> str:
    """Who wishes for a place that an option leads to is heard as choosing that option: it is the place all the same."""
    if one.question == INTENTS and isinstance(grammar, ChoiceGrammar):
        return grammar.leads.get(heard.value, heard.value)
    return heard.value


def _nobody(length: int, _: Generator) -> NDArray[np.float64]:
    """Who talks beside the caller."""
    return np.zeros(length)


def _threads() -> int:
    """Half of the processors: callers need the others."""
    return max(1, (os.cpu_count() or 2) // 2)
