"""Every kind of question but the NIK, answered by synthetic voices, and spoken to by others beside the telephone."""

import csv
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path

from agi.errors import HotlineError
from agi.languages import INDONESIAN
from agi.rehearsal.voices import HELD_OUT, WORDS_A_MINUTE
from agi.speech.grammar import ChoiceGrammar, Date, DigitsGrammar, Grammar, NikRepair, Number, OneOf, YesNo
from agi.speech.sound import Samples, said
from agi.workshop.evaluation.measure import Trial

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


def trials(asked: Sequence[OneOf], voices: Sequence[str]) -> Iterator[Trial]:
    """What `voices` of espeak-ng say to the menus and lists `asked` and to all other questions. Raises CannotSpeak."""
    questions: tuple[Grammar, ...] = (YesNo(), *asked, _PIN, Number(), Date(), NikRepair())
    for question in questions:
        spoken = [*_texts(question), *(("", text) for text in OTHERS)]
        for voice, (value, text) in product(voices, spoken):
            row = f"{question.kind.value}: {'answers' if value else 'other speech'}"
            yield Trial(question, voice, _said(voice, text), tuple(text.split()), value, (row,))


def wishes(menu: ChoiceGrammar, sentences: Sequence[tuple[str, str]], voices: Sequence[str]) -> Iterator[Trial]:
    """What `voices` of espeak-ng say in whole sentences at `menu`, each with its place. Raises CannotSpeak."""
    key_of = {place: key for key, place in menu.leads.items()}
    for voice, (place, text) in product(voices, sentences):
        row = "own words: a place of the menu" if place else "own words: other speech"
        yield Trial(menu, voice, _said(voice, text), tuple(text.split()), key_of.get(place, place), (row,))


def listed(path: Path) -> tuple[tuple[str, str], ...]:
    """Places and sentences of a table with these two columns; a sentence that is meant for none has "-" for a place.

    Raises HotlineError.
    """
    try:
        rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t")
        return tuple((row["place"].replace("-", ""), row["sentence"].strip()) for row in rows)
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise HotlineError(f"{path} must be a table with the columns place and sentence, apart by tabs.") from error


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


@cache
def _said(voice: str, text: str) -> Samples:
    return said(text, voice, WORDS_A_MINUTE)
