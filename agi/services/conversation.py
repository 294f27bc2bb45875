"""A whole call, from greeting to end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from agi.books.errors import BookError
from agi.books.events import QUEUE, NoteKind, Outcome
from agi.dialogue.asking import Back, CallSpent, GaveUp, Patience, Spent, ToAgent
from agi.dialogue.menu import MORE, Menu
from agi.dialogue.question import HungUp, Journal, Phone, Prompt
from agi.dialogue.talk import Says, Talk
from agi.services import SERVICES, agent
from agi.services.desk import Desk
from agi.settings import Dialogue

SAYS: Says = {
    "call.welcome": {},
    "call.goodbye": {},
    "call.give_up_agent": {},
    "call.give_up_end": {},
    "call.time_is_up": {},
    "registration.unavailable": {},
    "queue.left": {},
    "queue.no_agent": {},
    "info.channels": {},
    "queue.timeout": {},
}


ASKS: Mapping[str, str] = {"timeout": "12"}
"""Questions that may have words in [questions] of the menu, and their keys."""


class Start(StrEnum):
    """How the caller comes here: a new call, or back from the agents' queue and why, in the dialplan's words."""

    WELCOME = "welcome"
    QUEUE_LEFT = "left"  # the caller pressed the key to leave
    QUEUE_EMPTY = "empty"  # no agent on duty
    QUEUE_TIMEOUT = "timeout"  # waited too long
    AGENT_LEFT = "served"  # talked with an agent, who has hung up
    AGENT_SENT_BACK = "menu"  # talked with an agent, who wants the caller to go on where they were


BACK = tuple(Start)[1:]
"""How a caller comes back."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a conversation ended, at which step, and why (one short phrase for the record)."""

    outcome: Outcome
    where: str
    why: str


def converse(
    phone: Phone,
    journal: Journal,
    desk: Desk,
    menu: Menu,
    settings: Dialogue,
    start: Start = Start.WELCOME,
    time_is_up: Callable[[], bool] = lambda: False,
    *,
    announced: Prompt | None = None,
    place: str = "",
) -> Ending:
    """Talk with a caller until the end of the call or until the agents have them; `time_is_up` asks nothing more.

    `announced`: what a new caller hears before the greeting. `place`: the node of the menu at which a new call begins
    without a greeting, where it is tried; "" for the first one, after it.
    A caller who comes back from the queue brings the case along in `desk`. A hang-up ends as an `Ending`; any other
    exception is a fault and is left to the line, which apologises.
    """
    talk = Talk(
        phone,
        journal,
        Patience(
            settings.first_key_ms,
            settings.between_keys_ms,
            settings.total_ms,
            settings.tries,
            settings.silent_turns,
        ),
        menu.language,
        time_is_up,
        spoken=menu.spoken,
    )
    try:
        return _talk(talk, desk, menu, start, announced, place)
    except HungUp:
        if talk.answered:
            return _completed(talk, desk, start, "hung up after the answer")
        return Ending(_outcome(desk, Outcome.ABANDONED), talk.where, "hung up")


def _talk(talk: Talk, desk: Desk, menu: Menu, start: Start, announced: Prompt | None, place: str) -> Ending:
    try:
        if not place:
            _open(talk, start, announced)
        node, answered = _place(desk.case.reached, start)
        node = place or node
        menu.run(talk, lambda name: _serve(talk, desk, name), node, answered=answered)
    except ToAgent:
        return _to_agent(talk, desk, Outcome.TRANSFERRED, "asked for an agent")
    except GaveUp as gone:
        # No agent was there, and nobody at the telephone either: asking the agents again would go on for ever.
        nobody = start is Start.QUEUE_EMPTY and not talk.responded
        if gone.target == "agent" and not nobody:
            talk.refuse(Prompt("call.give_up_agent"))
            return _to_agent(talk, desk, Outcome.GAVE_UP, f"{gone.why}, to an agent")
        return _given_up(talk, desk, "call.give_up_end", gone.where, gone.why)
    except CallSpent as spent:
        last_words = "call.time_is_up" if spent.why is Spent.TIME else "call.give_up_end"
        return _given_up(talk, desk, last_words, spent.where, spent.why)
    talk.answered = True
    talk.say(Prompt("call.goodbye"))
    talk.phone.hang_up()
    return _completed(talk, desk, start, "goodbye")


def _completed(talk: Talk, desk: Desk, start: Start, why: str) -> Ending:
    """The caller has got what they wanted: from us, or from the agent and nothing from us afterwards."""
    if start is Start.AGENT_LEFT and not talk.told_anything:
        return Ending(Outcome.TRANSFERRED, QUEUE, "agent")
    return Ending(_outcome(desk, Outcome.COMPLETED), talk.where, why)


def _place(reached: str, start: Start) -> tuple[str, bool]:
    """Where the walk begins: a node ("" is the first), and whether the caller has had their answer there."""
    if start is Start.AGENT_LEFT:
        return "", True
    if start is Start.AGENT_SENT_BACK:
        node, _, step = reached.partition(".")
        return node, step == MORE
    return "", False


def _serve(talk: Talk, desk: Desk, name: str) -> None:
    """Run a service; a book that can't be read now is told in a sentence, and the caller is back in the menu."""
    service = SERVICES[name]
    if service.title:
        desk.open_case(name)
    try:
        service.run(talk, desk)
    except BookError as error:
        talk.note(NoteKind.REGISTRY_UNAVAILABLE, type(error).__name__)
        talk.refuse(Prompt("registration.unavailable"))


def _given_up(talk: Talk, desk: Desk, last_words: str, where: str, why: str) -> Ending:
    """The call is ended by us, with `last_words`."""
    talk.refuse(Prompt(last_words))
    talk.phone.hang_up()
    return Ending(_outcome(desk, Outcome.GAVE_UP), where, why)


def _open(talk: Talk, start: Start, announced: Prompt | None) -> None:
    """The first words. Raises ToAgent if the caller wants to wait (again)."""
    match start:
        case Start.WELCOME:
            talk.say(*([announced] if announced else []), Prompt("call.welcome"))
        case Start.QUEUE_LEFT:
            talk.say(Prompt("queue.left"))
        case Start.QUEUE_EMPTY:
            talk.say(Prompt("queue.no_agent"), Prompt("info.channels"))
        case Start.QUEUE_TIMEOUT:
            talk.enter("queue")
            try:
                if talk.choose("timeout", [Prompt("queue.timeout")], "12", grammar="question:timeout") == "1":
                    raise ToAgent
            except Back:
                return
            except GaveUp as gone:  # who waited long and then says nothing has left the telephone
                raise GaveUp(gone.where, gone.why, "end") from gone


def _to_agent(talk: Talk, desk: Desk, outcome: Outcome, why: str) -> Ending:
    talk.answered = False
    agent.hand_over(talk, desk)
    return Ending(_outcome(desk, outcome), talk.where, why)


def _outcome(desk: Desk, otherwise: Outcome) -> Outcome:
    """Guessing that was stopped, and nothing served after it, is what the call is remembered for."""
    return Outcome.LOCKED_OUT if desk.locked_out else otherwise
