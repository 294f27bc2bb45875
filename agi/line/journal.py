"""What happens in a call, written into the call book as it happens, with nothing in it that was entered."""

from collections.abc import Sequence

from agi.books.calls import CallBook, Event, Kind, pack
from agi.dialogue.question import Answer, Clock, Mode, Options, Prompt, Question, Value
from agi.privacy import mask, redact

_SHORT = 3  # an option's key, a count; from 4 digits on a number may be part of someone's


class CallJournal:
    """The `Journal` of one call. `node` is the last question asked: where a call was when it failed."""

    def __init__(self, book: CallBook, call_id: str, clock: Clock) -> None:
        self._book = book
        self._call_id = call_id
        self._clock = clock
        self.node = "start"

    def said(self, prompts: Sequence[Prompt]) -> None:
        """Something was said that asked nothing."""
        self._write(Kind.SAID, prompts=_packed(prompts))

    def asked(self, question: Question, answer: Answer, attempt: int) -> None:
        """A turn has ended."""
        self.node = question.name
        self._write(
            Kind.ASKED,
            node=question.name,
            prompts=_packed(question.prompts),
            result=str(answer.result),
            mode=str(answer.mode),
            attempt=attempt,
            value=_shown(question, answer.value),
            took_ms=answer.took_ms,
            detail=_how(answer),
        )

    def noted(self, what: str, detail: str = "") -> None:
        """A step of a service."""
        self._write(Kind.NOTED, node=redact(what), detail=redact(detail))

    def about(self, number: str) -> None:
        """The whole number the call is about: the book keeps a keyed hash and the last digits."""
        self._book.about(self._call_id, number)

    def _write(
        self, kind: Kind, *, node: str = "", prompts: str = "[]", result: str = "", mode: str = "", attempt: int = 0,
        value: str = "", took_ms: int = 0, detail: str = "",
    ) -> None:  # fmt: skip
        event = Event(self._clock(), kind, node, prompts, result, mode, attempt, value, took_ms, detail)
        self._book.event(self._call_id, event)


def _how(answer: Answer) -> str:
    """How sure a spoken answer is, or why nothing was listened to."""
    if answer.fell_back:
        return "" if answer.fell_back == "off" else f"keys only: speech {answer.fell_back}"
    if answer.mode is not Mode.SPEECH:
        return ""
    return f"confidence {answer.confidence:.2f}{'' if answer.sure else ', unsure'}"


def _packed(prompts: Sequence[Prompt]) -> str:
    return pack((prompt.key, {name: _public(value) for name, value in prompt.places.items()}) for prompt in prompts)


def _public(value: Value) -> Value:
    """A place's value as a record may hold it: digits of more than three become dots, whole numbers too."""
    if isinstance(value, str):
        digits = sum(character.isdigit() for character in value)
        bare = value.replace(" ", "").replace("-", "").replace(".", "")
        return "•" * len(value) if digits > _SHORT and bare.isdigit() else redact(value)
    return value


def _shown(question: Question, value: str) -> str:
    """A private answer keeps its length, another entry its last digits at most, an option its key."""
    if question.private:
        return "•" * len(value)
    return value if isinstance(question.accepts, Options) else mask(value)
