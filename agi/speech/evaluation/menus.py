"""How well words in a grammar are heard, and what else is taken for them: said by synthetic voices."""

import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agi.speech.answer import Heard, Verdict
from agi.speech.evaluation.conditions import Babble, degrade
from agi.speech.grammar import Grammar, Options, YesNo
from agi.speech.model import Model
from agi.speech.sound import Samples, read
from agi.speech.tuning import RATE

HELD_OUT = ("Andy", "Annie", "f4", "grandma", "klatt2", "m3", "michel", "pablo", "steph", "zac")
"""Variants of espeak-ng that no network of ours is trained on: what it hears of these is a figure."""

VOICES = (*(f"id+{variant}" for variant in HELD_OUT), "ms")
"""Those, and the Malay voice."""

OTHERS = (
    *("hari ini hujan terus", "sebentar ya saya ambil kacamata dulu", "di mana tasnya", "anak saya sakit panas"),
    *("besok kita ke pasar pagi", "tadi malam listrik padam", "jangan lupa beli beras", "mobilnya sudah diperbaiki"),
    *("saya sedang di jalan", "televisinya kecilkan sedikit", "ibu sudah makan belum", "wah ramai sekali di sini"),
    *("kopinya tanpa gula", "bis nomor berapa yang ke sana", "coba lihat di dalam lemari", "aduh salah pencet"),
    *("sepertinya begitu", "nanti sore saja ketemunya", "lampu merah belok kiri", "harga cabai naik lagi"),
)
"""What people say beside the telephone, not to it."""

_WORDS_A_MINUTE, _LIMIT_S = "140", 30
_AROUND = RATE // 2  # samples of silence before and after


@dataclass(frozen=True, slots=True)
class Shares:
    """How often, of how many."""

    right: int
    of: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.right / max(self.of, 1)


@dataclass(frozen=True, slots=True)
class MenuScore:
    """One voice: options and yes/no that were heard rightly (taken or read back), other speech that was taken unasked
    and that was taken or read back.
    """

    voice: str
    options: Shares
    yes_no: Shares
    taken: Shares
    asked: Shares


def menus(model: Model, menus: Sequence[Options], voice: str, condition: str, babble: Babble) -> MenuScore:
    """Every way to say every option, yes and no, and OTHERS at every question, as `voice` says them."""
    said = _Said(voice, condition, babble)
    yes_no = YesNo()
    options = [_right(model, menu, menu.words, said) for menu in menus]
    questions: tuple[Grammar, ...] = (*menus, yes_no)
    others = [_heard(model, question, said(text)) for question in questions for text in OTHERS]
    return MenuScore(
        voice,
        Shares(sum(one.right for one in options), sum(one.of for one in options)),
        _right(model, yes_no, {"ya": ("ya", "iya", "betul", "ya betul"), "tidak": ("tidak", "bukan", "salah")}, said),
        Shares(sum(one.verdict is Verdict.ACCEPTED for one in others), len(others)),
        Shares(sum(one.verdict in (Verdict.ACCEPTED, Verdict.CONFIRM) for one in others), len(others)),
    )


class _Said:
    """Texts as a voice of espeak-ng says them on the telephone; each is made once."""

    def __init__(self, voice: str, condition: str, babble: Babble) -> None:
        self._voice, self._condition, self._babble = voice, condition, babble
        self._made: dict[str, Samples] = {}

    def __call__(self, text: str) -> Samples:
        """`text`. Raises OSError, subprocess.SubprocessError where espeak-ng cannot say it."""
        if text not in self._made:
            with tempfile.NamedTemporaryFile(suffix=".wav") as file:
                command = ("espeak-ng", "-v", self._voice, "-s", _WORDS_A_MINUTE, "-w", file.name, text)
                subprocess.run(command, check=True, capture_output=True, timeout=_LIMIT_S)
                sound = np.pad(read(Path(file.name)) // 2, _AROUND)
            self._made[text] = degrade(self._condition, sound, len(self._made), self._babble)
        return self._made[text]


def _right(
    model: Model, grammar: Grammar, words: Mapping[str, Sequence[str]], said: Callable[[str], Samples]
) -> Shares:
    pairs = [(value, text) for value, texts in words.items() for text in texts]
    return Shares(sum(_heard(model, grammar, said(text)).value == value for value, text in pairs), len(pairs))


def _heard(model: Model, grammar: Grammar, sound: Samples) -> Heard:
    recogniser = model.recogniser(grammar)
    recogniser.hear_all(sound.tobytes())
    return recogniser.finish()
