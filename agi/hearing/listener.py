"""What the recognising process listens with: the model, and for each question a recogniser."""

from functools import lru_cache

from agi.dialogue.question import Question
from agi.editions.store import Editions, NoEdition
from agi.hearing.answers import grammar_of
from agi.hearing.protocol import CannotListen
from agi.settings import Settings
from agi.settings.tables import Speech
from agi.speech.grammar import DigitsGrammar
from agi.speech.model import Model, ModelError
from agi.speech.recogniser import Recogniser
from agi.speech.tuning import DEFAULT, Thresholds, Tuning

_LOADED = 3
"""Models kept in memory, of 14 MB each: calls in progress may belong to several editions."""


def tuning(speech: Speech) -> Tuning:
    """How turns listen: the measured thresholds, and what the settings say instead of them."""
    own = {
        kind: Thresholds(
            speech.accept.get(kind.value, limits.accept),
            speech.confirm.get(kind.value, limits.confirm),
        )
        for kind, limits in DEFAULT.items()
    }
    return Tuning(thresholds=own)


def model_listener() -> "ModelListener":
    """The listener of this installation, for the recognising process. Raises `CannotListen`."""
    settings = Settings()
    return ModelListener(Editions(settings.editions_folder), tuning(settings.speech))


class ModelListener:
    """Hears each question with the model of its edition. Raises `CannotListen` where the current
    one has none."""

    def __init__(self, editions: Editions, tuning: Tuning) -> None:
        self._editions = editions
        self._tuning = tuning
        self._loaded = lru_cache(_LOADED)(self._load)
        self._model(0)

    def recogniser(self, question: Question, rest: int, *, first: bool) -> Recogniser:
        """For a whole answer, or with `rest` for the last digits of a number. `first`: it hears the turn from its
        beginning. Raises `CannotListen` where the model does not know the question.
        """
        model = self._model(question.edition)
        try:
            grammar = grammar_of(question, model.grammar)
        except KeyError:
            raise CannotListen(question.grammar) from None
        if grammar.name not in model.names:
            raise CannotListen(question.grammar)
        if rest:
            grammar = DigitsGrammar(1, rest, language=grammar.language)
        times = self._tuning.slower() if question.slow else self._tuning
        # Who is heard as soon as it is listened began before: with the last answer, or over a prompt where none counts.
        before_ms = times.after_speech_ms if question.after_speech and question.voice_barge_in else times.opening_ms
        opening_ms = before_ms if first else 0
        return model.recogniser(grammar, times, opening_ms=opening_ms)

    def _model(self, edition: int) -> Model:
        """The model of an edition (0: the current one), loaded when it is first asked for, in some 50 ms."""
        return self._loaded(edition or self._editions.current_number())

    def _load(self, number: int) -> Model:
        try:
            return Model.load(self._editions.edition(number).model)
        except (ModelError, NoEdition) as wrong:
            raise CannotListen(str(wrong)) from wrong
