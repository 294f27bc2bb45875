"""What a tester's phone can do, whichever program is behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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


class Softphone(Protocol):
    """One phone with at most one call at a time. Methods block; they may be called from one thread only.

    What is heard grows in `recording` (WAV, 8 kHz, 16 bit, mono) from the moment audio flows; its header is complete
    only after the call.
    """

    recording: Path

    def register(self) -> None:
        """Tell the registrar where calls for this account go. Raises `PhoneError`."""

    def dial(self, number: str, caller: str = "", timeout_s: float = ANSWER_S) -> None:
        """Call `number` and wait until it answers; `caller` is the number shown. Raises `NotAnswered`."""

    def wait_call(self, timeout_s: float) -> Incoming | None:
        """Wait for a call to ring; None when none came."""

    def answer(self) -> None:
        """Answer the call that rings. Raises `CallOver` when the caller gave up meanwhile."""

    def press(self, keys: str) -> None:
        """Press keys (0-9, *, #) as RFC 4733 events; returns when the last was sent. Raises `CallOver`."""

    def play(self, wav: Path) -> None:
        """Play a WAV (8 kHz, 16 bit, mono) once towards the far end. Returns at once. Raises `CallOver`."""

    def hang_up(self) -> None:
        """End the call and wait until it has ended; nothing happens when it had ended already."""

    def wait_ended(self, timeout_s: float) -> Ended | None:
        """Wait until the call ends; None when it still goes on. 0 asks without waiting."""


class Phones(Protocol):
    """A drawer of phones of one account."""

    def phone(self, recording: Path) -> Softphone:
        """One more phone, which records into `recording`. May be called from any thread."""

    def close(self) -> None:
        """Hang up all calls and put the phones away."""
