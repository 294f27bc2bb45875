"""What the rooms above ask of the books, however these are kept."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from agi.books.contacts import Contact
from agi.books.course import Course
from agi.books.enquiries import Enquiry
from agi.books.events import Channel, Event, Outcome
from agi.books.outgoing import OutgoingCall
from agi.books.ticket import Note, State, Ticket
from agi.books.words import Application, Office, Resident, ResidentStatus

_T = TypeVar("_T")


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

    def status(self, nik: str) -> ResidentStatus | None:
        """Whether `nik` is in use: for institutions that have proved themselves, and nobody else."""

    def application(self, number: str, pin: str) -> Application | None:
        """The application `number` if `pin` is its PIN."""

    def applications_of(self, nik: str, kk_digits: str) -> tuple[Application, ...]:
        """All applications of the resident `nik`, newest first, if the KK number ends in `kk_digits`."""

    def office(self, code: str) -> Office | None:
        """The office with this code."""

    def every_office(self) -> tuple[Office, ...]:
        """All offices."""

    def as_of(self, table: str) -> datetime | None:
        """The time that the "residents" or "applications" are of; None where there are none."""

    def close(self) -> None:
        """Let go of what is kept open for the next look-up."""


@dataclass(frozen=True, slots=True)
class Lock:
    """What is kept of a subject besides its failures, `since` when: the number of the failure after which the short
    count begins, and until when nothing more may be tried (None: there is no lock)."""

    counted_from: int
    since: datetime
    until: datetime | None = None


class Guesses(Protocol):
    """Tries at numbers that somebody may guess, as one transaction sees them.

    A subject is what tries are counted under ("nik:…", "caller:…"); only keyed hashes are kept of it, and of a proof.
    """

    def fail(self, subject: str, at: datetime) -> int:
        """Count a failure; its number is higher than any before."""

    def strike_out(self, subject: str, number: int) -> None:
        """The failure never was."""

    def failures(self, subject: str, since: datetime, after: int = 0) -> int:
        """How many there are later than `since`, whose numbers are higher than `after`."""

    def last(self, subject: str) -> int:
        """The number of the last failure that is kept, 0 where there is none."""

    def lock(self, subject: str) -> Lock | None:
        """What was set last."""

    def set_lock(self, subject: str, lock: Lock) -> None:
        """Set it in place of what there was."""

    def proved(self, caller: str, target: str, since: datetime, to: datetime) -> bool:
        """Whether `caller` has proved `target` (anything, where none is given) between the two."""

    def prove(self, caller: str, target: str, at: datetime) -> None:
        """`caller` has proved `target`."""

    def forget(self, *, failures: datetime, locks: datetime, proofs: datetime, ahead: datetime) -> None:
        """Delete what is older than that of each kind, and failures later than `ahead`."""


class GuessStore(Protocol):
    """Where guesses are kept; any thread may use it, and transactions come one after another, in the order asked."""

    def run(self, work: Callable[[Guesses], _T], done_late: Callable[[_T], object]) -> _T:
        """Do `work` in one transaction, and wait until it can't be lost.

        Raises BookError when it can't be done, and Late when that is not known in time: `done_late` is told the result
        then, if there ever is one.
        """

    def later(self, work: Callable[[Guesses], None]) -> None:
        """Do `work` in one transaction; nobody waits, and what can't be done is logged."""


class TicketStore(Protocol):
    """Where tickets are kept. Any thread may use it; every method raises BookError (Late: the disk is silent)."""

    def ready(self) -> None:
        """Raise BookError if nothing can be written now: asked before somebody speaks for nothing."""

    def add(self, ticket: Ticket) -> None:
        """Write down a new one. Raises NumberTaken."""

    def change(self, ticket_id: str, change: Callable[[Ticket], Ticket], note: Note | None = None) -> Ticket:
        """Let `change` make the ticket another, which is written and given back, with a `note` about it.

        Raises TicketNotFound, and what `change` raises: then nothing is changed.
        """

    def remove(self, ticket_id: str) -> None:
        """Delete it with its notes; one that is gone stays so."""

    def ticket(self, ticket_id: str) -> Ticket:
        """The one with this id. Raises TicketNotFound."""

    def by_number(self, number: str) -> Ticket | None:
        """The one with this number, or None."""

    def notes(self, ticket_id: str) -> tuple[Note, ...]:
        """What was noted about it, the oldest first."""

    def tickets(self, states: Collection[State], limit: int = -1) -> tuple[Ticket, ...]:
        """Those in one of `states`, what is due first first, drafts last; at most `limit` (-1: all)."""


class Half(NamedTuple):
    """A number that was sent and waits for what proves it; `subject` is the office's word for what it numbers."""

    subject: str
    number: str


class Halves(Protocol):
    """Where such numbers wait, one for each sender. Any thread may ask; every method raises BookError."""

    def half(self, sender: str, since: datetime) -> Half | None:
        """The number that `sender` has sent at or after `since`."""

    def keep_half(self, sender: str, subject: str, number: str, at: datetime) -> None:
        """It waits from now on, in place of another of theirs."""

    def drop_half(self, sender: str) -> None:
        """Nothing of theirs waits."""


class CallLog(Protocol):
    """Where contacts are written down as they happen. Any thread may write.

    Nothing here waits for a disk or raises for one that is full, slow, locked or broken. What is written twice is kept
    once: a contact by its id, an event by its key. Of the ends of a contact `contacts.counted` says which one counts.
    """

    def begin(
        self,
        contact_id: str,
        sender: str,
        started: datetime,
        *,
        channel: Channel = Channel.TELEPHONE,
        edition: int = 0,
    ) -> None:
        """A contact began, by `sender`: a number, a masked number, or "". One already begun stays as it is."""

    def event(self, contact_id: str, event: Event) -> None:
        """Something happened in it. An end without a begin makes the record."""

    def about(self, contact_id: str, number: str) -> None:
        """It is about the person or application `number`: kept as a keyed hash and the last 4 digits."""

    def flush(self, wait_s: float = 5.0) -> bool:
        """Wait until all that was handed over is kept; False if that took longer than `wait_s`."""


class EarlierContacts(Protocol):
    """What is known of a sender from earlier contacts. Any thread may ask."""

    def surveyed(self, sender: str, since: datetime) -> bool:
        """Whether the number `sender` was asked a question of the survey in a contact begun at or after `since`. Raises
        BookError."""

    def waited_in_vain(self, sender: str, since: datetime) -> bool:
        """Whether the number `sender` hung up in the agents' queue in the last contact that came there, begun at or
        after `since`. Raises BookError."""


class OutgoingCalls(Protocol):
    """Whom the hotline has called. Any thread may ask; every method raises BookError."""

    def called(self, number: str, ticket: str, now: datetime) -> None:
        """We call `number`, however it is written, about the ticket with this number ("": about none)."""

    def last(self, number: str, since: datetime, to: datetime) -> OutgoingCall | None:
        """Our last call to it between the two, or None."""


class FrozenNiks(Protocol):
    """NIKs that nobody may ask about. Any thread may ask; every method raises BookError."""

    def ready(self) -> None:
        """Raise BookError if it can't be told now which they are: asked before a caller keys numbers for nothing."""

    def freeze(self, nik: str, call: str, now: datetime) -> None:
        """From now on nobody may, as was wished in the contact `call`; one that is frozen stays as it is."""

    def since(self, nik: str) -> datetime | None:
        """Since when it is frozen; None where it is not."""

    def unfreeze(self, nik: str) -> bool:
        """From now on everybody may again; whether it was frozen."""

    def count(self) -> int:
        """How many are frozen."""


class Enquiries(Protocol):
    """Who asked about a NIK. Any thread may ask."""

    def about(self, nik: str, since: datetime, *, own: str, but: str) -> tuple[Enquiry, ...]:
        """The contacts about `nik` that began at or after `since`, the oldest first, without the contact `but`.

        `own`: the number of who wants to know, "" where it is not known. Raises BookError.
        """


class CallHistory(Protocol):
    """Contacts as they stand, while they are written. Every method raises BookError."""

    def calls(
        self,
        limit: int = 20,
        outcome: Outcome | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Contact, ...]:
        """The newest first: at most `limit` (-1: all), with this outcome, begun at or after `since` and before
        `until`."""

    def call(self, id_prefix: str) -> Contact:
        """The one whose id begins with `id_prefix`. Raises CallNotFound for none and for several."""

    def open_calls(self) -> tuple[Contact, ...]:
        """All that have no end yet, oldest first."""

    def events(self, call_id: str) -> tuple[Event, ...]:
        """What happened in the contact with this whole id, in order."""

    def course(self, contact: Contact) -> Course:
        """How it went before its end."""

    def editions(self) -> frozenset[int]:
        """The numbers of all editions that contacts name."""

    def follow(self) -> Iterator[Contact | tuple[str, Event]]:
        """What happens from now on, without end: a contact when it begins, ends or comes back, and each event with the
        id of its contact. Whoever has enough closes the iterator."""
