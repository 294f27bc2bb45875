"""A whole call, from greeting to end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from agi.books.errors import BookError
from agi.books.events import QUEUE, NoteKind, Outcome
from agi.dialogue.asking import Back, CallSpent, GaveUp, Patience, Spent, ToAgent
from agi.dialogue.menu import MORE, Menu
from agi.dialogue.question import HungUp, Journal, Phone, Prompt
from agi.dialogue.talk import Says, Talk
from agi.services import SERVICES, agent, call_number, callback, called_back, off_duty, resume, survey
from agi.services.desk import Desk
from agi.settings.tables import Dialogue

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
    "queue.timeout_callback": {},
    **off_duty.SAYS,
    **survey.SAYS,
    **call_number.SAYS,
    **callback.SAYS,
    **called_back.SAYS,
    **resume.SAYS,
}
_TIMEOUT = "timeout"
_WAIT, _MENU, _CALLBACK = "123"

ASKS: Mapping[str, str] = {
    _TIMEOUT: _WAIT + _MENU,
    f"{_TIMEOUT}_callback": _WAIT + _MENU + _CALLBACK,
    **off_duty.ASKS,
    **callback.ASKS,
    **resume.ASKS,
}
"""Questions that may have words in [questions] of the menu, and their keys."""


class Start(StrEnum):
    """How the caller comes here: a new call, or back from the agents' queue and why, in the dialplan's words."""

    WELCOME = "welcome"
    CALLED = "called"  # we have called them back
    QUEUE_LEFT = "left"  # the caller pressed the key to leave
    QUEUE_EMPTY = "empty"  # no agent on duty
    QUEUE_TIMEOUT = "timeout"  # waited too long
    QUEUE_CALLBACK = "callback"  # the caller pressed the key to be called back
    AGENT_LEFT = "served"  # talked with an agent, who has hung up
    AGENT_SENT_BACK = "menu"  # talked with an agent, who wants the caller to go on where they were


BACK = tuple(start for start in Start if start not in (Start.WELCOME, Start.CALLED))
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
        overdue=menu.overdue(desk.office.today),
    )
    try:
        return _talk(talk, desk, menu, start, announced, place)
    except HungUp:
        if talk.answered:
            return _completed(talk, desk, start, "hung up after the answer")
        if start is not Start.CALLED and desk.case.topic in SERVICES and not desk.locked_out:
            desk.cut_off(talk.where)
        return Ending(_outcome(desk, Outcome.ABANDONED), talk.where, "hung up")


def _talk(talk: Talk, desk: Desk, menu: Menu, start: Start, announced: Prompt | None, place: str) -> Ending:
    usual = talk.patience
    node, answered = _place(desk.case.reached, start)
    opens = not place
    message = next((one.name for one in menu.nodes.values() if one.service in off_duty.MESSAGES and desk.recorder), "")
    while True:
        try:
            if opens:
                opens = False
                opened = _open(talk, desk, start, announced)
                if isinstance(opened, Ending):
                    return opened
                node = opened or node
            menu.run(talk, lambda name: _serve(talk, desk, name), place or node, answered=answered)
            talk.answered = True
            survey.ask(talk, desk)
        except (ToAgent, GaveUp, CallSpent) as left:
            ending = _left(talk, desk, start, left, message)
            if isinstance(ending, Ending):
                return ending
            place, answered = ending, False
            node, message = "", "" if place else message  # one message a call
            talk.patience = usual
            continue
        return _goodbye(talk, desk, start, "goodbye")


def _left(talk: Talk, desk: Desk, start: Start, left: ToAgent | GaveUp | CallSpent, message: str) -> Ending | str:
    """How the call ends for a caller who has left the menu like this; or, where no agent is on duty, the node at which
    they go on: "" is the first one, `message` that of a service that takes messages, if there is one.
    """
    match left:
        case ToAgent():
            return _wants_agent(talk, desk, start, Outcome.TRANSFERRED, "asked for an agent", message)
        case CallSpent():
            last_words = "call.time_is_up" if left.why is Spent.TIME else "call.give_up_end"
            return _given_up(talk, desk, last_words, left.where, left.why)
    # No agent was there, and nobody at the telephone either: asking the agents again would go on for ever.
    nobody = start is Start.QUEUE_EMPTY and not talk.responded
    if left.target == "agent" and not nobody:
        talk.refuse(Prompt("call.give_up_agent"))
        return _wants_agent(talk, desk, start, Outcome.GAVE_UP, f"{left.why}, to an agent", message)
    return _given_up(talk, desk, "call.give_up_end", left.where, left.why)


def _wants_agent(talk: Talk, desk: Desk, start: Start, outcome: Outcome, why: str, message: str) -> Ending | str:
    """To the agents; outside their hours nobody is put into a queue that nobody answers: see `_left`."""
    off = desk.office.duty.off()
    if off is None:
        return _to_agent(talk, desk, outcome, why)
    try:
        then = off_duty.instead(talk, off, message=bool(message), callback=callback.offered(desk))
        if then is off_duty.Then.CALLBACK:
            return _callback(talk, desk, start, talk.where) or ""
    except ToAgent:
        return ""
    except (GaveUp, CallSpent) as left:
        return _given_up(talk, desk, "call.give_up_end", left.where, left.why)
    if then is off_duty.Then.DONE:
        return _goodbye(talk, desk, start, "agents off duty")
    return message if then is off_duty.Then.MESSAGE else ""


def _callback(talk: Talk, desk: Desk, start: Start, here: str) -> Ending | None:
    """Note that the caller, who is `here`, is called back: that ends the call; None where they are not."""
    if not desk.case.topic:
        desk.case = replace(desk.case, topic=here, reached=here)
    return _goodbye(talk, desk, start, "to be called back") if callback.ask(talk, desk) else None


def _goodbye(talk: Talk, desk: Desk, start: Start, why: str) -> Ending:
    call_number.tell(talk, desk)
    talk.say(Prompt("call.goodbye"))
    talk.phone.hang_up()
    return _completed(talk, desk, start, why)


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
        desk.failed = True
        talk.note(NoteKind.REGISTRY_UNAVAILABLE, type(error).__name__)
        talk.refuse(Prompt("registration.unavailable"))


def _given_up(talk: Talk, desk: Desk, last_words: str, where: str, why: str) -> Ending:
    """The call is ended by us, with `last_words`."""
    talk.refuse(Prompt(last_words))
    talk.phone.hang_up()
    return Ending(_outcome(desk, Outcome.GAVE_UP), where, why)


def _open(talk: Talk, desk: Desk, start: Start, announced: Prompt | None) -> Ending | str:
    """The first words; the node to begin at ("": as it is), or how the call ended with them.

    Raises ToAgent if the caller wants to wait (again).
    """
    waited = start in (Start.QUEUE_EMPTY, Start.QUEUE_TIMEOUT)
    if waited and (off := desk.office.duty.off()):  # by the dialplan alone, or until the end of the hours
        talk.say(*off_duty.told(off))
        return ""
    match start:
        case Start.WELCOME:
            talk.say(*([announced] if announced else []), Prompt("call.welcome"))
            return resume.offer(talk, desk)
        case Start.CALLED:
            return _called(talk, desk)
        case Start.QUEUE_CALLBACK:
            talk.enter(QUEUE)
            if ended := _callback(talk, desk, start, desk.case.reached):
                return ended
            raise ToAgent
        case Start.QUEUE_LEFT:
            talk.say(Prompt("queue.left"))
        case Start.QUEUE_EMPTY:
            talk.say(Prompt("queue.no_agent"), Prompt("info.channels"))
        case Start.QUEUE_TIMEOUT:
            return _waited_long(talk, desk, start)
    return ""


def _called(talk: Talk, desk: Desk) -> Ending | str:
    """Who was called back goes to an agent, if they are there and want to; only then the call is about anything."""
    if desk.called is not None and called_back.greet(talk, desk, desk.called):
        raise ToAgent
    talk.phone.hang_up()
    return Ending(Outcome.COMPLETED if talk.responded else Outcome.ABANDONED, talk.where, "called back in vain")


def _waited_long(talk: Talk, desk: Desk, start: Start) -> Ending | str:
    """Whether the caller waits on. Raises ToAgent where they do, at their place in the queue."""
    talk.enter(QUEUE)
    question = f"{_TIMEOUT}_callback" if callback.offered(desk) else _TIMEOUT
    try:
        key = talk.choose(question, [Prompt(f"queue.{question}")], ASKS[question], grammar=f"question:{question}")
        if key == _CALLBACK and (ended := _callback(talk, desk, start, desk.case.reached)):
            return ended
    except Back:
        return ""
    except GaveUp as gone:  # who waited long and then says nothing has left the telephone
        raise GaveUp(gone.where, gone.why, "end") from gone
    if key == _MENU:
        desk.joined = None
        return ""
    raise ToAgent


def _to_agent(talk: Talk, desk: Desk, outcome: Outcome, why: str) -> Ending:
    talk.answered = False
    agent.hand_over(talk, desk)
    return Ending(_outcome(desk, outcome), talk.where, why)


def _outcome(desk: Desk, otherwise: Outcome) -> Outcome:
    """Guessing that was stopped, and nothing served after it, is what the call is remembered for."""
    return Outcome.LOCKED_OUT if desk.locked_out else otherwise
