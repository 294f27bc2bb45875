"""What happens in a call, written into the call book as it happens, with nothing in it that was entered."""

from collections.abc import Callable, Sequence
from datetime import datetime

from agi.books.contacts import START
from agi.books.events import Answered, Asked, Ended, Event, Noted, Outcome, Returned, Said, Told, Waited, WaitEnd
from agi.books.ports import CallLog
from agi.dialogue.question import Answer, Mode, Options, Prompt, Question, Value
from agi.privacy import mask, redact

_SHORT = 3  # an option's key, a count; from 4 digits on a number may be part of someone's


class CallJournal:
    """The `Journal` of one call. `node` is the last question asked: where a call was when it failed."""

    def __init__(self, log: CallLog, call_id: str, clock: Callable[[], datetime]) -> None:
        self._log = log
        self._call_id = call_id
        self._clock = clock
        self.node = START

    def said(self, prompts: Sequence[Prompt]) -> None:
        """Something was said that asked nothing."""
        self._write(Told(at=self._clock(), prompts=shown(prompts)))

    def asked(self, question: Question, answer: Answer, attempt: int) -> None:
        """A turn has ended."""
        self.node = question.name
        answered = Answered(
            result=answer.result,
            mode=answer.mode,
            value=_entered(question, answer.value),
            took_ms=answer.took_ms,
            confidence=answer.confidence if answer.mode is Mode.SPEECH else None,
            sure=answer.sure,
            fell_back="" if answer.fell_back == "off" else answer.fell_back,
        )
        prompts = shown(question.prompts)
        self._write(Asked(at=self._clock(), question=question.name, prompts=prompts, attempt=attempt, answer=answered))

    def noted(self, what: str, detail: str = "") -> None:
        """A step of a service."""
        self._write(Noted.of(self._clock(), redact(what), redact(detail)))

    def about(self, number: str) -> None:
        """The whole number the call is about: the book keeps a keyed hash and the last digits."""
        self._log.about(self._call_id, number)

    def ended(self, outcome: Outcome, where: str, why: str) -> None:
        """The call ended, or left our hands."""
        self._write(Ended(at=self._clock(), outcome=outcome, where=where, why=why))

    def waited(self, seconds: int, end: WaitEnd) -> None:
        """The caller has waited in the agents' queue."""
        self._write(Waited(at=self._clock(), seconds=seconds, end=end))

    def came_back(self, fault: str) -> None:
        """The caller is back from the agents' queue; `fault`: why the dialplan sent them there, "" if we did."""
        if fault:
            self._write(Ended(at=self._clock(), outcome=Outcome.FAILED, why=fault))
        self._write(Returned(at=self._clock()))

    def _write(self, event: Event) -> None:
        self._log.event(self._call_id, event)


def shown(prompts: Sequence[Prompt]) -> tuple[Said, ...]:
    """`prompts` as a record may hold them."""
    return tuple(Said(one.key, {name: _public(value) for name, value in one.places.items()}) for one in prompts)


def _public(value: Value) -> Value:
    """A place's value as a record may hold it: digits of more than three become dots, whole numbers too."""
    if isinstance(value, str):
        digits = sum(character.isdigit() for character in value)
        bare = value.replace(" ", "").replace("-", "").replace(".", "")
        return "•" * len(value) if digits > _SHORT and bare.isdigit() else redact(value)
    return value


def _entered(question: Question, value: str) -> str:
    """A private answer keeps its length, another entry its last digits at most, an option its key."""
    if question.private:
        return "•" * len(value)
    return value if isinstance(question.accepts, Options) else mask(value)
