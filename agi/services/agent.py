"""To an agent, who sees what the call is about before it is taken."""

from dataclasses import replace

from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.services.desk import Desk

SAYS: Says = {"agent.connecting": {}}


def run(talk: Talk, desk: Desk) -> None:
    """Say that an agent comes, and hand over the case. Always raises Transferred (or HungUp)."""
    case = replace(desk.case, topic=desk.case.topic or talk.where, reached=desk.case.reached or talk.where)
    talk.say(Prompt("agent.connecting"), barge_in=False)
    talk.note("transfer", case.topic)
    talk.transfer(case)
