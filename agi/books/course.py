"""How a call went before its end: what failed first, the last question, what was not heard and not understood."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from agi.books.call_words import QUEUE, Call, Kind, Outcome

FAILURES = (Outcome.FAILED, Outcome.GAVE_UP, Outcome.LOCKED_OUT)
_NO_INPUT, _NO_MATCH = "no-input", "no-match"  # results of turns, as the line writes them

Step = tuple[str, str, str, int, str]
"""Kind, node, result, attempt and detail of an event."""


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
    """The course of one call. `failed` is its first failure, also when the caller came back from the queue after it
    and the call ended otherwise; `tries` is the try at which the last question was asked last."""

    failed: Outcome | None = None
    failed_at: str = ""
    failure: str = ""
    last_question: str = ""
    tries: int = 0
    questions: dict[str, Turns] = field(default_factory=dict)

    @property
    def turns(self) -> Turns:
        """The turns of all questions together."""
        total = Turns()
        for turns in self.questions.values():
            total.add(turns)
        return total

    @property
    def first_failure(self) -> str:
        """The first failure in words: "failed at nik: SlowDisk"; "" without one."""
        at = f" at {self.failed_at}" if self.failed_at else ""
        return f"{self.failed}{at}{': ' if self.failure else ''}{self.failure}" if self.failed else ""


def course(call: Call, steps: Iterable[Step]) -> Course:
    """The course of `call`, from its events in order."""
    went = Course()
    for kind, node, result, attempt, detail in steps:
        if kind == Kind.ASKED:
            went.last_question, went.tries = node, attempt
            went.questions.setdefault(node, Turns()).add(Turns(1, result == _NO_INPUT, result == _NO_MATCH))
        elif node == QUEUE and result in FAILURES and went.failed is None:  # what a return from the queue kept
            went.failed, went.failed_at, went.failure = Outcome(result), went.last_question, detail
    if went.failed is None and call.outcome in FAILURES:
        went.failed, went.failed_at, went.failure = call.outcome, call.where, call.why
    return went
