"""What is said of a try at a number that somebody may guess: who tried, where it was counted, and the limits."""

from dataclasses import dataclass
from typing import Protocol


class Limits(Protocol):
    """When guessing is stopped: the settings' table `lockout`."""

    @property
    def tries(self) -> int:
        """Failed tries before the short lock."""

    @property
    def minutes(self) -> int:
        """Length of the short lock."""

    @property
    def day_tries(self) -> int:
        """Failed tries within `hours` before the long lock."""

    @property
    def hours(self) -> int:
        """Length of the long lock."""

    @property
    def shared_tries(self) -> int:
        """Failed tries within `shared_minutes` of all callers who share one count."""

    @property
    def shared_minutes(self) -> int:
        """The time in which they are counted, and the length of their lock."""


@dataclass(frozen=True, slots=True)
class Guesser:
    """Who tries: the caller's number ("" where withheld or unreadable), and the account it came from ("": none)."""

    number: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """One count that a try goes to; `shared` among many callers."""

    subject: bytes
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reserved try left in one count: its number in the book, and where the short count began before it."""

    counted: Counted
    seq: int
    counted_from: int


@dataclass(frozen=True, slots=True)
class Try:
    """A reserved try, as failed until it is given back."""

    guesser: Guesser
    target: str
    marks: tuple[Mark, ...]
    in_memory: bool = False
