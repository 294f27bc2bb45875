"""One synthetic caller in one turn: what the hotline hears of them, as it hears a call."""

import numpy as np

from agi.rehearsal.conditions import LEAD
from agi.speech.answer import Heard
from agi.speech.grammar import Grammar
from agi.speech.model import Model
from agi.speech.sound import Samples
from agi.speech.tuning import RATE, Tuning

_FRAME = RATE // 50
_USUAL = Tuning()


def hear(model: Model, grammar: Grammar, sound: Samples, tuning: Tuning = _USUAL) -> tuple[Heard, float]:
    """What a call hears in a turn with `sound`, fed in frames of 20 ms, and the seconds until the turn has ended."""
    recogniser = model.recogniser(grammar, tuning, opening_ms=tuning.opening_ms)
    try:
        for begin in range(0, len(sound), _FRAME):
            if recogniser.feed(sound[begin : begin + _FRAME].tobytes()).ended:
                return recogniser.finish(), (begin + _FRAME) / RATE
        return recogniser.finish(), len(sound) / RATE
    finally:
        recogniser.close()


def late_s(seconds: float, sound: Samples) -> float:
    """How long after the last of `sound` a turn ended that took `seconds`; below 0 if it ended before."""
    return seconds - (LEAD + _end(sound)) / RATE


def _end(sound: Samples) -> int:
    """Where the last sound above a thirtieth of the loudest (-30 dB) ends."""
    frames = (sound[: len(sound) // 80 * 80].astype(np.float64).reshape(-1, 80) ** 2).mean(axis=1)
    return 80 * int(np.flatnonzero(frames > frames.max() / 1000)[-1] + 1) if frames.any() else 0
