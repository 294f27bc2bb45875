"""Sentences of callers' own, said by synthetic voices at the main menu: to which place they lead, and how surely."""

import csv
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from agi.errors import HotlineError
from agi.speech.answer import Heard, Verdict
from agi.speech.grammar import ChoiceGrammar
from agi.speech.model import Model
from agi.speech.sound import Samples, said
from agi.speech.tuning import RATE
from agi.workshop.evaluation.conditions import Babble, babble_of, degrade

NOTHING = "-"
"""The place of sentences that are meant for nobody here."""

_WORDS_A_MINUTE = (135, 150, 165)
_BEFORE, _AFTER = RATE, 2 * RATE
_FRAME = RATE // 50
_START = "menu:main"


@dataclass(frozen=True, slots=True)
class Sentence:
    """What somebody may say, and the places that are right for it; none for what is meant for nobody here."""

    text: str
    places: frozenset[str]


class Outcome(StrEnum):
    """What came of a sentence."""

    RIGHT = "right"
    ASKED = "right when asked"  # the place, or the second one that is offered, is read back
    ASKED_WRONG = "asked, but wrong"
    WRONG = "wrong"
    UNHEARD = "not understood"


@dataclass(frozen=True, slots=True)
class Trial:
    """One sentence, said by one voice under one condition. `cpu`: seconds of processor for a second of sound."""

    sentence: Sentence
    voice: str
    condition: str
    heard: Heard
    outcome: Outcome
    cpu: float


def listed(path: Path) -> tuple[Sentence, ...]:
    """The sentences of a table with the columns place and sentence; places apart by "|". Raises HotlineError."""
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t"))
        return tuple(
            Sentence(row["sentence"], frozenset(row["place"].split("|")) - {NOTHING}) for row in rows if row["sentence"]
        )
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise HotlineError(f"{path} must be a table with the columns place and sentence, apart by tabs.") from error


def trials(
    model: Model, sentences: Sequence[Sentence], voices: Sequence[str], conditions: Sequence[str]
) -> Iterator[Trial]:
    """Every sentence by every voice under each of `conditions`, heard as in a call. Raises CannotSpeak."""
    babble = babble_of([said(one.text, voices[0], _WORDS_A_MINUTE[0]) for one in sentences[:8]], seed=1)
    for nth, sentence in enumerate(sentences):
        for number, voice in enumerate(voices):
            rate = _WORDS_A_MINUTE[(nth + number) % len(_WORDS_A_MINUTE)]
            sound = np.pad(said(sentence.text, voice, rate), (_BEFORE, _AFTER))
            for condition in conditions:
                yield _trial(model, sentence, voice, condition, sound, babble, nth)


def _trial(
    model: Model, sentence: Sentence, voice: str, condition: str, sound: Samples, babble: Babble, seed: int
) -> Trial:
    grammar = model.grammar(_START)
    assert isinstance(grammar, ChoiceGrammar)  # noqa: S101 - every menu is one
    pcm = degrade(condition, sound, seed, babble).tobytes()
    began = time.thread_time()
    recogniser = model.recogniser(grammar)
    for begin in range(0, len(pcm), 2 * _FRAME):
        if recogniser.feed(pcm[begin : begin + 2 * _FRAME]).ended:
            break
    heard = recogniser.finish()
    cpu = (time.thread_time() - began) / (len(pcm) / 2 / RATE)
    return Trial(sentence, voice, condition, heard, _outcome(sentence, heard, grammar), cpu)


def _outcome(sentence: Sentence, heard: Heard, grammar: ChoiceGrammar) -> Outcome:
    offered = [grammar.leads.get(value, value) for value in (heard.value or str(heard.command), *heard.alternatives)]
    match heard.verdict:
        case Verdict.ACCEPTED:
            return Outcome.RIGHT if offered[0] in sentence.places else Outcome.WRONG
        case Verdict.CONFIRM:
            return Outcome.ASKED if sentence.places & set(offered[:2]) else Outcome.ASKED_WRONG
    return Outcome.UNHEARD
