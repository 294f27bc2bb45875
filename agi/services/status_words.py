"""How an application's status is told."""

from agi.books.words import REASONS, Application, ApplicationStatus, Document, Reason
from agi.dialogue.question import Prompt, Value
from agi.dialogue.talk import Says
from agi.services.desk import Desk

_PLACES = {"document": "phrase", "since": "date"}
_TO_COLLECT = ApplicationStatus.SIAP_DIAMBIL

SAYS: Says = {
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


def status_words(application: Application, desk: Desk) -> tuple[Prompt, ...]:
    """The document, its status and since when; the reason or the place to collect where there is one."""
    places: dict[str, Value] = {
        "document": f"document.{application.document.lower()}",
        "since": application.since,
    }
    if application.reason is not None:
        places["reason"] = f"reason.{application.reason.lower()}"
    told = Prompt(f"application.{application.status.lower()}", places)
    return (told, *_where(application, desk)) if application.status is _TO_COLLECT else (told,)


def _where(application: Application, desk: Desk) -> tuple[Prompt, ...]:
    """The place to collect, and when it is open as far as that is known."""
    office = desk.registry.office(application.office)
    if office is None:
        return (Prompt("application.office_unknown"),)
    name = Prompt("application.office", {"office": office.name})
    return (name, Prompt("application.office_hours", {"hours": office.hours})) if office.hours else (name,)
