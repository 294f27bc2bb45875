"""What is said to which questions: recordings as they are, NIKs joined from one speaker's digits, no speech at all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from agi.hearing.answers import standing
from agi.languages import INDONESIAN
from agi.speech.grammar import Date, DigitsGrammar, Grammar, Nik, NikRepair, Number, YesNo
from agi.speech.model import Model
from agi.speech.sound import Samples
from agi.workshop.evaluation.joining import join_connected, join_niks
from agi.workshop.evaluation.measure import Trial, align, meaning
from agi.workshop.nonspeech import NONSPEECH, nonspeech
from agi.workshop.recordings import Recording

QUESTIONS = ("yesno", "question:more", "menu:main", "digits", "nik", "repair", "date", "number")
"""What people answer, or cough at: named as `hotline hear --grammar` does; `digits` are six, `repair` is what is asked
when a NIK is read back."""

_NUMBERS = INDONESIAN.numbers
_FIXED: Mapping[str, Grammar] = {
    "yesno": YesNo(),
    "digits": DigitsGrammar(6, 6),
    "nik": Nik(cache(standing)),
    "repair": NikRepair(),
    "date": Date(),
    "number": Number(),
}
_SEVEN = 7


def question(model: Model, name: str) -> Grammar:
    """The grammar of one of QUESTIONS, or of any menu or list of `model`. Raises KeyError."""
    return _FIXED[name] if name in _FIXED else model.grammar(name)


@dataclass(frozen=True, slots=True)
class Material:
    """All to be heard. `most`: so many of the recordings, spread over them; `niks`: so many are joined from each
    speaker's digits; `sounds`: so many of each kind that is no speech are made.
    """

    model: Model
    recordings: Sequence[Recording]
    questions: Sequence[str]
    most: int
    niks: int
    sounds: int

    @property
    def _chosen(self) -> Sequence[Recording]:
        return self.recordings[:: max(1, len(self.recordings) // self.most)]

    def digits(self) -> Iterator[Trial]:
        """Recordings of digits, as numbers of known length; those of seven once more by themselves."""
        for one in self._chosen:
            if one.is_digits:
                length = len(one.words)
                rows = ("digits", "numbers of 7 digits") if length == _SEVEN else ("digits",)
                yield _trial(DigitsGrammar(length, length), one.speaker, _sound(one), one.words, rows)

    def joined(self) -> Iterator[Trial]:
        """NIKs of the digits of one speaker."""
        for name, niks in (
            ("NIK digit by digit", join_niks(self.recordings, self.niks)),
            ("NIK in one breath", join_connected(self.recordings, self.niks, align(self.model))),
        ):
            for one in niks:
                words = tuple(_NUMBERS.spell(one.nik).split())
                yield _trial(_FIXED["nik"], one.speaker, one.sound, words, (name,))

    def words(self) -> Iterator[Trial]:
        """Words, sentences and single digits, said to each question: an answer there, or other speech."""
        for name in self.questions:
            grammar = question(self.model, name)
            for one in self._chosen:
                if not one.is_digits or len(one.words) == 1:
                    what = "answers" if meaning(grammar, one.words) else "other speech"
                    yield _trial(grammar, one.speaker, _sound(one), one.words, (f"{name}: {what}",))

    def nonspeech(self) -> Iterator[Trial]:
        """Sounds that are no speech, at each question."""
        for name in self.questions:
            for kind in NONSPEECH:
                for seed in range(self.sounds):
                    rows = (f"{name}: no speech", f"{kind} at any question")
                    yield _trial(question(self.model, name), "", nonspeech(kind, seed), (), rows)


MEASURES: Mapping[str, Callable[[Material], Iterator[Trial]]] = {
    "digits": Material.digits,
    "niks": Material.joined,
    "words": Material.words,
    "sounds": Material.nonspeech,
}


@cache
def _sound(recording: Recording) -> Samples:
    return recording.sound()


def _trial(grammar: Grammar, speaker: str, sound: Samples, words: tuple[str, ...], rows: tuple[str, ...]) -> Trial:
    return Trial(grammar, speaker, sound, words, meaning(grammar, words), rows)
