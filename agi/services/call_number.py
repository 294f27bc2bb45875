"""The number of the call: told before goodbye to who wanted something, so that nobody has to tell it twice."""

from agi.books.events import NoteKind
from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.services.desk import Desk

SAYS: Says = {"case.number": {"number": "digits"}}


def tell(talk: Talk, desk: Desk) -> None:
    """Tell it once; a key cuts it short.

    Not where nothing was begun, nor to who has fallen silent, nor where the case can't be kept.
    """
    if talk.silent or not desk.case.topic or not desk.office.cases.limits.told:
        return
    if number := desk.keep(talk.where):
        talk.note(NoteKind.CASE_TOLD)
        talk.say(Prompt("case.number", {"number": number}))
