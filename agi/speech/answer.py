"""From the readings of what was said to one answer: taken, to be confirmed, or refused; never guessed."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from agi.languages.language import Command, Words
from agi.languages.pieces import UNKNOWN
from agi.speech.grammar import Grammar, Kind, Nik, NikStanding
from agi.speech.graph import MARK
from agi.speech.network import UNKNOWN_ELSEWHERE
from agi.speech.tuning import Thresholds, Tuning


class Verdict(StrEnum):
    """What to do with what was heard."""

    ACCEPTED = "accepted"  # take it
    CONFIRM = "confirm"  # ask "is that right?"
    REJECTED = "rejected"  # speech, but no answer we may trust: no-match
    SILENCE = "silence"  # no speech, or nothing but fillers: the caller has not answered yet


@dataclass(frozen=True, slots=True)
class Progress:
    """`speaking`: the caller talks now. `started`: speech was heard in this turn. `ended`: the answer is over, ask for
    it with `finish`.
    """

    speaking: bool
    started: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What a turn gave. `value` is "" unless accepted or to be confirmed. Private on questions for numbers.

    `command` is set instead of `value` when the caller gave one. `alternatives`: other values, best first.
    """

    verdict: Verdict
    value: str = ""
    command: Command | None = None
    text: str = ""
    confidence: float = 0.0
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the sound: words and their score (logarithm)."""

    words: Words
    score: float

    @property
    def text(self) -> str:
        """The words as a text."""
        return " ".join(self.words)


@dataclass(slots=True)
class _Outcome:
    """All readings that mean the same."""

    value: str
    command: Command | None
    reading: Reading
    share: float = 0.0


def readings(result: str) -> tuple[Reading, ...]:
    """The alternatives of a Vosk result, best first."""
    found = json.loads(result).get("alternatives", [])
    return tuple(Reading(_unmarked(one["text"]), float(one["confidence"])) for one in found)


def partial_words(result: str) -> Words:
    """The words of a Vosk partial result."""
    return _unmarked(json.loads(result).get("partial", ""))


def decide(grammar: Grammar, found: Sequence[Reading], thresholds: Mapping[Kind, Thresholds]) -> Heard:
    """What `found` (best first) mean on the question of `grammar`."""
    spoken = [one for one in found if one.words]
    if not spoken or (found and not found[0].words):
        return Heard(Verdict.SILENCE)
    said = spoken[0].words
    if grammar.language.idle(said) and not grammar.language.command(said) and not grammar.values(said):
        return Heard(Verdict.SILENCE, text=spoken[0].text)
    outcomes = _outcomes(grammar, spoken)
    meant = [one for one in outcomes if one.value or one.command]
    if isinstance(grammar, Nik):
        meant = _nik_order(grammar, meant)
    if not meant:
        return Heard(Verdict.REJECTED, text=spoken[0].text)
    best = meant[0]
    words = best.reading.words
    limits = thresholds[grammar.kind_of(words)]
    others = tuple(one.value for one in meant[1:] if one.value)
    certain = best.reading.score >= spoken[0].score
    doubtful = isinstance(grammar, Nik) and not certain
    if not best.command and grammar.doubtful(words):
        doubtful = True
        others = tuple(dict.fromkeys((*grammar.values(words)[1:], *others)))
    confidence = min(best.share, limits.accept * 0.99) if doubtful else best.share
    resembles = grammar.kind is Kind.OPTIONS and _resembles(grammar, outcomes)
    if confidence >= limits.accept and not resembles:
        verdict = Verdict.ACCEPTED
    elif confidence >= limits.confirm or (certain and resembles):
        verdict = Verdict.CONFIRM
    else:
        return Heard(Verdict.REJECTED, text=spoken[0].text, confidence=confidence, alternatives=others)
    return Heard(verdict, best.value, best.command, best.reading.text, confidence, others)


def voiced(heard: Heard, share: float, tuning: Tuning) -> Heard:
    """What is left of `heard` where `share` of the sound (see `Voicing`) is voice: nothing but a voice says words."""
    if share < tuning.some_voice:
        return Heard(Verdict.SILENCE)
    if share < tuning.sure_voice and heard.verdict in (Verdict.ACCEPTED, Verdict.CONFIRM):
        return replace(heard, verdict=Verdict.REJECTED, value="", command=None)
    return heard


def _resembles(grammar: Grammar, outcomes: Sequence[_Outcome]) -> bool:
    """Whether a word that is no answer was nearly heard instead: many people's "tidak" is nearer to "tiga"."""
    return any(not (one.value or one.command) and one.reading.text in grammar.decoys for one in outcomes)


def _outcomes(grammar: Grammar, spoken: Sequence[Reading]) -> list[_Outcome]:
    """The readings gathered by meaning, each with its share of the probability; the likeliest first.

    A NIK is structured: what cannot be one was never said, so only what can be one shares the probability.
    """
    top = spoken[0].score
    found: dict[tuple[str, Command | None, str], _Outcome] = {}
    for one in spoken:
        value = next(iter(grammar.values(one.words)), "")
        given = None if value else grammar.language.command(one.words)
        key = (value, given, "" if value or given else one.text)
        outcome = found.setdefault(key, _Outcome(value, given, one))
        outcome.share += math.exp(one.score - top)
    outcomes = list(found.values())
    if isinstance(grammar, Nik):
        outcomes = [one for one in outcomes if one.value or one.command]
    total = sum(one.share for one in outcomes) or 1.0
    for outcome in outcomes:
        outcome.share /= total
    return sorted(outcomes, key=lambda one: -one.share)


def _nik_order(grammar: Nik, meant: list[_Outcome]) -> list[_Outcome]:
    """Known districts before unknown ones: retired codes are rare, misreadings are not."""
    return sorted(meant, key=lambda one: not one.command and grammar.standing(one.value) is not NikStanding.KNOWN)


def _unmarked(text: str) -> Words:
    words = (word.partition(MARK)[0] for word in text.split())
    return tuple(UNKNOWN if word in UNKNOWN_ELSEWHERE else word for word in words)
