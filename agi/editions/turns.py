"""The turns of a recorded call: what was asked, what came of it once it was confirmed, and what was told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agi.books.events import Asked, Event, Returned, Told
from agi.dialogue.question import Result

_CONFIRM = "_confirm"
"""What the name of a question ends with that asks whether another was heard well."""
_YES = "1"


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what became of it, once it was confirmed: `result` and `mode` are the dialogue's words."""

    question: str
    result: str
    mode: str
    value: str
    prompts: tuple[str, ...]
    took_s: float


def before_return(events: Sequence[Event]) -> Sequence[Event]:
    """What happened before the caller came back from the agents, if they did."""
    return next((events[:at] for at, event in enumerate(events) if isinstance(event, Returned)), events)


def turns_of(events: Sequence[Event]) -> Iterator[Turn | tuple[str, ...]]:
    """What was asked, each with what came of it, and the keys of what was told."""
    for at, event in enumerate(events):
        if isinstance(event, Told):
            yield tuple(one.key for one in event.prompts)
        elif isinstance(event, Asked) and not event.question.endswith(_CONFIRM):
            answer = event.answer
            keys = tuple(one.key for one in event.prompts)
            turn = Turn(event.question, answer.result, answer.mode, answer.value, keys, answer.took_ms / 1000)
            yield turn if answer.sure else _confirmed(turn, events[at + 1 :])


def _confirmed(turn: Turn, later: Sequence[Event]) -> Turn:
    """`turn`, which was heard without certainty: not understood, unless the caller said yes to it."""
    name = f"{turn.question}{_CONFIRM}"
    for event in later:
        if isinstance(event, Asked):
            if event.question == name and (event.answer.result, event.answer.value) == (Result.MATCH, _YES):
                return turn
            if event.question == name and event.answer.result != Result.MATCH:
                continue  # asked once more whether it was right
            break
    return replace(turn, result=Result.NO_MATCH, value="")
