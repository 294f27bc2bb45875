"""Is my NIK registered, and how far is my KTP-el? Told in words, after NIK and KK digits match."""

from agi.books.words import KtpState, Resident, ResidentStatus
from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.services import identity
from agi.services.desk import Desk

_INACTIVE = [status for status in ResidentStatus if status is not ResidentStatus.ACTIVE]

SAYS: Says = {
    **identity.SAYS,
    **{f"resident.{status.lower()}": {} for status in _INACTIVE},
    **{f"ktp.{state.lower()}": {} for state in KtpState},
}


def run(talk: Talk, desk: Desk) -> None:
    """Ask who, look up, tell the status."""
    desk.open_case("nik_check")
    person = identity.identify(talk, desk)
    if person is None:
        return
    status = _status(person.resident)
    desk.verified("nik+kk", status)
    talk.note("nik.checked", status)
    talk.tell(Prompt(status))


def _status(resident: Resident) -> str:
    """The key of what is told: a record that is not active matters more than the state of the card."""
    if resident.status is not ResidentStatus.ACTIVE:
        return f"resident.{resident.status.lower()}"
    return f"ktp.{resident.ktp.lower()}"
