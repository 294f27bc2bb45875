"""The text service: one message in, one answer out, by the same office, limits and sentences as calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import NamedTuple

from agi.books.case import CaseFile
from agi.books.errors import BookError
from agi.books.events import Channel, NoteKind
from agi.books.ports import Halves
from agi.books.ticket import Category, Reason, RefusedBy, Ticket
from agi.books.words import Resident
from agi.dialogue.facts import OVERDUE
from agi.dialogue.menu import Menu
from agi.dialogue.question import Prompt
from agi.office.counting import Visitor
from agi.office.office import Office
from agi.office.results import Frozen, Invalid, Locked, NoMoreTries, Progress, Refusal, Subject, Wrong
from agi.services import telling
from agi.text.complaints import category
from agi.text.information import Information
from agi.text.reading import OF_PROOFS, PIN_DIGITS, Intent, Reading, agrees, read, refused_by
from agi.voice.texts import Texts

HALF_FOR = timedelta(minutes=15)
"""So long a number that was sent waits for what proves it."""
_REFUSED, _OFFERED = "refused ", "offered "
"""How the subjects begin of a NIK that an institution does not find, and waits for its proof ("refused bank"), and of
one for which a ticket was offered ("offered stale bank"): see `Halves`."""
_LEAST_SAID = 10
"""Characters of a complaint."""

_AGENTS = "agent"
"""The service by which a menu hands over to an agent."""
_CLOSINGS = {Channel.MAIL: Prompt("info.channels")}
"""Channel -> what its answers end with, in a paragraph of its own: a mail has room to say where else to ask."""


class Found(NamedTuple):
    """What a request came to: the sentences; for the record a step, and about which number."""

    prompts: tuple[Prompt, ...]
    note: NoteKind | None = None
    detail: str = ""
    about: str = ""
    locked: bool = False


class Answer(NamedTuple):
    """What is answered, in words, to what was asked."""

    text: str
    intent: Intent
    found: Found


@dataclass(frozen=True)
class TextService:
    """Answers messages; any thread may ask. `halves`: where numbers wait for their proof. `edition`: that of the
    sentences, for records."""

    office: Office
    menu: Menu
    texts: Texts
    halves: Halves
    edition: int = 0

    @cached_property
    def _information(self) -> Information:
        return Information(self.office, self.menu, self.texts)

    def answer(self, sender: str, message: str, contact: str, channel: Channel, account: str = "") -> Answer:
        """What `sender` is answered to `message`, which is the contact with this id, by this channel; see `Visitor`.

        Asked again for the same contact, a complaint opens no second ticket. Where a book can't be used, that is told.
        """
        reading = self._completed(sender, read(message, self.office.kk_digits))
        if reading.intent is Intent.HELP and self._leads_to(reading) == _AGENTS:
            reading = replace(reading, intent=Intent.AGENT)
        try:
            found = self._asked(Visitor(sender, account), reading, contact, channel)
        except BookError:
            unkept = reading.intent in (Intent.COMPLAIN, Intent.NEW_TICKET)
            key = "complaint.unavailable" if unkept else "registration.unavailable"
            note = NoteKind.TICKETS_UNAVAILABLE if unkept else NoteKind.REGISTRY_UNAVAILABLE
            found = Found((Prompt(key),), note)
        prompts = self._due(found.prompts)
        told = [" ".join(self._written(prompts))]
        if closing := _CLOSINGS.get(channel):
            told += self.sentences(closing)
        return Answer("\n\n".join(dict.fromkeys(told)), reading.intent, found._replace(prompts=prompts))

    def sentences(self, *prompts: Prompt) -> tuple[str, ...]:
        """What is written for `prompts`; in place of what is overdue, that it is. Raises texts.UnknownKey."""
        return self._written(self._due(prompts))

    def _written(self, prompts: tuple[Prompt, ...]) -> tuple[str, ...]:
        return tuple(self.texts.message(one.key, one.places) for one in prompts)

    @property
    def fault(self) -> str:
        """What is answered where a message can't be."""
        return self.texts.message("registration.unavailable")

    def explained(self, message: str) -> tuple[Reading, str]:
        """How `message` is read, and to which place of the menu its own words lead, "" where they lead nowhere."""
        reading = read(message, self.office.kk_digits)
        return reading, self._information.place(reading.words) if reading.intent is Intent.HELP else ""

    def _leads_to(self, reading: Reading) -> str:
        """The service to which its words lead, "" for none."""
        place = self._information.place(reading.words)
        return self.menu.nodes[place].service if place else ""

    def _completed(self, sender: str, reading: Reading) -> Reading:
        """`reading` with the number that has waited for it, where it holds nothing but what proves that."""
        if sender and agrees(reading.words):
            offer = self.halves.half(sender, self.office.clock() - HALF_FOR)
            if offer and offer.subject.startswith(_OFFERED):
                return Reading(Intent.NEW_TICKET, nik=offer.number, words=tuple(offer.subject.split()[1:]))
        bare = not set(reading.words) - OF_PROOFS
        alone = reading.intent is Intent.CHECK and not reading.kk and not reading.kk_end
        proof = reading.nik if alone else "".join(reading.loose)
        if not sender or not bare or not proof:
            return reading
        half = self.halves.half(sender, self.office.clock() - HALF_FOR)
        if half is None or half.number == proof:
            return reading
        digits = self.office.kk_digits
        if half.subject.startswith(_REFUSED) and len(proof) in (digits, 16):
            words = tuple(half.subject.split()[1:])
            return Reading(Intent.NIK_NOT_FOUND, nik=half.number, kk_end=proof[-digits:], words=words)
        match half.subject:
            case Subject.NIK if len(proof) in (digits, 16):
                return Reading(Intent.CHECK, nik=half.number, kk_end=proof[-digits:])
            case Subject.REGISTRATION if len(proof) == PIN_DIGITS:
                return Reading(Intent.STATUS, number=half.number, pin=proof)
            case Subject.TICKET if len(proof) == PIN_DIGITS:
                return Reading(Intent.TICKET, number=half.number, pin=proof)
        return reading

    def _asked(self, visitor: Visitor, reading: Reading, contact: str, channel: Channel) -> Found:
        match reading.intent:
            case Intent.CHECK:
                return self._check(visitor, reading)
            case Intent.NIK_NOT_FOUND if reading.nik:
                return self._diagnose(visitor, reading)
            case Intent.CALL_NUMBER:
                return self._call(visitor, reading.number)
            case Intent.NEW_TICKET:
                return self._open_for(reading, contact, channel)
            case Intent.NIK_LENGTH:
                return Found((Prompt("text.nik_length", {"count": reading.digits}),), NoteKind.NIK_INVALID, "format")
            case Intent.STATUS:
                return self.prove(visitor, Subject.REGISTRATION, reading.number, reading.pin)
            case Intent.TICKET:
                return self.prove(visitor, Subject.TICKET, reading.number, reading.pin)
            case Intent.STATUS_PIN:
                return self._half(visitor, Subject.REGISTRATION, reading.number, Prompt("text.status_pin"))
            case Intent.TICKET_PIN:
                return self._half(visitor, Subject.TICKET, reading.number, Prompt("text.ticket_pin"))
            case Intent.COMPLAIN if len(reading.said) >= _LEAST_SAID:
                return self._complain(reading, contact, channel)
        return Found(self._information.told(reading))

    def _check(self, visitor: Visitor, reading: Reading) -> Found:
        digits = self.office.kk_digits
        proof = reading.kk[-digits:] or reading.kk_end
        if proof:
            return self.prove(visitor, Subject.NIK, reading.nik, proof)
        return self._half(visitor, Subject.NIK, reading.nik, Prompt("text.kk_needed", {"digits": digits}))

    def _diagnose(self, visitor: Visitor, reading: Reading) -> Found:
        """Why an institution does not find a NIK; where the office can see to it, a ticket is offered."""
        nik, refused = reading.nik, refused_by(reading.words)
        waits = f"{_REFUSED}{refused}"
        proof = reading.kk[-self.office.kk_digits :] or reading.kk_end
        if not proof:
            ask = Prompt("text.kk_needed", {"digits": self.office.kk_digits})
            return self._half(visitor, Subject.NIK, nik, ask, waits)
        found = self.office.diagnose(visitor, nik, proof)
        if isinstance(found, Refusal):
            return self._refused(visitor, Subject.NIK, nik, found, waits)
        self.halves.drop_half(visitor.number)
        told = (*telling.diagnosed(found, refused), *telling.of_day(self.office.told_of("residents")))
        if found.to_do and visitor.number:
            self.halves.keep_half(visitor.number, f"{_OFFERED}{found.to_do} {refused}", nik, self.office.clock())
            told = (*told, Prompt("text.new_ticket"))
        return Found(told, NoteKind.DIAGNOSED, f"{found.cause} {refused}", nik)

    def _open_for(self, reading: Reading, contact: str, channel: Channel) -> Found:
        """The ticket that a diagnosis offered, which agreeing twice makes once."""
        reason, refused = Reason(reading.words[0]), RefusedBy(reading.words[1])
        opened = self.office.tickets.write_for(reading.nik, reason, refused, contact, channel)
        return Found(telling.opened(opened), NoteKind.TICKET_OPENED, f"{Category.DATA} {reason}", opened.number)

    def _half(self, visitor: Visitor, subject: Subject, number: str, ask: Prompt, waits: str = "") -> Found:
        """A number alone: whether it can be one, and what proves it; it waits for that, as its subject or `waits`."""
        invalid = self.office.invalid(subject, number)
        if invalid is not None:
            return Found(telling.told(invalid), NoteKind(f"{subject}.invalid"), invalid.fault or "")
        if stop := self.office.stop(visitor, subject, number):
            return Found(telling.told(stop), NoteKind.LOCKOUT, about=number, locked=True)
        if visitor.number:
            self.halves.keep_half(visitor.number, waits or subject, number, self.office.clock())
        return Found((ask,), about=number)

    def prove(self, visitor: Visitor, subject: Subject, number: str, proof: str) -> Found:
        """What may be told of a NIK, a registration number or a ticket with its proof. Raises BookError."""
        look_up: Mapping[Subject, Callable[[Visitor, str, str], Resident | Progress | Ticket | Refusal]] = {
            Subject.NIK: self.office.check_nik,
            Subject.REGISTRATION: self.office.application,
            Subject.TICKET: self.office.tickets.status,
        }
        found = look_up[subject](visitor, number, proof)
        if isinstance(found, Refusal):
            return self._refused(visitor, subject, number, found)
        self.halves.drop_half(visitor.number)
        told = telling.told(found)
        match found:
            case Resident():
                day = self.office.told_of("residents")
                return Found((*told, *telling.of_day(day)), NoteKind.NIK_CHECKED, told[0].key, number)
            case Progress(application):
                day = self.office.told_of("applications")
                status = application.status.lower()
                return Found((*told, *telling.of_day(day)), NoteKind.APPLICATION_TOLD, status, number)
            case Ticket(state=state):
                return Found(told, NoteKind.TICKET_TOLD, state, number)

    def applications(self, visitor: Visitor, nik: str, proof: str) -> Found:
        """How far all applications of a person are. Raises BookError."""
        found = self.office.applications(visitor, nik, proof)
        if isinstance(found, Refusal):
            return self._refused(visitor, Subject.NIK, nik, found)
        some = Prompt("applications.many", {"count": len(found)}) if len(found) > 1 else Prompt("applications.one")
        each = (prompt for one in found for prompt in telling.told(one))
        day = telling.of_day(self.office.told_of("applications"))
        told = (some if found else Prompt("applications.none"), *each, *day)
        return Found(told, NoteKind.APPLICATIONS_TOLD, str(len(found)), nik)

    def _refused(self, visitor: Visitor, subject: Subject, number: str, found: Refusal, waits: str = "") -> Found:
        told = telling.told(found)
        match found:
            case Invalid(_, fault):
                return Found(told, NoteKind(f"{subject}.invalid"), fault or "")
            case Wrong(stop=stop):
                self.halves.keep_half(visitor.number, waits or subject, number, self.office.clock())
                return Found(told, NoteKind.MISMATCH, about=number, locked=stop is not None)
            case Locked() | NoMoreTries():
                return Found(told, NoteKind.LOCKOUT, about=number, locked=True)
            case Frozen():
                self.halves.drop_half(visitor.number)
                return Found(told, NoteKind.NIK_FROZEN, about=number)

    def _call(self, visitor: Visitor, number: str) -> Found:
        """The number of a call that somebody was told: an agent goes on with its case."""
        found = self.office.cases.opened(visitor, number)
        match found:
            case CaseFile():
                return Found((Prompt("text.call_number"),), NoteKind.CASE_TOLD, found.topic, number)
            case Locked() | NoMoreTries():
                return Found(telling.told(found), NoteKind.LOCKOUT, about=number, locked=True)
        return Found((Prompt("text.call_unknown"),))

    def _complain(self, reading: Reading, contact: str, channel: Channel) -> Found:
        about = category(reading.words)
        opened = self.office.tickets.write(about, reading.said, contact, channel)
        told = (Prompt("complaint.sent"), *telling.opened(opened))
        return Found(told, NoteKind.TICKET_OPENED, about, opened.number)

    def _due(self, prompts: tuple[Prompt, ...]) -> tuple[Prompt, ...]:
        """`prompts` without what must be checked again before it is told: that is said once in their place."""
        overdue = self.menu.overdue(self.office.today)
        told = (Prompt(OVERDUE) if one.key in overdue else one for one in prompts)
        return tuple({(one.key, str(one.places)): one for one in told}.values())
