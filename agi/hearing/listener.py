"""What the recognising process listens with: the model, and for each question a recogniser."""

from agi.dialogue.question import Question
from agi.dialogue.turn import Said, Voice
from agi.hearing.answers import grammar_of, said
from agi.hearing.listening import Make, Recogniser
from agi.hearing.worker import CannotListen
from agi.settings import Settings, Speech
from agi.speech.grammar import Digits
from agi.speech.model import Model, ModelError
from agi.speech.recogniser import Recogniser as SpeechRecogniser
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

    def maker(self, question: Question) -> Make:
        """What makes the recognisers of `question`'s turn. Raises `CannotListen` where the model does not know it."""
        try:
            whole = grammar_of(question, self._model.grammar)
        except KeyError:
            raise CannotListen(question.grammar) from None
        if whole.name not in self._model.names:
            raise CannotListen(question.grammar)
        before = self._tuning.after_speech_ms if question.after_speech else self._tuning.opening_ms

        def make(rest: int, first: bool) -> Recogniser:
            heard_for = Digits(1, rest, language=whole.language) if rest else whole
            # Where speech does not count during the prompt, what is heard first was begun during this turn.
            opening_ms = before if first and question.voice_barge_in else 0
            return _Adapted(self._model.recogniser(heard_for, self._tuning, opening_ms=opening_ms), question, rest)

        return make


class _Adapted:
    """A recogniser of `agi.speech` in the words of the turn."""

    def __init__(self, inner: SpeechRecogniser, question: Question, rest: int) -> None:
        self._inner = inner
        self._question = question
        self._rest = rest

    def feed(self, sound: bytes, sent: bytes) -> tuple[Voice, bool]:
        """Listen to `sound`."""
        partial = self._inner.feed(sound, sent)
        return Voice(partial.speaking, partial.started), partial.ended

    def finish(self) -> Said:
        """What was said."""
        return said(self._inner.finish(), self._question, self._rest)

    def close(self) -> None:
        """Let go of the decoder."""
        self._inner.close()
