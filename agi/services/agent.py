"""To an agent, who sees what the call is about before it is taken."""

from dataclasses import replace

from agi.books.events import QUEUE, NoteKind
from agi.dialogue.asking import ToAgent
from agi.dialogue.question import Case, Prompt
from agi.dialogue.talk import Says, Talk
from agi.services.desk import Desk

SAYS: Says = {"agent.connecting": {}}


def run(_talk: Talk, _desk: Desk) -> None:
    """Ask for an agent, as key 0 does."""
    raise ToAgent


def hand_over(talk: Talk, desk: Desk) -> None:
    """Say that an agent comes, and hand over the case: the conversation is over.

    Who has waited before keeps the place in the queue; who has waited in vain lately is given a better one.
    """
    desk.case = _as_it_stands(desk.case, talk.where)
    desk.joined = desk.joined or desk.office.queue_place.joined(desk.visitor)
    case = replace(desk.case, call_number=desk.keep(desk.case.reached))
    talk.say(Prompt("agent.connecting"), barge_in=False)
    talk.note(NoteKind.TRANSFER, case.topic)
    talk.phone.transfer(case)


def _as_it_stands(case: Case, here: str) -> Case:
    """`case` of a caller who is `here` now: who only waits on is where they were, and a topic is no older place."""
    if case.reached and here.startswith(f"{QUEUE}."):
        return case
    return replace(case, topic=here if case.topic in ("", case.reached) else case.topic, reached=here)
