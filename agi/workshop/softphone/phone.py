"""What a tester's phone tells: who it is, how calls came and ended, what it could not do."""

from collections.abc import Mapping
from dataclasses import dataclass

from agi.errors import HotlineError

ANSWER_S = 10.0


@dataclass(frozen=True, slots=True)
class Account:
    """Where a phone registers and who it is."""

    host: str
    port: int
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: SIP status code and words; `ours` when this phone hung up."""

    code: int
    reason: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call that rings: who calls, and the X- headers of its INVITE."""

    caller: str
    headers: Mapping[str, str]


class PhoneError(HotlineError):
    """The phone could not do what was asked; the text is for people."""


class NotAnswered(PhoneError):
    """The call was refused or nobody answered."""


class CallOver(PhoneError):
    """Something was to be done in a call that has already ended."""
