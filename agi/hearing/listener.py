"""From a question to a recogniser, and from what it heard to an answer: where `agi.speech` meets the dialogue."""

from collections.abc import Callable
from dataclasses import replace

from agi.books.numbers import check_nik
from agi.dialogue.question import Answer, Digits, Mode, Options, Question, Result
from agi.dialogue.turn import Said, Voice
from agi.hearing.listening import Make, Recogniser
from agi.hearing.worker import CannotListen
from agi.languages.language import Command
from agi.settings import Settings, Speech
from agi.speech import grammar as grammars
from agi.speech.answer import Heard, Verdict
from agi.speech.grammar import Grammar, NikStanding
from agi.speech.model import Model, ModelError
from agi.speech.recogniser import Recogniser as SpeechRecogniser
from agi.speech.tuning import DEFAULT, Thresholds, Tuning

HELP = "bantuan"
"""The value of a no-match by which a caller asks for help."""
_COMMANDS = {Command.REPEAT: Result.REPEAT, Command.BACK: Result.BACK, Command.AGENT: Result.AGENT}
_YES_NO = {"ya": "1", "tidak": "2"}


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
        whole = _grammar(self._model, question)
        if whole.name not in self._model.names:
            raise CannotListen(question.grammar)
        before = self._tuning.after_speech_ms if question.after_speech else self._tuning.opening_ms

        def make(rest: int, first: bool) -> Recogniser:
            heard_for = grammars.Digits(1, rest) if rest else whole
            # Where speech does not count during the prompt, what is heard first was begun during this turn.
            opening_ms = before if first and question.voice_barge_in else 0
            return _Adapted(self._model.recogniser(heard_for, self._tuning, opening_ms=opening_ms), question, rest)

        return make


def _grammar(model: Model, question: Question) -> Grammar:
    accepts = question.accepts
    match question.grammar:
        case "yesno":
            return grammars.YesNo()
        case "nik":
            return grammars.Nik(standing)
        case "digits" if isinstance(accepts, Digits):
            return grammars.Digits(accepts.least, accepts.most)
        case "repair":
            return grammars.NikRepair()
        case "date":
            return grammars.Date()
        case "number":
            return grammars.Number()
    try:
        return model.grammar(question.grammar)
    except KeyError:
        raise CannotListen(question.grammar) from None


def standing(nik: str) -> NikStanding:
    """What the books say of 16 digits: whether they can be a NIK, and whether its district is known."""
    found = check_nik(nik)
    if not found.valid:
        return NikStanding.INVALID
    return NikStanding.UNKNOWN_REGION if found.warnings else NikStanding.KNOWN


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
        return said(self._inner.finish(), self._question, self._digits_in)

    def close(self) -> None:
        """Let go of the decoder."""
        self._inner.close()

    def _digits_in(self, text: str) -> str:
        """The digits of a number that is not whole: "" unless all of `text` is digits."""
        accepts = self._question.accepts
        if not isinstance(accepts, Digits):
            return ""
        return next(iter(grammars.Digits(1, self._rest or accepts.most).values(tuple(text.split()))), "")


def said(heard: Heard, question: Question, digits_in: Callable[[str], str]) -> Said:
    """`heard` as the answer to `question`."""
    if heard.verdict is Verdict.SILENCE:
        return Said(Answer(Result.NO_INPUT))
    answer = Answer(
        Result.NO_MATCH, mode=Mode.SPEECH, confidence=heard.confidence, sure=heard.verdict is Verdict.ACCEPTED
    )
    digits = digits_in(heard.text)
    if heard.verdict is Verdict.REJECTED:
        return Said(answer, digits)
    if heard.command is not None:
        if heard.command in _COMMANDS:
            return Said(replace(answer, result=_COMMANDS[heard.command]))
        return Said(replace(answer, value=HELP))
    others = tuple(_value(one.value, question) for one in heard.alternatives)
    value = _value(heard.value, question)
    return Said(replace(answer, result=Result.MATCH, value=value, alternatives=others), digits)


def _value(value: str, question: Question) -> str:
    """A menu's answer is a key: 1 is yes and 2 is no."""
    return _YES_NO.get(value, value) if question.grammar == "yesno" and isinstance(question.accepts, Options) else value
