"""What the line and the speech service say to each other: one question there, one answer back.

Each message is one line of JSON on a Unix socket that only the installation's own user can open; an `Order` and a
`Report` may hold a caller's number, so neither is ever logged.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from agi.dialogue.question import Answer, Question

LONGEST_MESSAGE = 262_144
"""Bytes of one message: a prompt of some hundred clips has a path for each."""


class BadMessage(Exception):
    """What came is no message of this protocol. Never holds what came."""


@dataclass(frozen=True, slots=True)
class Order:
    """One turn to take. `question` comes without its prompts: `clips` are their files, without extension.

    `hash_is_habit`: a `#` before any other key belongs to the turn before.
    """

    question: Question
    clips: tuple[str, ...]
    hash_is_habit: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """How the service is; asked for with `ASK_STATE`.

    Since its start: frames sent, those that were late (over 20 ms), the latest one, and the longest lag of recognition.
    """

    free: int
    frames: int
    late: int
    worst_ms: float
    lag_ms: int


@dataclass(frozen=True, slots=True)
class Ready:
    """The turn is prepared: Asterisk may connect to `port` and say `uuid`, once. Or why it is not: `refused`."""

    uuid: str = ""
    port: int = 0
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """How the turn ended. `answer` is None where it fell back (`fell_back` says why) or the caller has gone.

    `received` are the keys that came on the connection, of which the first `used` belong to this turn.
    """

    answer: Answer | None
    fell_back: str = ""
    received: str = ""
    used: int = 0


Message = TypeVar("Message")


class Form(Generic[Message]):
    """How one kind of message is written and read."""

    def __init__(self, kind: type[Message]) -> None:
        self._adapter: TypeAdapter[Message] = TypeAdapter(kind)

    def written(self, message: Message) -> bytes:
        """`message` as a line."""
        return self._adapter.dump_json(message) + b"\n"

    def read(self, line: bytes) -> Message:
        """The message on `line`. Raises `BadMessage`."""
        try:
            return self._adapter.validate_json(line)
        except ValidationError:
            raise BadMessage from None


ORDER = Form(Order)
READY = Form(Ready)
REPORT = Form(Report)
STATE = Form(State)
ASK_STATE = b"state\n"
