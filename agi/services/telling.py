"""What is said of what the office answers: the same sentences at every door."""

from collections.abc import Mapping
from datetime import date, timedelta

from agi.books.numbers import NikFault
from agi.books.ticket import RefusedBy, State, Ticket
from agi.books.words import REASONS, ApplicationStatus, Document, KtpState, Office, Reason, Resident, ResidentStatus
from agi.dialogue.question import Prompt, Value
from agi.dialogue.talk import Says
from agi.office.diagnosis import Cause, Diagnosis
from agi.office.results import Frozen, Invalid, Locked, NoMoreTries, Opened, Progress, Refusal, Subject, Wrong
from agi.office.tickets import TO_DO

STOPPED: Says = {
    "lockout.minutes": {"minutes": "number"},
    "lockout.hours": {"hours": "number"},
    "lockout.call": {},
}
_BY_ITSELF = (
    KtpState.BIO_CAPTURED,
    KtpState.PROCESSING,
    KtpState.SENT_FOR_ENROLLMENT,
    KtpState.RECEIVED_AT_CENTRAL,
    KtpState.SENT_FOR_CARD_PRINTING,
    KtpState.CARD_SHIPPED,
    KtpState.CARD_ISSUED,
)
"""States in which a citizen has nothing to do."""
_RESIDENT: Mapping[ResidentStatus, str] = {
    status: f"resident.{status.lower()}" for status in ResidentStatus if status is not ResidentStatus.ACTIVE
}
_KTP = {state: f"ktp.{state.lower()}" for state in KtpState}
_TO_DO = frozenset((*_RESIDENT.values(), *(key for state, key in _KTP.items() if state not in _BY_ITSELF)))
NIK: Says = {
    **{key: {} for key in (*_RESIDENT.values(), *_KTP.values())},
    **{f"{key}_do": {} for key in _TO_DO},
}
"""What is the matter, and apart from it what to do: that is a fact, which may be overdue."""
REFUSED: Says = {
    **{f"nik.invalid.{fault.value}": {} for fault in NikFault if fault is not NikFault.FORMAT},
    "identity.mismatch": {},
    "identity.frozen": {},
    **STOPPED,
}
"""Of a NIK and KK digits for which nothing is told. A NIK that is not one at all (FORMAT) no caller can key."""

REGISTRATION_REFUSED: Says = {"registration.invalid": {}, "registration.mismatch": {}, **STOPPED}

TICKET_REFUSED: Says = {"ticket.invalid": {}, "ticket.mismatch": {}, **STOPPED}
INSTITUTION_REFUSED: Says = {"institution.invalid": {}, "institution.mismatch": {}, **STOPPED}
DIAGNOSIS: Says = {
    "diagnosis.moving": {},
    "diagnosis.stale": {},
    **{f"diagnosis.stale_{institution}": {} for institution in RefusedBy if institution},
    "diagnosis.then": {},
}
TICKET: Says = {
    **{f"ticket.{state}": {} for state in State if state is not State.DRAFT},
    "ticket.due": {"due": "date"},
}

OPENED: Says = {
    "ticket.number": {"number": "digits", "again": "digits"},
    "ticket.pin": {"pin": "digits", "again": "digits"},
    "ticket.days": {"days": "number"},
}
"""Of a ticket that was opened."""

_PLACES = {"document": "phrase", "since": "date"}
APPLICATION: Says = {
    **{f"document.{document.lower()}": {} for document in Document},
    **{f"reason.{reason.lower()}": {} for reason in Reason},
    **{
        f"application.{status.lower()}": _PLACES | ({"reason": "phrase"} if status in REASONS else {})
        for status in ApplicationStatus
    },
    "application.office": {"office": "text"},
    "application.office_hours": {"hours": "text"},
    "application.office_unknown": {},
}
WHERE_TO_GO: Says = {
    "where.office": {"office": "text"},
    "application.office_hours": {"hours": "text"},
    "where.usual_time": {"time": "text"},
    "where.unknown": {},
    "info.address": {},
}
OF_DAY: Says = {"data.of_day": {"day": "date"}}
"""Of answers from the registry whose data are old."""

_WRONG = {
    Subject.NIK: "identity.mismatch",
    Subject.REGISTRATION: "registration.mismatch",
    Subject.TICKET: "ticket.mismatch",
    Subject.INSTITUTION: "institution.mismatch",
}
_INVALID = {
    Subject.REGISTRATION: "registration.invalid",
    Subject.TICKET: "ticket.invalid",
    Subject.INSTITUTION: "institution.invalid",
}


def told(result: Resident | Progress | Ticket | Refusal) -> tuple[Prompt, ...]:
    """The prompts for one result of the office."""
    match result:
        case Resident(status, ktp):  # that it is not in use matters more than the state of the card
            key = _RESIDENT.get(status) or _KTP[ktp]
            return (Prompt(key), Prompt(f"{key}_do")) if key in _TO_DO else (Prompt(key),)
        case Progress():
            return _progress(result)
        case Ticket(state=state, due=due) if due is not None and state in TO_DO:
            return (Prompt(f"ticket.{state}"), Prompt("ticket.due", {"due": due}))
        case Ticket(state=state):
            return (Prompt(f"ticket.{state}"),)
        case Invalid(Subject.NIK, fault):
            return (Prompt(f"nik.invalid.{fault}"),)
        case Invalid(subject):
            return (Prompt(_INVALID[subject]),)
        case Wrong(subject, stop):
            return (Prompt(_WRONG[subject]), *(told(stop) if stop else ()))
        case Locked(left):
            return (_how_long(left),)
        case NoMoreTries():
            return (Prompt("lockout.call"),)
        case Frozen():
            return (Prompt("identity.frozen"),)


def _how_long(lock: timedelta) -> Prompt:
    """Minutes up to an hour and a half, else hours; rounded up, never zero."""
    minutes = max(1, -(-int(lock.total_seconds()) // 60))
    if minutes <= 90:
        return Prompt("lockout.minutes", {"minutes": minutes})
    return Prompt("lockout.hours", {"hours": -(-minutes // 60)})


def _progress(progress: Progress) -> tuple[Prompt, ...]:
    """The document, its status and since when; the reason or the place to collect where there is one."""
    application = progress.application
    places: dict[str, Value] = {
        "document": f"document.{application.document.lower()}",
        "since": application.since,
    }
    if application.reason is not None:
        places["reason"] = f"reason.{application.reason.lower()}"
    status = Prompt(f"application.{application.status.lower()}", places)
    return (status, *where(progress.collect_at)) if application.status is ApplicationStatus.SIAP_DIAMBIL else (status,)


def diagnosed(found: Diagnosis, refused_by: RefusedBy) -> tuple[Prompt, ...]:
    """Why the institution that `refused_by` names does not find a NIK, and what to do."""
    match found.cause:
        case Cause.STALE:
            return (Prompt("diagnosis.stale"), Prompt(f"diagnosis.stale_{refused_by}"))
        case Cause.MOVING:
            return (Prompt("diagnosis.moving"), Prompt("diagnosis.then"))
    return (*told(found.resident), Prompt("diagnosis.then"))


def opened(ticket: Opened) -> tuple[Prompt, ...]:
    """What the citizen must keep of a new ticket, told twice, and its clock."""
    return (
        Prompt("ticket.number", {"number": ticket.number, "again": ticket.number}),
        Prompt("ticket.pin", {"pin": ticket.pin, "again": ticket.pin}),
        Prompt("ticket.days", {"days": ticket.days}),
    )


def of_day(day: date | None) -> tuple[Prompt, ...]:
    """Of which day the data behind an answer are, where that must be told."""
    return (Prompt("data.of_day", {"day": day}),) if day else ()


def where(office: Office | None) -> tuple[Prompt, ...]:
    """The place to collect, and when it is open as far as that is known."""
    if office is None:
        return (Prompt("application.office_unknown"),)
    name = Prompt("application.office", {"office": office.name})
    return (name, Prompt("application.office_hours", {"hours": office.hours})) if office.hours else (name,)


def where_to_go(office: Office | None) -> tuple[Prompt, ...]:
    """The office of a region, when it is open and how long things usually take there, as far as that is known."""
    if office is None:
        return (Prompt("where.unknown"), Prompt("info.address"))
    told = [Prompt("where.office", {"office": office.name})]
    if office.hours:
        told.append(Prompt("application.office_hours", {"hours": office.hours}))
    if office.usual_time:
        told.append(Prompt("where.usual_time", {"time": office.usual_time}))
    return tuple(told)
