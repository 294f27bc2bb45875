"""What the rooms above ask of the books, however these are kept."""

from typing import Protocol

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
