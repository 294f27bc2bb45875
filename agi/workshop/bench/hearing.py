"""What a spoken turn costs the recogniser alone: no sockets, no Asterisk; one thread, so one core."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agi.speech.examine import resident_mb
from agi.speech.grammar import DigitsGrammar
from agi.speech.model import Model
from agi.speech.recogniser import Recogniser
from agi.workshop.figures import percentile

_FRAME = 320
_FRAME_S = 0.02
_SAYS = DigitsGrammar(16, 16)
"""The longest of questions: as many digits as a NIK has."""


@dataclass(frozen=True, slots=True)
class HearingFigures:
    """`core_share`: CPU seconds for each second of speech of `turns` at once. Lag: how late a frame was done, ms."""

    turns: int
    load_s: float
    model_mb: float
    turn_mb: float
    core_share: float
    lag_p50_ms: float
    lag_p99_ms: float
    lag_last_ms: float

    @property
    def turns_a_core(self) -> float:
        """Turns that one core carries by its CPU time."""
        return self.turns / max(self.core_share, 1e-9)


def measure(folder: Path, sounds: Sequence[bytes], turns: int, seconds: float) -> HearingFigures:
    """`turns` callers say `sounds` (8 kHz, 16 bits) over and over for `seconds`, in frames of 20 ms at their time."""
    before = resident_mb()
    began = time.perf_counter()
    model = Model.load(folder)
    load_s = time.perf_counter() - began
    loaded = resident_mb()
    callers = [_Caller(model, sounds[nth % len(sounds)], nth) for nth in range(turns)]
    lags = []
    start, cpu = time.monotonic(), time.process_time()
    for tick in range(int(seconds / _FRAME_S)):
        due = start + tick * _FRAME_S
        time.sleep(max(0.0, due - time.monotonic()))
        for caller in callers:
            caller.step()
        lags.append(1000 * (time.monotonic() - due))
    used = time.process_time() - cpu
    turn_mb = (resident_mb() - loaded) / turns
    tail = lags[-50:]
    return HearingFigures(
        turns,
        load_s,
        loaded - before,
        turn_mb,
        used / seconds,
        percentile(lags, 0.5),
        percentile(lags, 0.99),
        percentile(tail, 0.5),
    )


class _Caller:
    """Says one thing in turns without end; callers begin at different places of it."""

    def __init__(self, model: Model, sound: bytes, nth: int) -> None:
        self._model = model
        self._sound = sound
        self._at = (nth * 7 * _FRAME) % len(sound)
        self._recogniser = self._fresh()

    def _fresh(self) -> Recogniser:
        return self._model.recogniser(_SAYS)

    def step(self) -> None:
        """Twenty milliseconds."""
        frame = self._sound[self._at : self._at + _FRAME]
        self._at += _FRAME
        if self._recogniser.feed(frame).ended or self._at >= len(self._sound):
            self._recogniser.finish()
            self._recogniser.close()
            self._recogniser = self._fresh()
            self._at %= len(self._sound)
