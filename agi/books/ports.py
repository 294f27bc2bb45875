"""What the rooms above ask of the books, however these are kept."""

from datetime import timedelta
from typing import Protocol

from agi.books.tries import Guesser, Try
from agi.books.words import Application, Office, Resident


class RegistryLookups(Protocol):
    """Who is registered, and how far a document is. Any thread may ask; every method raises BookError.

    Unknown and not matching give the same answer, None or nothing, after the same work.
    """

    @property
    def kk_digits(self) -> int:
        """How many of the last digits of the KK number prove who is asked about."""

    def ready(self) -> None:
        """Raise BookError if nothing can be looked up now: asked before a caller keys numbers for nothing."""

    def resident(self, nik: str, kk_digits: str) -> Resident | None:
        """The resident `nik` if the KK number ends in `kk_digits`."""

    def application(self, number: str, pin: str) -> Application | None:
        """The application `number` if `pin` is its PIN."""

    def applications_of(self, nik: str, kk_digits: str) -> tuple[Application, ...]:
        """All applications of the resident `nik`, newest first, if the KK number ends in `kk_digits`."""

    def office(self, code: str) -> Office | None:
        """The office with this code."""

    def close(self) -> None:
        """Let go of what is kept open for the next look-up."""


class GuessStore(Protocol):
    """Counts tries at numbers that somebody may guess, and locks; any thread may use it.

    `reserve` counts a try as failed, in one step with asking whether it may be made: of many at once no more are looked
    up than the limit. Where that is not known in time, Late is raised and nothing is counted.
    """

    def locked(self, guesser: Guesser, target: str = "") -> timedelta | None:
        """How long `guesser` may not try at `target` (at anything, where none is given), or None. Raises Late."""

    def reserve(self, guesser: Guesser, target: str) -> Try | timedelta:
        """Count a try at `target` as failed; or how long none may be made. Raises Late."""

    def matched(self, tried: Try) -> None:
        """The try was right: it is taken back, and what was proved is kept. Nobody waits for it."""

    def not_looked_up(self, tried: Try) -> None:
        """Nothing could be looked up: the try never was. Nobody waits for it."""
