"""Whether a model hears: known answers are spoken to it by espeak-ng."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agi.languages import INDONESIAN
from agi.speech.answer import Heard
from agi.speech.grammar import DigitsGrammar, Grammar, YesNo
from agi.speech.model import Model, ModelError
from agi.speech.sound import CannotSpeak, Samples, said
from agi.speech.tuning import RATE

_VOICE, _WORDS_A_MINUTE = "id", 130
_SPOKEN: tuple[tuple[str, Grammar, str], ...] = (
    (INDONESIAN.numbers.spell("01234"), DigitsGrammar(5, 5), "01234"),
    (INDONESIAN.numbers.spell("56789"), DigitsGrammar(5, 5), "56789"),
    ("ya betul", YesNo(), "ya"),
    ("tidak", YesNo(), "tidak"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What espeak-ng said, what the model heard, and whether that means the same."""

    said: str
    heard: str
    right: bool


@dataclass(frozen=True, slots=True)
class Examined:
    """What came out. `trouble`: why the model cannot be used at all, in one sentence, or "".

    There are no answers where espeak-ng is missing: then the model has only been loaded. `megabytes`: memory that
    loading and hearing took.
    """

    trouble: str = ""
    answers: tuple[Answer, ...] = ()
    load_s: float = 0.0
    megabytes: float = 0.0


def examine(folder: Path) -> Examined:
    """Load the model in `folder` and let it hear digits, yes and no."""
    before, began = resident_mb(), time.monotonic()
    try:
        model = Model.load(folder)
        load_s = time.monotonic() - began
        answers = []
        for text, grammar, value in _SPOKEN:
            heard = _hear(model, grammar, said(text, _VOICE, _WORDS_A_MINUTE))
            answers.append(Answer(text, heard.text, heard.value == value))
    except CannotSpeak:
        answers = []
    except ModelError as error:
        return Examined(str(error))
    except KeyError as error:
        return Examined(f"{folder} lacks the grammar {error}: run `hotline up`.")
    return Examined("", tuple(answers), load_s, max(0.0, resident_mb() - before))


def resident_mb() -> float:
    """The memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def _hear(model: Model, grammar: Grammar, sound: Samples) -> Heard:
    """What the model hears in `sound`. Raises KeyError, ModelError."""
    quiet = np.zeros(RATE // 2, np.int16)
    recogniser = model.recogniser(grammar)
    try:
        return recogniser.hear_all(np.concatenate((quiet, sound, quiet)).tobytes())
    except Exception as error:  # vosk raises the bare class, and nothing else
        raise ModelError(f"Vosk cannot hear with {model.folder} ({error}): name another in speech.model.") from error
