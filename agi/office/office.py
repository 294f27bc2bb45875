"""The office behind every door: check a NIK, tell how far an application is, list a person's applications."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from agi.books.numbers import nik_fault, registration_valid
from agi.books.ports import GuessStore, RegistryLookups
from agi.books.registry import Registry
from agi.books.words import Application, ApplicationStatus, Resident
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit, utc_now
from agi.office.results import Invalid, Progress, Refusal, Stop, Subject
from agi.privacy import hash_key
from agi.settings import Settings

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Office:
    """Level 1 of the privacy rules (UU 27/2022): nothing personal is told on a number alone.

    A NIK is no secret (the birth date is inside it), so the last digits of the KK number prove it, and a PIN a
    registration number: both are on paper in the citizen's hand. Unknown and wrong get the same answer after the same
    work. Everything that is looked up raises BookError when a book can't be read now. Any thread may ask.
    """

    registry: RegistryLookups
    guesses: GuessLimit

    @classmethod
    def open(cls, settings: Settings, guesses: GuessStore, clock: Callable[[], datetime] = utc_now) -> "Office":
        """The office of this installation, ready to be asked; `guesses` keeps its locks.

        Raises RegistryError, privacy.BadKey.
        """
        registry = Registry.open(settings.registry_db, hash_key(settings.var), settings.identity.kk_digits)
        return cls(registry, GuessLimit(guesses, settings.lockout, clock))

    def close(self) -> None:
        """Let go of the registry."""
        self.registry.close()

    @property
    def kk_digits(self) -> int:
        """How many of the last digits of the KK number prove a NIK."""
        return self.registry.kk_digits

    def stop(self, visitor: Visitor, subject: Subject | None = None, number: str = "") -> Stop | None:
        """Why `visitor` may not try at `number` now (at any, where none is given), or None. Raises BookError.

        To be asked before a number is, and again before its proof is.
        """
        stop = self.guesses.stop(visitor, subject, number)
        if stop is None:
            self.registry.ready()
        return stop

    def invalid(self, subject: Subject, number: str) -> Invalid | None:
        """What is wrong with `number` by itself, or None; an unknown district is no reason to refuse a NIK."""
        if subject is Subject.NIK:
            fault = nik_fault(number)
            return Invalid(subject, fault) if fault else None
        return None if registration_valid(number) else Invalid(subject)

    def check_nik(self, visitor: Visitor, nik: str, kk_digits: str) -> Resident | Refusal:
        """Whether the NIK is in use, and how far its KTP-el is."""
        return self._prove(visitor, Subject.NIK, nik, lambda: self.registry.resident(nik, kk_digits))

    def application(self, visitor: Visitor, number: str, pin: str) -> Progress | Refusal:
        """How far the application with this registration number is."""
        found = self._prove(visitor, Subject.REGISTRATION, number, lambda: self.registry.application(number, pin))
        return self._progress(found) if isinstance(found, Application) else found

    def applications(self, visitor: Visitor, nik: str, kk_digits: str) -> tuple[Progress, ...] | Refusal:
        """How far all applications of this person are, newest first."""
        found = self.check_nik(visitor, nik, kk_digits)
        if not isinstance(found, Resident):
            return found
        return tuple(map(self._progress, self.registry.applications_of(nik, kk_digits)))

    def _prove(self, visitor: Visitor, subject: Subject, number: str, look_up: Callable[[], _T | None]) -> _T | Refusal:
        invalid = self.invalid(subject, number)
        return self.guesses.attempt(visitor, subject, number, look_up) if invalid is None else invalid

    def _progress(self, application: Application) -> Progress:
        if application.status is not ApplicationStatus.SIAP_DIAMBIL:
            return Progress(application)
        return Progress(application, self.registry.office(application.office))
