"""Every kind of question but the NIK, answered by synthetic voices: what is heard rightly, and what else is taken."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np

from agi.languages import INDONESIAN
from agi.speech.grammar import ChoiceGrammar, Date, DigitsGrammar, Grammar, Kind, NikRepair, Number, OneOf, YesNo
from agi.speech.model import Model
from agi.speech.sound import Samples, said
from agi.speech.tuning import RATE, Thresholds, Tuning
from agi.workshop.evaluation.conditions import telephone
from agi.workshop.evaluation.measure import Decision

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

_NUMBERS = INDONESIAN.numbers
_DRAWN, _SEED = 12, 7
_FIRST_DAY, _DAYS = date(1940, 1, 1), 31_000
_PIN_DIGITS = 6
_WORDS_A_MINUTE = 140
_AROUND = RATE // 2  # samples of silence before and after
_ANY = Thresholds(accept=0.0, confirm=0.0)


@dataclass(frozen=True, slots=True)
class Answers:
    """One kind of question: how sure the recogniser was of each answer and whether it was right, and how sure of speech
    that was no answer (None where nothing was heard in it).
    """

    kind: Kind
    answers: tuple[Decision, ...]
    others: tuple[Decision, ...]

    def right(self, threshold: float) -> float:
        """Share of answers that are heard rightly with `threshold` or more."""
        return sum(one.right is True and one.confidence >= threshold for one in self.answers) / len(self.answers)

    def wrong(self, threshold: float) -> float:
        """Share of answers that are heard as another one."""
        return sum(one.right is False and one.confidence >= threshold for one in self.answers) / len(self.answers)

    def taken(self, threshold: float) -> float:
        """Share of other speech that is taken for an answer."""
        return sum(one.right is not None and one.confidence >= threshold for one in self.others) / len(self.others)


def answers(model: Model, asked: Sequence[OneOf], voices: Sequence[str]) -> tuple[Answers, ...]:
    """What `voices` of espeak-ng say to the menus and lists `asked` and to all other questions, by kind.

    Raises CannotSpeak.
    """
    questions: tuple[Grammar, ...] = (YesNo(), *asked, _PIN, Number(), Date(), NikRepair())
    found = []
    for kind in dict.fromkeys(question.kind for question in questions):
        tuning = Tuning(thresholds={kind: _ANY})
        right, others = [], []
        for question in (one for one in questions if one.kind is kind):
            for voice in voices:
                right += [_decision(model, question, tuning, voice, text, value) for value, text in _texts(question)]
                others += [_decision(model, question, tuning, voice, text, None) for text in OTHERS]
        found.append(Answers(kind, tuple(right), tuple(others)))
    return tuple(found)


_PIN = DigitsGrammar(_PIN_DIGITS, _PIN_DIGITS)


def _texts(question: Grammar) -> Iterator[tuple[str, str]]:
    """Answers to `question`, each with its value: all there are, or some drawn at random."""
    chance = random.Random(_SEED)
    match question:
        case YesNo():
            yield from (("ya", text) for text in ("ya", "iya", "betul", "ya betul", "benar"))
            yield from (("tidak", text) for text in ("tidak", "bukan", "salah", "bukan itu"))
        case ChoiceGrammar():
            yield from ((value, text) for value, texts in question.words.items() for text in texts)
        case OneOf():
            values = chance.sample(sorted(question.words), min(_DRAWN, len(question.words)))
            yield from ((value, question.words[value][0]) for value in values)
        case NikRepair():
            yield from (("2", "kelompok kedua"), ("3", "bukan kelompok ketiga"), ("tidak", "bukan"), ("ya", "ya betul"))
            for digits in _numbers(chance, 4):
                yield f"1:{digits}", f"kelompok pertama {_NUMBERS.spell(digits)}"
        case DigitsGrammar():
            yield from ((digits, _NUMBERS.spell(digits)) for digits in _numbers(chance, _PIN_DIGITS))
        case Date():
            days = [_FIRST_DAY + timedelta(chance.randrange(_DAYS)) for _ in range(_DRAWN)]
            yield from ((day.isoformat(), INDONESIAN.dates.say(day)) for day in days)
        case Number():
            values = [str(chance.randint(0, chance.choice((99, 9999, _NUMBERS.most)))) for _ in range(_DRAWN)]
            yield from ((value, _NUMBERS.say(int(value))) for value in values)


def _numbers(chance: random.Random, digits: int) -> list[str]:
    return [f"{chance.randrange(10**digits):0{digits}d}" for _ in range(_DRAWN)]


def _decision(model: Model, question: Grammar, tuning: Tuning, voice: str, text: str, value: str | None) -> Decision:
    heard = model.recogniser(question, tuning).hear_all(_said(voice, text).tobytes())
    return Decision(heard.confidence, heard.value == value if heard.value else None)


@cache
def _said(voice: str, text: str) -> Samples:
    """`text` on the telephone."""
    return telephone(np.pad(said(text, voice, _WORDS_A_MINUTE), _AROUND))
