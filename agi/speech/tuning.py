"""How a turn listens: times and thresholds, by kind of question."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from agi.speech.grammar import Kind

RATE = 8000
"""Samples a second everywhere in this room; 16 bits, one channel."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Confidence (0 to 1) from which an answer is taken unasked, and from which it is worth asking "is that right?"."""

    accept: float
    confirm: float


_WORDS = Thresholds(accept=0.9, confirm=0.5)
"""Menus, yes and no, lists. The curve: `hotline speech eval-voices` (espeak-ng voices not trained on). Heard rightly /
as another one / other speech taken, in percent, menus (n = 1,177 and 2,200): from 0.5 97.6 / 0 / 0, from 0.9 95.8 /
0 / 0; yes and no (99 and 220): 99.0 / 0 / 0, 98.0 / 0 / 0; lists (198 and 440): 98.0 / 0.5 / 1.8, 97.0 / 0 / 1.4."""

_NUMBERS = Thresholds(accept=0.9, confirm=0.3)
"""The same for six digits, numbers, dates, repairs (n = 132 to 176, and 220): from 0.3 98.5 to 100 / 0 to 1.5 / 0;
from 0.9 93.9 (dates) to 100 / 0 / 0: what is heard wrongly is asked about."""

_NIK = Thresholds(accept=0.98, confirm=0.02)
"""0.98 is a margin of 4 between the best valid NIK and the next. The curve: `hotline speech eval --measure niks`. A NIK
is read back when in doubt, so nearly every valid one is worth asking about."""

_INTENTS = Thresholds(accept=0.9, confirm=0.3)
"""Sentences of the caller's own. The curve: `hotline speech eval-voices --sentences tests/fixtures/own_words.tsv`."""

_LONE_WORD = Thresholds(accept=0.9, confirm=0.85)
"""One word that tells in a sentence of the caller's own: "saluran" is heard in "belikan sayur di pasar", with 0.4."""

DEFAULT: Mapping[Kind, Thresholds] = {
    Kind.YES_NO: _WORDS,
    Kind.OPTIONS: _WORDS,
    Kind.LIST: _WORDS,
    Kind.REPAIR: _NUMBERS,
    Kind.DIGITS: _NUMBERS,
    Kind.NUMBER: _NUMBERS,
    Kind.DATE: _NUMBERS,
    Kind.NIK: _NIK,
    Kind.INTENTS: _INTENTS,
    Kind.LONE_WORD: _LONE_WORD,
}


@dataclass(frozen=True, slots=True)
class Tuning:
    """Times are milliseconds of audio.

    `whole_ms`: silence after which a whole answer that cannot go on is taken. `longer_ms`: the same where words may
    follow that mean the same ("status", "status dokumen"), and after a number that may be whole. `open_ms`: the same
    for an answer that could go on ("dua", "dua puluh"). `partial_ms`: silence after which an answer that is not whole
    is given up; `digits_ms`: the same for numbers, which are said in groups. In noise without silence it all takes
    `in_noise_ms` more, and where others talk as loudly as the caller `among_talk_ms`. `longest_ms`: no answer
    lasts longer. `lead_ms`: audio from before the first sound that is decoded with it.
    `opening_ms`: who is heard so soon after a question began has begun before it; `after_speech_ms`: the same after a
    spoken answer, which may go on after a pause: to hear the question takes 0.1 s, to react to it 0.2 s.
    `some_voice`, `sure_voice`: what is less of a voice (see `Voicing`) is none, and is no answer that may be taken.
    """

    thresholds: Mapping[Kind, Thresholds] = field(default_factory=lambda: DEFAULT)
    readings: int = 50
    whole_ms: int = 220
    longer_ms: int = 360
    open_ms: int = 700
    partial_ms: int = 1200
    digits_ms: int = 2500
    in_noise_ms: int = 80
    among_talk_ms: int = 980
    longest_ms: int = 30_000
    lead_ms: int = 400
    opening_ms: int = 120
    after_speech_ms: int = 300
    some_voice: float = 0.55
    sure_voice: float = 0.6

    def slower(self) -> "Tuning":
        """For a caller who has asked for more time: pauses within an answer may be twice as long."""
        return replace(self, open_ms=2 * self.open_ms, partial_ms=2 * self.partial_ms, digits_ms=2 * self.digits_ms)
