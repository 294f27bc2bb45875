"""A complaint or a wish: spoken after a tone, heard again, sent, and a ticket for it with number, PIN and clock."""

from collections.abc import Mapping

from agi.books.ticket import Category
from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.services import dictation
from agi.services.desk import Desk

SAYS: Says = {
    "complaint.category": {},
    "complaint.refused": {},
    "complaint.sent": {},
    "info.complaint": {},
    **dictation.SAYS,
}
ASKS: Mapping[str, str] = {"complaint": "1234", **dictation.ASKS}
"""Questions that may have words in [questions] of the menu, and their keys."""

_CATEGORIES = dict(zip("1234", (Category.SERVICE, Category.DATA, Category.FEE, Category.WISH), strict=True))


def run(talk: Talk, desk: Desk) -> None:
    """Ask what it is about, record it, open a ticket; where that can't be kept, say so and hand over to an agent."""
    if desk.recorder is None:
        talk.tell(Prompt("info.complaint"))
        return
    with dictation.or_agent(talk):
        desk.office.tickets.book.ready()
        category = _CATEGORIES[dictation.choose(talk, ASKS, "complaint", Prompt("complaint.category"))]
        if not dictation.agreed(talk):
            talk.tell(Prompt("complaint.refused"))
            return
        with dictation.drafted(talk, desk, desk.office.tickets.begin(category, desk.call)) as draft:
            if draft.dictate(desk.recorder):
                draft.send(Prompt("complaint.sent"))
            else:
                draft.delete()
                talk.tell(Prompt("complaint.deleted"))
