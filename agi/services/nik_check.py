"""Is my NIK registered, and how far is my KTP-el? Told in words, after NIK and KK digits match."""

from agi.books.events import NoteKind
from agi.dialogue.talk import Says, Talk
from agi.services import diagnosis, proving, telling
from agi.services.desk import Desk

SAYS: Says = {**proving.SAYS, **telling.NIK, **telling.OF_DAY}


def run(talk: Talk, desk: Desk) -> None:
    """Ask who, look up, tell the status; who never matched is offered to have it looked into."""
    found = proving.identify(talk, desk, desk.office.check_nik, lambda nik: diagnosis.unproved(talk, desk, nik))
    if found is None:
        return
    told = telling.told(found)
    status = told[0].key
    desk.verified("nik+kk", status)
    talk.note(NoteKind.NIK_CHECKED, status)
    talk.tell(*told, *telling.of_day(desk.office.told_of("residents")))
