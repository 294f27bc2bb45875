"""Against fraud: whether it was us who called, who asked about a NIK, and NIKs that nobody may ask about."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from agi.books.enquiries import Enquiry
from agi.books.events import Channel
from agi.books.ports import Enquiries, FrozenNiks, OutgoingCalls
from agi.office.counting import Visitor

ASKED_OF = timedelta(hours=24)
"""For so long it is told whether we have called."""
HISTORY_DAYS = 30


@dataclass(frozen=True, slots=True)
class CalledYou:
    """We called this number last `at` (the office's time), `days` days ago, about the `ticket` with which number."""

    at: datetime
    days: int
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class NotCalled:
    """No call of ours to this number is written down."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """The number of who asks is not known: nothing can be told."""


@dataclass(frozen=True, slots=True)
class History:
    """How often a NIK was asked about, rightly or wrongly, by whom else and by which `doors`; this contact not counted.

    `own`: from the number of who asks now. `last`: the day at the office when another number asked last.
    """

    own: int = 0
    others: int = 0
    last: date | None = None
    doors: Mapping[Channel, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnNik:
    """What the owner of a NIK, who has proved it, may hear and do. `nik` is whole, and goes nowhere but back to us."""

    history: History
    nik: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Safety:
    """Any thread may ask; everything raises BookError when a book can't be used now. `zone`: the office's."""

    outgoing: OutgoingCalls
    frozen: FrozenNiks
    enquiries: Enquiries
    clock: Callable[[], datetime]
    zone: tzinfo

    def called(self, number: str, ticket: str = "") -> None:
        """We call `number` now, about the ticket with this number ("": none). To be told before it is dialled."""
        self.outgoing.called(number, ticket, self.clock())

    def called_you(self, visitor: Visitor) -> CalledYou | NotCalled | Unseen:
        """Whether we have called the number of this visitor. Of no other number anything is told.

        An exchange may be lied to about the caller's number: so no more is told than when, and which ticket.
        """
        if not visitor.number:
            return Unseen()
        now = self.clock()
        found = self.outgoing.last(visitor.number, now - ASKED_OF, now)
        if found is None:
            return NotCalled()
        at = found.at.astimezone(self.zone)
        return CalledYou(at, (now.astimezone(self.zone).date() - at.date()).days, found.ticket)

    def history(self, nik: str, visitor: Visitor, contact: str) -> History:
        """How often `nik` was asked about in the last `HISTORY_DAYS` days (UU 27/2022, articles 7 and 32).

        `contact`: in which its owner asks, which is not counted.
        """
        since = self.clock() - timedelta(days=HISTORY_DAYS)
        return _history(self.enquiries.about(nik, since, own=visitor.number, but=contact), self.zone)

    def freeze(self, proved: OwnNik, contact: str) -> None:
        """From now on no door answers about this NIK, until an office opens it again."""
        self.frozen.freeze(proved.nik, contact, self.clock())


def _history(found: tuple[Enquiry, ...], zone: tzinfo) -> History:
    others = [one for one in found if not one.own]
    last = others[-1].at.astimezone(zone).date() if others else None
    return History(len(found) - len(others), len(others), last, Counter(one.channel for one in found))
