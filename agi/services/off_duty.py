"""No agent is on duty: when one will be again, and what the caller can do until then."""

from enum import StrEnum

from agi.books.events import NoteKind
from agi.dialogue.asking import Back, GaveUp, ToAgent
from agi.dialogue.question import Prompt, Result, Value
from agi.dialogue.talk import Says, Talk
from agi.office.hours import OffDuty

QUESTION = "off_duty"
MESSAGES = ("complaint",)
"""Services that take a message, in place of an agent."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_A_WEEK = 7

SAYS: Says = {
    "off_duty.now": {},
    "off_duty.again": {"day": "phrase", "hour": "number"},
    "off_duty.again_minutes": {"day": "phrase", "hour": "number", "minutes": "number"},
    "off_duty.later": {"date": "date", "hour": "number"},
    "off_duty.later_minutes": {"date": "date", "hour": "number", "minutes": "number"},
    **{f"off_duty.ask{more}": {} for more in ("", "_message", "_callback", "_both")},
    **{f"day.{name}": {} for name in ("today", "tomorrow", *_DAYS)},
}
ASKS = {QUESTION: "12", f"{QUESTION}_message": "123", f"{QUESTION}_callback": "123", f"{QUESTION}_both": "1234"}
"""Questions that may have words in [questions] of the menu, and their keys."""


def told(off: OffDuty) -> tuple[Prompt, ...]:
    """That nobody is on duty now, and when somebody will be, where that is in sight."""
    now = Prompt("off_duty.now")
    if off.again is None:
        return (now,)
    places: dict[str, Value] = {"hour": off.again.hour}
    if off.days < _A_WEEK:
        key, places["day"] = "again", f"day.{_day(off.days, off.again.weekday())}"
    else:
        key, places["date"] = "later", off.again.date()
    if off.again.minute:
        key, places["minutes"] = f"{key}_minutes", off.again.minute
    return (now, Prompt(f"off_duty.{key}", places))


class Then(StrEnum):
    """What a caller does instead."""

    MENU = "menu"
    MESSAGE = "message"
    CALLBACK = "callback"
    DONE = "done"


def instead(talk: Talk, off: OffDuty, *, message: bool, callback: bool) -> Then:
    """Tell a caller who wants an agent, and ask what they do instead.

    `message`: they can leave one. `callback`: they can be called back, once it is known when agents are there again.

    To ask for an agent again is answered by the same, as often as any question is asked. Raises GaveUp, CallSpent.
    """
    talk.note(NoteKind.AGENT_OFF_DUTY, off.again.isoformat(timespec="minutes") if off.again else "")
    talk.answered = False
    callback = callback and off.again is not None
    more = "_both" if message and callback else "_message" if message else "_callback" if callback else ""
    question, asked = f"{QUESTION}{more}", [*told(off), Prompt(f"off_duty.ask{more}")]
    there = {Then.MENU: True, Then.MESSAGE: message, Then.CALLBACK: callback, Then.DONE: True}
    thens = [then for then, offered in there.items() if offered]
    for _ in range(talk.patience.tries):
        try:
            key = talk.choose(question, asked, ASKS[question], grammar=f"question:{question}")
        except Back:
            return Then.MENU
        except ToAgent:
            continue
        return thens[int(key) - 1]
    raise GaveUp(talk.where, Result.AGENT, "end")


def _day(ahead: int, weekday: int) -> str:
    return ("today", "tomorrow")[ahead] if ahead < 2 else _DAYS[weekday]
