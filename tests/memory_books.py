"""Books that are kept in memory: what the ports ask, and nothing of a disk."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from queue import SimpleQueue

from agi.books.contacts import START, Contact, Ending, counted, masked
from agi.books.course import Course, course
from agi.books.errors import CallNotFound
from agi.books.events import Asked, Channel, Ended, Event, Outcome, Returned
from agi.books.words import Application, Office, Resident, ResidentStatus
from agi.privacy import mask


@dataclass
class MemoryCalls:
    """A `CallLog` and its `CallHistory`."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    happened: dict[str, dict[str, Event]] = field(default_factory=dict)
    followers: list[SimpleQueue[Contact | tuple[str, Event]]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def begin(
        self,
        contact_id: str,
        sender: str,
        started: datetime,
        *,
        channel: Channel = Channel.TELEPHONE,
        edition: int = 0,
    ) -> None:
        with self.lock:
            if known := self.contacts.get(contact_id):
                started = min(known.started, started)
                sender = known.sender or masked(sender)
                self.contacts[contact_id] = replace(
                    known, sender=sender, started=started, edition=known.edition or edition
                )
            else:
                begun = Contact(contact_id, masked(sender), started, channel=channel, edition=edition)
                self.contacts[contact_id] = begun
                self._tell(begun)

    def event(self, contact_id: str, event: Event) -> None:
        with self.lock:
            kept = self.happened.setdefault(contact_id, {})
            if event.key in kept:
                return
            if isinstance(event, Asked):
                event = replace(event, answer=replace(event.answer, took_ms=max(event.answer.took_ms, 0)))
            if isinstance(event, Ended) and not event.where:
                asked = [one.question for one in kept.values() if isinstance(one, Asked)]
                event = replace(event, where=asked[-1] if asked else START)
            kept[event.key] = event
            self._tell((contact_id, event))
            if isinstance(event, Ended):
                self._end(contact_id, event)
            elif isinstance(event, Returned) and contact_id in self.contacts:
                known = self.contacts[contact_id]
                self._keep(replace(known, ended=None, outcome=None, where="", why="", afterwards=""))

    def about(self, contact_id: str, number: str) -> None:
        if contact_id in self.contacts:
            self.contacts[contact_id] = replace(self.contacts[contact_id], about=mask(number))

    def flush(self, wait_s: float = 5.0) -> bool:
        return True

    def calls(
        self,
        limit: int = 20,
        outcome: Outcome | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Contact, ...]:
        found = [
            one
            for one in sorted(self.contacts.values(), key=lambda one: one.started, reverse=True)
            if outcome in (None, one.outcome)
            and (since is None or one.started >= since)
            and (until is None or one.started < until)
        ]
        return tuple(found if limit < 0 else found[:limit])

    def call(self, id_prefix: str) -> Contact:
        found = sorted(one for one in self.contacts if one.startswith(id_prefix))
        if not id_prefix or not found or (len(found) > 1 and found[0] != id_prefix):
            raise CallNotFound(id_prefix)
        return self.contacts[found[0]]

    def open_calls(self) -> tuple[Contact, ...]:
        return tuple(sorted((one for one in self.contacts.values() if one.ended is None), key=lambda one: one.started))

    def editions(self) -> frozenset[int]:
        return frozenset(one.edition for one in self.contacts.values() if one.edition)

    def events(self, call_id: str) -> tuple[Event, ...]:
        return tuple(self.happened.get(call_id, {}).values())

    def course(self, contact: Contact) -> Course:
        return course(contact, self.events(contact.id))

    def follow(self) -> Iterator[Contact | tuple[str, Event]]:
        news: SimpleQueue[Contact | tuple[str, Event]] = SimpleQueue()
        self.followers.append(news)
        while True:
            yield news.get()

    def _end(self, contact_id: str, event: Ended) -> None:
        known = self.contacts.get(contact_id) or Contact(contact_id, "", event.at)
        before = Ending(known.outcome, known.where, known.why, known.afterwards) if known.outcome else None
        now = counted(before, event)
        at = max(known.started, known.ended or event.at, event.at)
        ended = replace(known, ended=at, outcome=now.outcome, where=now.where, why=now.why, afterwards=now.afterwards)
        self._keep(ended)

    def _keep(self, contact: Contact) -> None:
        self.contacts[contact.id] = contact
        self._tell(contact)

    def _tell(self, news: Contact | tuple[str, Event]) -> None:
        for follower in self.followers:
            follower.put(news)


@dataclass
class MemoryRegistry:
    """`RegistryLookups`: residents by NIK and KK digits, applications by number and PIN, whose they are, offices."""

    kk_digits: int
    residents: Mapping[tuple[str, str], Resident]
    applications: Mapping[tuple[str, str], Application]
    owned: Mapping[str, tuple[Application, ...]]
    offices: Mapping[str, Office]
    imported: datetime | None = None

    def ready(self) -> None:
        pass

    def resident(self, nik: str, kk_digits: str) -> Resident | None:
        return self.residents.get((nik, kk_digits))

    def status(self, nik: str) -> ResidentStatus | None:
        return next((one.status for (number, _), one in self.residents.items() if number == nik), None)

    def application(self, number: str, pin: str) -> Application | None:
        return self.applications.get((number, pin))

    def applications_of(self, nik: str, kk_digits: str) -> tuple[Application, ...]:
        return self.owned.get(nik, ()) if (nik, kk_digits) in self.residents else ()

    def office(self, code: str) -> Office | None:
        return self.offices.get(code)

    def every_office(self) -> tuple[Office, ...]:
        return tuple(self.offices.values())

    def as_of(self, table: str) -> datetime | None:
        return self.imported

    def close(self) -> None:
        pass
