"""What the recognising process listens with: the model, and for each question a recogniser."""

from agi.dialogue.question import Question
from agi.dialogue.turn import Said
from agi.hearing.answers import grammar_of, said
from agi.hearing.protocol import CannotListen
from agi.settings import Settings, Speech
from agi.speech.grammar import Digits
from agi.speech.model import Model, ModelError
from agi.speech.progress import Progress
from agi.speech.recogniser import Recogniser
from agi.speech.tuning import DEFAULT, Thresholds, Tuning


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
    try:
        return ModelListener(Model.load(settings.speech_built), tuning(settings.speech))
    except ModelError as wrong:
        raise CannotListen(str(wrong)) from wrong


class ModelListener:
    """The `Listener` that hears with `model`."""

    def __init__(self, model: Model, tuning: Tuning) -> None:
        self._model = model
        self._tuning = tuning

    def recogniser(self, question: Question, rest: int, *, first: bool) -> "TurnRecogniser":
        """For a whole answer, or with `rest` for the last digits. Raises `CannotListen` where the model does not know
        the question.
        """
        try:
            grammar = grammar_of(question, self._model.grammar)
        except KeyError:
            raise CannotListen(question.grammar) from None
        if grammar.name not in self._model.names:
            raise CannotListen(question.grammar)
        if rest:
            grammar = Digits(1, rest, language=grammar.language)
        before = self._tuning.after_speech_ms if question.after_speech else self._tuning.opening_ms
        # Where speech does not count during the prompt, what is heard first was begun during this turn.
        opening_ms = before if first and question.voice_barge_in else 0
        return TurnRecogniser(self._model.recogniser(grammar, self._tuning, opening_ms=opening_ms), question, rest)


class TurnRecogniser:
    """A recogniser of `agi.speech` in the words of the turn."""

    def __init__(self, inner: Recogniser, question: Question, rest: int) -> None:
        self._inner = inner
        self._question = question
        self._rest = rest

    def feed(self, sound: bytes, sent: bytes) -> Progress:
        """Listen to `sound`."""
        return self._inner.feed(sound, sent)

    def finish(self) -> Said:
        """What was said."""
        return said(self._inner.finish(), self._question, self._rest)

    def close(self) -> None:
        """Let go of the decoder."""
        self._inner.close()
