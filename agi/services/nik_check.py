"""Is my NIK registered, and how far is my KTP-el? Told in words, after NIK and KK digits match."""

from agi.books.events import NoteKind
from agi.dialogue.talk import Says, Talk
from agi.services import proving, telling
from agi.services.desk import Desk

SAYS: Says = {**proving.SAYS, **telling.NIK}


def run(talk: Talk, desk: Desk) -> None:
    """Ask who, look up, tell the status."""
    found = proving.identify(talk, desk, desk.office.check_nik)
    if found is None:
        return
    [status] = telling.told(found)
    desk.verified("nik+kk", status.key)
    talk.note(NoteKind.NIK_CHECKED, status.key)
    talk.tell(status)
