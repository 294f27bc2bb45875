"""What a spoken turn costs the recogniser alone: no sockets, no Asterisk; one thread, so one core."""

import time
from dataclasses import dataclass
from pathlib import Path

from agi.speech.examine import resident_mb
from agi.speech.grammar import DigitsGrammar, Grammar, YesNo
from agi.speech.model import Model
from agi.speech.recogniser import Recogniser
from agi.workshop.figures import percentile

_FRAME = 320
_FRAME_S = 0.02
_MENU = "menu:main"


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """What there is of a model before anybody speaks."""

    load_s: float
    model_mb: float


@dataclass(frozen=True, slots=True)
class HearingFigures:
    """`core_share`: CPU seconds for each second of `turns` at once, which answer `question`. Lag: how late a frame was
    done, ms. `turn_mb`: memory of a turn."""

    sound: str
    question: str
    turns: int
    turn_mb: float
    core_share: float
    lag_p50_ms: float
    lag_p99_ms: float

    @property
    def turns_a_core(self) -> float:
        """Turns that one core carries by its CPU time."""
        return self.turns / max(self.core_share, 1e-9)


def load(folder: Path) -> tuple[Model, ModelFigures]:
    """The model in `folder`. Raises ModelError."""
    before, began = resident_mb(), time.perf_counter()
    model = Model.load(folder)
    return model, ModelFigures(time.perf_counter() - began, resident_mb() - before)


def questions(model: Model) -> dict[str, Grammar]:
    """A question of each kind: the longest number, a short word, a menu."""
    return {"digits": DigitsGrammar(16, 16), "yesno": YesNo(), _MENU: model.grammar(_MENU)}


def measure(model: Model, question: str, name: str, sound: bytes, turns: int, seconds: float) -> HearingFigures:
    """`turns` callers answer `question` by `sound` (8 kHz, 16 bits), called `name`, over and over for `seconds`, in
    frames of 20 ms at their time."""
    before = resident_mb()
    grammar = questions(model)[question]
    callers = [_Caller(model, grammar, sound, nth) for nth in range(turns)]
    lags = []
    start, cpu = time.monotonic(), time.process_time()
    for tick in range(int(seconds / _FRAME_S)):
        due = start + tick * _FRAME_S
        time.sleep(max(0.0, due - time.monotonic()))
        for caller in callers:
            caller.step()
        lags.append(1000 * (time.monotonic() - due))
    used = time.process_time() - cpu
    turn_mb = (resident_mb() - before) / turns
    p50, p99 = percentile(lags, 0.5), percentile(lags, 0.99)
    return HearingFigures(name, question, turns, turn_mb, used / seconds, p50, p99)


class _Caller:
    """Says one thing in turns without end; callers begin at different places of it."""

    def __init__(self, model: Model, grammar: Grammar, sound: bytes, nth: int) -> None:
        self._model = model
        self._grammar = grammar
        self._sound = sound
        self._at = (nth * 7 * _FRAME) % len(sound)
        self._recogniser = self._fresh()

    def _fresh(self) -> Recogniser:
        return self._model.recogniser(self._grammar)

    def step(self) -> None:
        """Twenty milliseconds."""
        frame = self._sound[self._at : self._at + _FRAME]
        self._at += _FRAME
        if self._recogniser.feed(frame).ended or self._at >= len(self._sound):
            self._recogniser.finish()
            self._recogniser.close()
            self._recogniser = self._fresh()
            self._at %= len(self._sound)
