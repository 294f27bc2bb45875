"""How a contact went before its end: what failed first, the last question, what was not heard and not understood."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from agi.books.contacts import Contact
from agi.books.events import Asked, Ended, Event, Noted, NoteKind, Outcome

FAILURES = (Outcome.FAILED, Outcome.GAVE_UP, Outcome.LOCKED_OUT)
_NO_INPUT, _NO_MATCH = "no-input", "no-match"  # results of turns, as the line writes them


@dataclass(slots=True)
class Turns:
    """How often a question was asked, and how often nothing was heard or nothing that fits."""

    asked: int = 0
    no_inputs: int = 0
    no_matches: int = 0

    def add(self, other: "Turns") -> None:
        """Count the turns of `other` too."""
        self.asked += other.asked
        self.no_inputs += other.no_inputs
        self.no_matches += other.no_matches


@dataclass(slots=True)
class Course:
    """The course of one contact. `failed` is its first failure, also when it went on after it and ended otherwise, and
    `first_failure` tells it in words ("failed at nik: SlowDisk"; "" without one). `tries` is the try at which the last
    question was asked last. `confidence` is the lowest of its spoken answers, None without any; `fell_back` is why
    speech first did not listen."""

    failed: Outcome | None = None
    first_failure: str = ""
    last_question: str = ""
    tries: int = 0
    questions: dict[str, Turns] = field(default_factory=dict)
    confidence: float | None = None
    fell_back: str = ""

    def fail(self, outcome: Outcome, where: str, why: str) -> None:
        """It failed, if not for the first time; `where`: "" is at the last question."""
        if self.failed is None:
            where = where or self.last_question
            self.failed = outcome
            self.first_failure = f"{outcome}{' at ' if where else ''}{where}{': ' if why else ''}{why}"

    @property
    def turns(self) -> Turns:
        """The turns of all questions together."""
        total = Turns()
        for turns in self.questions.values():
            total.add(turns)
        return total


def course(contact: Contact, events: Iterable[Event]) -> Course:
    """The course of `contact`, from its events in order."""
    went = Course()
    for event in events:
        match event:
            case Asked(question=question, answer=answer):
                went.last_question, went.tries = question, event.attempt
                turn = Turns(1, answer.result == _NO_INPUT, answer.result == _NO_MATCH)
                went.questions.setdefault(question, Turns()).add(turn)
                went.fell_back = went.fell_back or answer.fell_back
                if answer.confidence is not None:
                    went.confidence = min(went.confidence or 1.0, answer.confidence)
            case Ended(outcome=outcome) if outcome in FAILURES:
                went.fail(outcome, event.where, event.why)
            case Noted(kind=NoteKind.REGISTRY_UNAVAILABLE):  # told in a sentence; the call went on in the menu
                went.fail(Outcome.FAILED, "", event.detail)
    if contact.outcome in FAILURES:  # written before ends were events
        went.fail(contact.outcome, contact.where, contact.why)
    return went
