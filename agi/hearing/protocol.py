"""What the line, the speech service and its worker say to each other, and how it is written.

Both go over Unix sockets of packets that only the installation's own user can open; one packet is one message. A
connection of the line's is one call, or `GetState`, answered by `State`. A call's first `Ask` is answered by `Ready` or
`Refused`, then, as each `Ask` after it, by `Report`; when the line sends no more, or the call is gone, `Left` comes.
The worker has one connection for all sessions: a session is the hearing of one turn, and its number stands in whatever
concerns it. Messages hold callers' numbers and what callers say, so none is ever logged.
"""

import socket
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from agi.dialogue.question import Answer, Question
from agi.dialogue.turn import Said, Voice

KIND = socket.SOCK_SEQPACKET
"""The kind of both sockets."""
LONGEST = 131_072
"""Bytes of one packet: a prompt of some hundred clips has a path for each, a second of sound has 44,000."""


class BadMessage(Exception):
    """What came is no message of this protocol. Never holds what came."""


class CannotListen(Exception):
    """There is nothing to hear with, or not for this question; the message is a sentence for the admin."""


# ---- the line asks ----


@dataclass(frozen=True, slots=True)
class Ask:
    """Have this turn, or, without a `question`, say something. `clips` are the files of its prompts, without extension.

    `question` comes without its prompts. `keys` were pressed before, `hash_is_habit` as in a `KeyQueue`: with a call's
    first only, the others' are here.
    """

    question: Question | None
    clips: tuple[str, ...]
    barge_in: bool = True
    keys: str = ""
    hash_is_habit: bool = False
    kind: Literal["ask"] = "ask"


@dataclass(frozen=True, slots=True)
class GetState:
    """Say how you are."""

    kind: Literal["get-state"] = "get-state"


# ---- the service answers ----


@dataclass(frozen=True, slots=True)
class Ready:
    """The first turn is prepared: Asterisk may connect to `port` and say `uuid`, once."""

    uuid: str
    port: int
    kind: Literal["ready"] = "ready"


@dataclass(frozen=True, slots=True)
class Refused:
    """There will be no turn; `why` is a word for the record: full, dead."""

    why: str
    kind: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class Report:
    """How the turn ended. `answer` is None where nothing was asked, and where it fell back.

    `fell_back` says why: slow, full, dead; "gone" where the call was no longer here.
    """

    answer: Answer | None
    fell_back: str = ""
    kind: Literal["report"] = "report"


@dataclass(frozen=True, slots=True)
class Left:
    """The call is no longer here. `keys` are those not used, given with the first `Ask` or `received` since."""

    keys: str
    received: str
    hash_is_habit: bool
    kind: Literal["left"] = "left"


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
    kind: Literal["state"] = "state"


# ---- the service tells the worker ----


@dataclass(frozen=True, slots=True)
class Begin:
    """A session begins: listen for answers to `question`."""

    session: int
    question: Question
    kind: Literal["begin"] = "begin"


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
    kind: Literal["audio"] = "audio"


@dataclass(frozen=True, slots=True)
class Finish:
    """Tell what was said so far, then listen anew."""

    session: int
    kind: Literal["finish"] = "finish"


@dataclass(frozen=True, slots=True)
class ListenForRest:
    """Forget what was heard, and listen for at most `digits` more digits of a number."""

    session: int
    digits: int
    kind: Literal["listen-for-rest"] = "listen-for-rest"


@dataclass(frozen=True, slots=True)
class Close:
    """The session is over."""

    session: int
    kind: Literal["close"] = "close"


# ---- the worker tells the service ----


@dataclass(frozen=True, slots=True)
class Opened:
    """The model is loaded: sessions may begin."""

    kind: Literal["opened"] = "opened"


@dataclass(frozen=True, slots=True)
class CannotOpen:
    """There is nothing to hear with; `why` is a sentence for the admin."""

    why: str
    kind: Literal["cannot-open"] = "cannot-open"


@dataclass(frozen=True, slots=True)
class Alive:
    """Nothing but this: said on a steady beat."""

    kind: Literal["alive"] = "alive"


@dataclass(frozen=True, slots=True)
class Lag:
    """The oldest sound of the session that was not listened to has been waiting for `ms`."""

    session: int
    ms: int
    kind: Literal["lag"] = "lag"


@dataclass(frozen=True, slots=True)
class Partial:
    """What is known while the caller may still talk."""

    session: int
    voice: Voice
    kind: Literal["partial"] = "partial"


@dataclass(frozen=True, slots=True)
class Final:
    """What was said; the session then listens anew."""

    session: int
    said: Said
    kind: Literal["final"] = "final"


@dataclass(frozen=True, slots=True)
class Failed:
    """The session cannot go on; `why` is the kind of fault, never what was said."""

    session: int
    why: str
    kind: Literal["failed"] = "failed"


ToService = Ask | GetState
FromService = Ready | Refused | Report | Left | State
ToWorker = Begin | Audio | Finish | ListenForRest | Close
FromWorker = Opened | CannotOpen | Alive | Lag | Partial | Final | Failed
Message = ToService | FromService | ToWorker | FromWorker

_CODEC: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])


def encode(message: Message) -> bytes:
    """`message` as a packet."""
    return _CODEC.dump_json(message)


def decode(packet: bytes) -> Message:
    """The message in `packet`. Raises `BadMessage`."""
    try:
        return _CODEC.validate_json(packet)
    except ValidationError:
        raise BadMessage from None
