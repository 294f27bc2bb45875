"""A call that was cut off: who calls again within minutes goes on where they were, at their place in the queue."""

from collections.abc import Mapping
from dataclasses import replace

import structlog

from agi.books.case import CaseFile
from agi.books.errors import BookError
from agi.books.events import NoteKind
from agi.dialogue.asking import Back, GaveUp, ToAgent
from agi.dialogue.question import Case, Prompt
from agi.dialogue.talk import Says, Talk
from agi.services.desk import Desk

QUESTION = "resume"
SAYS: Says = {"resume.cut_off": {}, "resume.queue": {}, "resume.service": {}}
ASKS: Mapping[str, str] = {QUESTION: "12"}
"""Questions that may have words in [questions] of the menu, and their keys."""
_log = structlog.get_logger("services")


def offer(talk: Talk, desk: Desk) -> str:
    """The node where a caller goes on who was cut off and wants to; "" for all others. Raises ToAgent, HungUp.

    Their number says who they are, and proves nothing: the agent sees what they asked, and nothing as proved.
    """
    try:
        found = desk.office.cases.interrupted(desk.visitor.number)
        if found is None:
            return ""
        if not _wanted(talk, found):
            desk.office.cases.let_go(found.number)
            return ""
        taken = desk.office.cases.go_on(found.number, desk.call)
    except BookError as trouble:
        _log.error("case.not_read", why=type(trouble).__name__)
        return ""
    if taken is None:
        return ""
    talk.note(NoteKind.CALL_RESUMED, taken.reached)
    desk.case = Case(topic=taken.topic, reached=taken.reached, number=taken.about)
    if taken.joined:
        desk.joined = taken.joined
        raise ToAgent
    return taken.reached.partition(".")[0]


def _wanted(talk: Talk, found: CaseFile) -> bool:
    """Asked once; keys typed ahead are of who knows the menu, and void."""
    usual, talk.patience = talk.patience, replace(talk.patience, tries=1)
    talk.enter(QUESTION)
    talk.refuse(Prompt("resume.cut_off"))
    ask = Prompt("resume.queue" if found.joined else "resume.service")
    try:
        return talk.choose(QUESTION, [ask], ASKS[QUESTION], grammar=f"question:{QUESTION}") == "1"
    except (Back, GaveUp):
        return False
    except ToAgent:
        if not found.joined:
            raise
        return True
    finally:
        talk.patience = usual
