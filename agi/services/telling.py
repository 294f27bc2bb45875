"""What is said of what the office answers: the same sentences at every door."""

from datetime import timedelta

from agi.books.numbers import NikFault
from agi.books.words import REASONS, ApplicationStatus, Document, KtpState, Office, Reason, Resident, ResidentStatus
from agi.dialogue.question import Prompt, Value
from agi.dialogue.talk import Says
from agi.office.results import Invalid, Locked, NoMoreTries, Progress, Refusal, Subject, Wrong

STOPPED: Says = {
    "lockout.minutes": {"minutes": "number"},
    "lockout.hours": {"hours": "number"},
    "lockout.call": {},
}
NIK: Says = {
    **{f"resident.{status.lower()}": {} for status in ResidentStatus if status is not ResidentStatus.ACTIVE},
    **{f"ktp.{state.lower()}": {} for state in KtpState},
}
REFUSED: Says = {
    **{f"nik.invalid.{fault.value}": {} for fault in NikFault if fault is not NikFault.FORMAT},
    "identity.mismatch": {},
    **STOPPED,
}
"""Of a NIK and KK digits for which nothing is told. A NIK that is not one at all (FORMAT) no caller can key."""

REGISTRATION_REFUSED: Says = {"registration.invalid": {}, "registration.mismatch": {}, **STOPPED}

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
_WRONG = {Subject.NIK: "identity.mismatch", Subject.REGISTRATION: "registration.mismatch"}


def told(result: Resident | Progress | Refusal) -> tuple[Prompt, ...]:
    """The prompts for one result of the office."""
    match result:
        case Resident(ResidentStatus.ACTIVE, ktp):
            return (Prompt(f"ktp.{ktp.lower()}"),)
        case Resident(status):  # that it is not in use matters more than the state of the card
            return (Prompt(f"resident.{status.lower()}"),)
        case Progress():
            return _progress(result)
        case Invalid(Subject.NIK, fault):
            return (Prompt(f"nik.invalid.{fault}"),)
        case Invalid():
            return (Prompt("registration.invalid"),)
        case Wrong(subject, stop):
            return (Prompt(_WRONG[subject]), *(told(stop) if stop else ()))
        case Locked(left):
            return (_how_long(left),)
        case NoMoreTries():
            return (Prompt("lockout.call"),)


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


def where(office: Office | None) -> tuple[Prompt, ...]:
    """The place to collect, and when it is open as far as that is known."""
    if office is None:
        return (Prompt("application.office_unknown"),)
    name = Prompt("application.office", {"office": office.name})
    return (name, Prompt("application.office_hours", {"hours": office.hours})) if office.hours else (name,)
