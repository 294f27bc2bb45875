"""What the line, the speech service and its worker say to each other, and how it is written.

Both go over Unix sockets of packets that only the installation's own user can open; one packet is one message. A
connection of the line's is one call, or `GetState`, answered by `State`. A call's first `Ask` is answered by `Ready`,
then, as each `Ask` after it, by `Report`; when the line sends no more, or the call is gone, `Left` comes.
The worker has one connection for all sessions: a session is the hearing of one turn, and its number stands in whatever
concerns it. Messages hold callers' numbers and what callers say, so none is ever logged.
"""

import socket
import time
from dataclasses import dataclass
from typing import ClassVar, get_args

from pydantic import ConfigDict, TypeAdapter, ValidationError

from agi.dialogue.question import Answer, Question
from agi.dialogue.turn import Said, Voice
from agi.errors import HotlineError

KIND = socket.SOCK_SEQPACKET
"""The kind of both sockets."""
LONGEST = 131_072
"""Bytes of one packet: a prompt of some hundred clips has a path for each, a second of sound has 44,000."""


def clock_ms() -> int:
    """Milliseconds that never jump, the same in all processes of this machine."""
    return time.monotonic_ns() // 1_000_000


class BadMessage(Exception):
    """What came is no message of this protocol. Never holds what came."""


class CannotListen(HotlineError):
    """There is nothing to hear with, or not for this question; the message is a sentence for the admin."""


# ---- the line asks ----


@dataclass(frozen=True, slots=True)
class Ask:
    """Have this turn, or, without a `question`, say something. `clips` are the files of its prompts, without extension.

    `question` comes without its prompts; the first `read_back` clips say what its `consent` agrees to. `keys` were
    pressed before, `hash_is_habit` as in a `KeyQueue`: with a call's first only, the others' are here.
    """

    question: Question | None
    clips: tuple[str, ...]
    barge_in: bool = True
    read_back: int = 0
    keys: str = ""
    hash_is_habit: bool = False


@dataclass(frozen=True, slots=True)
class GetState:
    """Say how you are."""


# ---- the service answers ----


@dataclass(frozen=True, slots=True)
class Ready:
    """The first turn is prepared: Asterisk may connect to `port` and say `uuid`, once."""

    uuid: str
    port: int


@dataclass(frozen=True, slots=True)
class Report:
    """How the turn ended. `answer` is None where nothing was asked, and where it fell back.

    `fell_back` says why: slow, full, dead; "gone" where the call was no longer here. As the answer to a call's first
    `Ask`: it is not taken over.
    """

    answer: Answer | None
    fell_back: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """The call is no longer here. `keys` are those not used, given with the first `Ask` or `received` since."""

    keys: str
    received: str
    hash_is_habit: bool


@dataclass(frozen=True, slots=True)
class State:
    """How the service is: turns that could begin now, and since its start: frames sent, those that were late (over
    20 ms), the latest one, and the longest lag of recognition.
    """

    free: int
    frames: int = 0
    late: int = 0
    worst_ms: float = 0.0
    lag_ms: int = 0


# ---- the service tells the worker ----


@dataclass(frozen=True, slots=True)
class Begin:
    """A session begins: listen for answers to `question`."""

    session: int
    question: Question


@dataclass(frozen=True, slots=True)
class Audio:
    """The caller's sound since the last packet, come at `at_ms`; `sent` is what was played meanwhile, as long or empty.

    8 kHz, 16 bits, one channel. The only message that may be lost.
    """

    __pydantic_config__: ClassVar = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    session: int
    at_ms: int
    heard: bytes
    sent: bytes


@dataclass(frozen=True, slots=True)
class Finish:
    """Tell what was said so far, then listen anew."""

    session: int


@dataclass(frozen=True, slots=True)
class ListenForRest:
    """Forget what was heard, and listen for at most `digits` more digits of a number."""

    session: int
    digits: int


@dataclass(frozen=True, slots=True)
class Close:
    """The session is over."""

    session: int


# ---- the worker tells the service ----


@dataclass(frozen=True, slots=True)
class CannotOpen:
    """There is nothing to hear with; `why` is a sentence for the admin."""

    why: str


@dataclass(frozen=True, slots=True)
class Alive:
    """Said on a steady beat, from when sessions may begin: for how long (ms) the oldest sound of a session has been
    waiting to be listened to, of those that lag.
    """

    lags: dict[int, int]


@dataclass(frozen=True, slots=True)
class Partial:
    """What is known while the caller may still talk."""

    session: int
    voice: Voice


@dataclass(frozen=True, slots=True)
class Final:
    """What was said; the session then listens anew."""

    session: int
    said: Said


@dataclass(frozen=True, slots=True)
class Failed:
    """The session cannot go on; `why` is the kind of fault, never what was said."""

    session: int
    why: str


ToService = Ask | GetState
FromService = Ready | Report | Left | State
ToWorker = Begin | Audio | Finish | ListenForRest | Close
FromWorker = CannotOpen | Alive | Partial | Final | Failed
Message = ToService | FromService | ToWorker | FromWorker

_CODECS: dict[bytes, TypeAdapter[Message]] = {one.__name__.encode(): TypeAdapter(one) for one in get_args(Message)}


def encode(message: Message) -> bytes:
    """`message` as a packet: its name and its fields as JSON."""
    name = type(message).__name__.encode()
    return name + b" " + _CODECS[name].dump_json(message)


def decode(packet: bytes) -> Message:
    """The message in `packet`. Raises `BadMessage`."""
    name, _, fields = packet.partition(b" ")
    try:
        return _CODECS[name].validate_json(fields)
    except (KeyError, ValidationError):
        raise BadMessage from None
