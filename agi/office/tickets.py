"""Complaints and wishes of citizens: taken down, looked after by their clock, told to who has number and PIN."""

import hmac
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import count
from pathlib import Path
from secrets import randbelow, token_hex
from time import time

from agi.books.errors import BookError
from agi.books.messages import Messages, length_s
from agi.books.numbers import check_digit
from agi.books.ports import TicketStore
from agi.books.ticket import (
    NUMBER_DIGITS,
    PIN_DIGITS,
    AskedFor,
    Category,
    LifeEvent,
    Mark,
    Note,
    Reason,
    RefusedBy,
    State,
    Ticket,
    ticket_valid,
)
from agi.books.tickets import NumberTaken, TicketNotFound
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit
from agi.office.results import Invalid, Opened, Refusal, Subject
from agi.office.working_days import working_days_after
from agi.privacy import keyed_hash, looks_like_a_number, masked_numbers, sealed, unsealed

WORKING_DAYS: Mapping[Category, int] = {
    Category.FEE: 3,
    Category.FRAUD: 3,
    Category.SERVICE: 5,
    Category.DATA: 5,
    Category.EVENT: 5,
    Category.WISH: 10,
}
"""Days within which an answer is due: those of SP4N-LAPOR (Perpres 95/2018), the shortest where money was asked, or
somebody was deceived. No law counts them for a life event that is reported ahead: it is looked after as a request for
service is."""

CITIZEN = "warga"
"""Who wrote a note that is the complaint itself."""

TO_DO = (State.OPEN, State.IN_WORK)
_NO_PIN = bytes(16)
_TRIES = 20
_QUIET_S = 10.0
"""A recording that has not grown for so long is over."""


class ChangedMeanwhile(BookError):
    """Somebody else has changed the ticket since it was looked at."""


@dataclass(frozen=True, slots=True)
class Tickets:
    """The tickets of the office; any thread may ask. Everything raises BookError when the book can't be used now.

    `spool`: where recordings lie while a call lasts. `key`: the installation's, for the hashes of PINs. `zone`: the
    office's, in which days begin.
    """

    book: TicketStore
    messages: Messages
    guesses: GuessLimit
    key: bytes
    spool: Path
    clock: Callable[[], datetime]
    zone: tzinfo
    holidays: Callable[[], Collection[date]] = tuple

    # ---- for who calls ----

    def begin(self, category: Category, call: str, channel: str = "telephone", ticket_id: str = "") -> Ticket:
        """A draft, which stays when the call ends at any moment."""
        now = self._now()
        for _ in range(_TRIES):
            known = ticket_id or _id(token_hex(8) for _ in count())
            ticket = Ticket(known, _number(), category, channel, call, now, now)
            try:
                self.book.add(ticket)
            except NumberTaken:
                continue
            return ticket
        raise NumberTaken("no free number was found")

    def begin_for(
        self, nik: str, reason: Reason, refused_by: RefusedBy, call: str, channel: str = "telephone"
    ) -> Ticket:
        """A draft about a NIK that an institution refused, with what was found out about it."""
        draft, box = self.begin(Category.DATA, call, channel), sealed(self.key, nik)
        return self.book.change(draft.id, lambda one: replace(one, reason=reason, refused_by=refused_by, nik=box))

    def report(
        self, event: LifeEvent, day: date, region: str, callback: str, call: str, channel: str = "telephone"
    ) -> Opened:
        """A life event that happened on `day`, reported ahead; the office of `region` completes it."""
        draft = self.begin(Category.EVENT, call, channel)
        self.book.change(draft.id, lambda one: replace(one, event=event, event_day=day, region=region))
        return self.submit(draft.id, None, 0.0, callback)

    def begin_fraud(self, suspect: str, asked_for: AskedFor, call: str, channel: str = "telephone") -> Ticket:
        """A draft about a fraud that came from the number `suspect` ("": unknown)."""
        draft = self.begin(Category.FRAUD, call, channel)
        return self.book.change(draft.id, lambda one: replace(one, suspect=suspect, asked_for=asked_for))

    def nik_of(self, ticket: Ticket) -> str:
        """Whom its reason is about, for who must see to it; "" where it has none. Raises privacy.BadKey."""
        return unsealed(self.key, ticket.nik) if ticket.nik else ""

    def submit(self, ticket_id: str, sound: Path | None, seconds: float, callback: str = "") -> Opened:
        """Send it, with the message recorded in `sound`: number, PIN, and how long it may take at most."""
        if sound is not None:
            self.messages.keep(ticket_id, sound)
        pin = f"{randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"

        def opened(draft: Ticket) -> Ticket:
            return replace(
                draft,
                state=State.OPEN,
                mark=Mark.NONE,
                due=self._due(draft.category, self.today()),
                message_s=seconds,
                callback=callback,
                pin=self._hash(draft.number, pin),
                changed=self._now(),
            )

        ticket = self.book.change(ticket_id, opened)
        return Opened(ticket.number, pin, WORKING_DAYS[ticket.category], ticket.due or self.today())

    def write(self, category: Category, said: str, contact: str, channel: str) -> Opened:
        """Take down what was written in this `contact`; asked again for it, its one ticket gets another PIN."""
        return self.submit(self._taken_down(category, masked_numbers(said), contact, channel).id, None, 0.0)

    def write_for(self, nik: str, reason: Reason, refused_by: RefusedBy, contact: str, channel: str) -> Opened:
        """Take down in this `contact` that an institution refused a NIK, with what was found out about it; asked again
        on the same day, its one ticket gets another PIN."""
        once = f"{nik} {reason} {self.today()}"
        draft = self._taken_down(Category.DATA, "", contact, channel, once)
        box = sealed(self.key, nik)
        self.book.change(draft.id, lambda one: replace(one, reason=reason, refused_by=refused_by, nik=box))
        return self.submit(draft.id, None, 0.0)

    def note_post(self, category: Category, said: str, link: str, contact: str, channel: str) -> None:
        """Take down what was said in public, to be read at `link`; asked again for it, nothing is changed.

        Nobody is told its number or PIN.
        """
        ticket = self._taken_down(category, f"{masked_numbers(said)} {link}", contact, channel)
        if ticket.state is State.DRAFT:
            self.submit(ticket.id, None, 0.0)

    def _taken_down(self, category: Category, said: str, contact: str, channel: str, once: str = "") -> Ticket:
        """The one ticket of this `contact`, or of what `once` names, with what was `said` (if anything was), whatever
        was killed while it was made."""
        ticket_id = _id(
            keyed_hash(self.key, "ticket-of", once or contact, *nth * ["again"]).hex()[:16] for nth in count()
        )
        try:
            ticket = self.book.ticket(ticket_id)
        except TicketNotFound:
            ticket = self.begin(category, contact, channel, ticket_id)
        if said and not self.book.notes(ticket_id):
            self.book.change(ticket_id, lambda draft: draft, Note(self._now(), CITIZEN, said))
        return ticket

    def leave(self, ticket_id: str, mark: Mark, sound: Path | None = None, seconds: float = 0.0) -> None:
        """It stays a draft, with what was recorded, and marked."""

        def marked(draft: Ticket) -> Ticket:
            if draft.state is not State.DRAFT:
                return draft
            return replace(draft, mark=mark, message_s=seconds, changed=self._now())

        self.book.change(ticket_id, marked)
        if sound is not None:
            self.messages.keep(ticket_id, sound)

    def discard(self, ticket_id: str, sound: Path | None) -> None:
        """The caller wants nothing of it kept."""
        if sound is not None:
            sound.unlink(missing_ok=True)
        self.book.remove(ticket_id)

    def status(self, visitor: Visitor, number: str, pin: str) -> Ticket | Refusal:
        """The ticket with this number and PIN; unknown and wrong are the same, and guessing is limited."""
        if not ticket_valid(number):
            return Invalid(Subject.TICKET)
        return self.guesses.attempt(visitor, Subject.TICKET, number, lambda: self._proved(number, pin))

    def _proved(self, number: str, pin: str) -> Ticket | None:
        found = self.book.by_number(number)
        told = found is not None and found.state is not State.DRAFT
        matches = hmac.compare_digest(found.pin if found and told else _NO_PIN, self._hash(number, pin))
        return found if told and matches else None

    def _hash(self, number: str, pin: str) -> bytes:
        return keyed_hash(self.key, "ticket-pin", number, pin)

    def today(self) -> date:
        """The day it is at the office."""
        return self.clock().astimezone(self.zone).date()

    def day_of(self, ticket: Ticket) -> date:
        """The day at the office on which it came."""
        return ticket.opened.astimezone(self.zone).date()

    def _due(self, category: Category, since: date) -> date:
        return working_days_after(since, WORKING_DAYS[category], self.holidays())

    def _now(self) -> datetime:
        """To the millisecond, as the book keeps it."""
        now = self.clock()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    # ---- for the office ----

    def edit(self, seen: Ticket, change: Callable[[Ticket], Ticket], who: str, note: str = "") -> Ticket:
        """Let `who` change the ticket that they have `seen`, with a note. Raises ChangedMeanwhile."""

        def changed(now: Ticket) -> Ticket:
            if now.changed != seen.changed:
                raise ChangedMeanwhile("the ticket was changed meanwhile")
            made = change(now)
            if made.state is not State.DRAFT and (made.due is None or made.category is not now.category):
                since = now.opened if now.due else self.clock()  # a draft's clock begins when the office takes it on
                made = replace(made, due=self._due(made.category, since.astimezone(self.zone).date()))
            return replace(made, changed=self._now())

        return self.book.change(seen.id, changed, Note(self._now(), who, note) if note else None)

    def overdue(self, ticket: Ticket) -> bool:
        """Whether it should have been answered before today."""
        return ticket.state in TO_DO and ticket.due is not None and ticket.due < self.today()

    # ---- what is left behind, and what is old ----

    def settle(self, live: Collection[str]) -> int:
        """Keep what calls that are over, and no longer `live`, have left in the spool; how many drafts those were.

        A line that was killed leaves drafts without a mark, and recordings that Asterisk wrote to their end.
        """
        drafts = {one.id: one for one in self.book.tickets([State.DRAFT])}
        settled = 0
        for ticket in drafts.values():
            sound = self.spool / f"{ticket.id}.wav"
            done = ticket.mark is not Mark.NONE and not sound.exists()
            if done or ticket.call in live or _grows(sound):
                continue
            seconds = length_s(sound if sound.exists() else self.messages.path(ticket.id))
            self.leave(ticket.id, ticket.mark or Mark.LEFT, sound, seconds)
            settled += 1
        for sound in self.spool.glob("*.wav"):
            if sound.stem not in drafts and _is_id(sound.stem) and not _grows(sound):
                sound.unlink(missing_ok=True)  # of a ticket that was deleted
        return settled

    def purge(self, older_than: timedelta) -> int:
        """Delete closed tickets and drafts that nobody has changed for so long, with their recordings; how many."""
        before = self._now() - older_than
        old = [one for one in self.book.tickets([State.CLOSED, State.DRAFT]) if one.changed < before]
        for ticket in old:
            self.messages.remove(ticket.id)
            self.book.remove(ticket.id)
        return len(old)


def _id(made: Iterator[str]) -> str:
    """The first of the ids that no log or audit takes for a number of a person, and masks."""
    return next(one for one in made if not looks_like_a_number(one))


def _number() -> str:
    """A number that says nothing, and can't be guessed from another."""
    digits = str(10 ** (NUMBER_DIGITS - 2) + randbelow(9 * 10 ** (NUMBER_DIGITS - 2)))
    return digits + check_digit(digits)


def _is_id(name: str) -> bool:
    return len(name) == 16 and all(one in "0123456789abcdef" for one in name)


def _grows(sound: Path) -> bool:
    try:
        return time() - sound.stat().st_mtime < _QUIET_S
    except OSError:
        return False
