"""How a turn listens: times and thresholds, by kind of question."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agi.speech.grammar import Kind

RATE = 8000
"""Samples a second everywhere in this room; 16 bits, one channel."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Confidence (0 to 1) from which an answer is taken unasked, and from which it is worth asking "is that right?"."""

    accept: float
    confirm: float


DEFAULT: Mapping[Kind, Thresholds] = {kind: Thresholds(0.9, 0.5) for kind in Kind}


@dataclass(frozen=True, slots=True)
class Tuning:
    """Times are milliseconds of audio.

    `whole_ms`: silence after which a whole answer that cannot go on is taken. `open_ms`: the same for an answer that
    could go on ("dua", "dua puluh"). `partial_ms`: silence after which an answer that is not whole is given up;
    `digits_ms`: the same for numbers, which are said in groups. `stable_ms`: in noise without silence, how long a
    whole answer must stay unchanged. `lead_ms`: audio from before the first sound that is decoded with it.
    """

    thresholds: Mapping[Kind, Thresholds] = field(default_factory=lambda: DEFAULT)
    readings: int = 50
    whole_ms: int = 220
    open_ms: int = 700
    partial_ms: int = 1200
    digits_ms: int = 2500
    stable_ms: int = 300
    lead_ms: int = 400
