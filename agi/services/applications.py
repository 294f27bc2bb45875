"""All applications of one person, one after another, after NIK and KK digits match."""

from collections.abc import Mapping

from agi.books.events import NoteKind
from agi.dialogue.asking import Back, GaveUp
from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.services import proving, telling
from agi.services.desk import Desk

SAYS: Says = {
    "applications.none": {},
    "applications.one": {},
    "applications.many": {"count": "number"},
    "applications.next": {},
    **proving.SAYS,
    **telling.APPLICATION,
    **telling.OF_DAY,
}

ASKS: Mapping[str, str] = {"applications": "12"}
"""Questions that may have words in [questions] of the menu, and their keys."""


def run(talk: Talk, desk: Desk) -> None:
    """Ask who, say how many applications there are, tell one after another."""
    found = proving.identify(talk, desk, desk.office.applications)
    if found is None:
        return
    desk.verified("nik+kk", f"{len(found)} applications")
    talk.note(NoteKind.APPLICATIONS_TOLD, str(len(found)))
    of_day = telling.of_day(desk.office.told_of("applications"))
    if not found:
        talk.tell(Prompt("applications.none"), *of_day)
        return
    talk.say(Prompt("applications.one") if len(found) == 1 else Prompt("applications.many", {"count": len(found)}))
    for application in found[:-1]:
        told = (*telling.told(application), *of_day)
        talk.tell(*told)
        if not _wants_next(talk, told):
            return
    talk.tell(*telling.told(found[-1]), *of_day)


def _wants_next(talk: Talk, told: tuple[Prompt, ...]) -> bool:
    """Whether the caller wants the next one; `9` tells this one again, `*` and silence leave the list."""
    try:
        ask = [Prompt("applications.next")]
        return talk.choose("applications", ask, "12", repeat=told, grammar="question:applications") == "1"
    except (Back, GaveUp):
        return False
