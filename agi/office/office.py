"""The office behind every door: check a NIK, tell how far an application is, list a person's applications; tickets."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TypeVar

from agi.books import cases_schema, safety_schema
from agi.books.callbacks import CallbackBook
from agi.books.cases import CaseBook
from agi.books.enquiries import CallEnquiries
from agi.books.frozen import FrozenBook, TriedFrozen
from agi.books.holidays import shipped
from agi.books.hours import HoursBook
from agi.books.institution import institution_valid
from agi.books.institutions import InstitutionBook
from agi.books.institutions_schema import SCHEMA as INSTITUTIONS
from agi.books.messages import Messages
from agi.books.numbers import nik_fault, registration_valid
from agi.books.outgoing import OutgoingBook
from agi.books.ports import EarlierContacts, GuessStore, RegistryLookups, TicketStore
from agi.books.registry import Registry
from agi.books.small_book import FileBook, LookedAtBook, MemoryBook, SmallBook
from agi.books.ticket import ticket_valid
from agi.books.tickets import TicketBook
from agi.books.words import Application, ApplicationStatus, Resident
from agi.books.words import Office as RegionalOffice
from agi.office.callbacks import Callbacks
from agi.office.cases import Cases
from agi.office.counting import Visitor
from agi.office.diagnosis import Diagnosis, diagnosed
from agi.office.hours import Duty
from agi.office.institutions import Institutions
from agi.office.limit import GuessLimit, utc_now
from agi.office.queue_place import QueuePlace
from agi.office.results import Frozen, Invalid, Progress, Refusal, Stop, Subject
from agi.office.safety import OwnNik, Safety
from agi.office.survey import Survey
from agi.office.tickets import Tickets
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
    duty: Duty
    survey: Survey
    queue_place: QueuePlace
    tickets: Tickets
    cases: Cases
    callbacks: Callbacks
    institutions: Institutions
    safety: Safety
    zone: tzinfo = UTC
    clock: Callable[[], datetime] = utc_now
    data_days: int = 3

    @classmethod
    def open(
        cls,
        settings: Settings,
        guesses: GuessStore,
        clock: Callable[[], datetime] = utc_now,
        earlier: EarlierContacts | None = None,
        tickets: TicketStore | None = None,
        cases: SmallBook | None = None,
        institutions: SmallBook | None = None,
        *,
        tried: bool = False,
    ) -> "Office":
        """The office of this installation, ready to be asked; `guesses` keeps its locks, `earlier` its contacts.

        `tickets`, `cases`, `institutions`: where these are kept, if not in the installation's own books. `tried`:
        nothing that a conversation does to a NIK is kept. Raises RegistryError, privacy.BadKey.
        """
        key = hash_key(settings.var)
        registry = Registry.open(settings.registry_db, key, settings.identity.kk_digits)
        limit = GuessLimit(guesses, settings.lockout, clock)
        book = cases or case_book(settings)
        return cls(
            registry,
            limit,
            Duty(HoursBook(settings.hours_file), settings.zone, clock),
            Survey(settings.survey, earlier, clock),
            QueuePlace(settings.queue, earlier, clock),
            tickets_of(settings, limit, key, clock, tickets),
            cases_of(settings, limit, key, clock, book),
            callbacks_of(settings, clock, book),
            institutions_of(settings, limit, key, clock, institutions),
            safety_of(settings, key, clock, tried=tried),
            settings.zone,
            clock,
            settings.office.data_days,
        )

    def close(self) -> None:
        """Let go of the registry."""
        self.registry.close()

    @property
    def today(self) -> date:
        """The day at the office."""
        return self.clock().astimezone(self.zone).date()

    def serving(self, region: str) -> RegionalOffice | None:
        """The office of the regency or city with these 4 digits; None where the registry has none."""
        return self.registry.office(region)

    def told_of(self, table: str) -> date | None:
        """The day of the data in `table`, where callers must be told it: they are `data_days` old or older."""
        as_of = self.registry.as_of(table)
        day = as_of.astimezone(self.zone).date() if as_of else None
        return day if day and self.today - day >= timedelta(days=max(self.data_days, 1)) else None

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
            (self.tickets.book if subject is Subject.TICKET else self.registry).ready()
            if subject is Subject.INSTITUTION:
                self.institutions.book.ready()
            if subject is Subject.NIK:
                self.safety.frozen.ready()
        return stop

    def invalid(self, subject: Subject, number: str) -> Invalid | None:
        """What is wrong with `number` by itself, or None; an unknown district is no reason to refuse a NIK."""
        if subject is Subject.NIK:
            fault = nik_fault(number)
            return Invalid(subject, fault) if fault else None
        if subject is Subject.TICKET:
            return None if ticket_valid(number) else Invalid(subject)
        if subject is Subject.INSTITUTION:
            return None if institution_valid(number) else Invalid(subject)
        return None if registration_valid(number) else Invalid(subject)

    def check_nik(self, visitor: Visitor, nik: str, kk_digits: str) -> Resident | Refusal:
        """Whether the NIK is in use, and how far its KTP-el is. Every look-up of a NIK goes by here."""

        def look_up() -> Resident | Frozen | None:
            frozen = self.safety.frozen.since(nik)  # also of a NIK that is not proved: all take as long
            found = self.registry.resident(nik, kk_digits)
            return Frozen() if found and frozen else found

        return self._prove(visitor, Subject.NIK, nik, look_up)

    def own_nik(self, visitor: Visitor, nik: str, kk_digits: str, contact: str) -> OwnNik | Refusal:
        """What its owner may know of who asked about the NIK; see `Safety.history`."""
        found = self.check_nik(visitor, nik, kk_digits)
        if not isinstance(found, Resident):
            return found
        return OwnNik(self.safety.history(nik, visitor, contact), nik)

    def diagnose(self, visitor: Visitor, nik: str, kk_digits: str) -> Diagnosis | Refusal:
        """Why an institution does not find the NIK."""
        found = self.check_nik(visitor, nik, kk_digits)
        if not isinstance(found, Resident):
            return found
        return diagnosed(nik, found, self.registry.applications_of(nik, kk_digits))

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


def tickets_of(
    settings: Settings,
    limit: GuessLimit,
    key: bytes,
    clock: Callable[[], datetime] = utc_now,
    book: TicketStore | None = None,
) -> Tickets:
    """The tickets of this installation, by themselves: for pages and commands, which look nobody up.

    `book`: where they are kept, if not in the installation's own.
    """
    kept, messages = book or TicketBook(settings.tickets_db), Messages(settings.tickets_folder)
    return Tickets(kept, messages, limit, key, settings.messages_spool, clock, settings.zone, _holidays)


def cases_of(
    settings: Settings,
    limit: GuessLimit,
    key: bytes,
    clock: Callable[[], datetime] = utc_now,
    book: SmallBook | None = None,
) -> Cases:
    """The cases of this installation, by themselves."""
    return Cases(CaseBook(book or case_book(settings)), limit, key, settings.cases, clock)


def callbacks_of(
    settings: Settings, clock: Callable[[], datetime] = utc_now, book: SmallBook | None = None
) -> Callbacks:
    """The callbacks of this installation, by themselves."""
    return Callbacks(CallbackBook(book or case_book(settings)), settings.callback, bool(settings.trunk.host), clock)


def case_book(settings: Settings) -> FileBook:
    """The installation's own book of cases and callbacks."""
    return FileBook(settings.cases_db, cases_schema.SCHEMA)


def tried_cases() -> MemoryBook:
    """One for a conversation that is tried."""
    return MemoryBook(cases_schema.SCHEMA)


def safety_of(
    settings: Settings, key: bytes, clock: Callable[[], datetime] = utc_now, *, tried: bool = False
) -> Safety:
    """What there is against fraud in this installation, by itself: for pages and commands, too. `tried`: see `open`."""
    book = FileBook(settings.safety_db, safety_schema.SCHEMA)
    frozen = FrozenBook(book, key)
    enquiries = CallEnquiries(settings.calls_db, key)
    return Safety(OutgoingBook(book, key), TriedFrozen(frozen) if tried else frozen, enquiries, clock, settings.zone)


def institutions_of(
    settings: Settings,
    limit: GuessLimit,
    key: bytes,
    clock: Callable[[], datetime] = utc_now,
    book: SmallBook | None = None,
) -> Institutions:
    """The institutions of this installation, by themselves: for pages and commands, which look nobody up."""
    own = book or FileBook(settings.institutions_db, INSTITUTIONS)
    return Institutions(InstitutionBook(own), limit, key, clock, settings.zone)


def institutions_looked_at(settings: Settings) -> LookedAtBook:
    """The same book for the pages, which may not change who may ask, and what was asked."""
    return LookedAtBook(settings.institutions_db, INSTITUTIONS)


def tried_institutions() -> MemoryBook:
    """None, for a conversation that is tried."""
    return MemoryBook(INSTITUTIONS)


def _holidays() -> Collection[date]:
    return frozenset(day for year in shipped() for day in year.days)
