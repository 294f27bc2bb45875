"""A birth, death, marriage, divorce or move: what must be reported, and a report ahead that the office completes."""

from collections.abc import Mapping
from datetime import date

import structlog

from agi.books.errors import BookError
from agi.books.events import NoteKind
from agi.books.ticket import Category, LifeEvent
from agi.dialogue.asking import Back, GaveUp, ToAgent
from agi.dialogue.question import Prompt, Result
from agi.dialogue.talk import Says, Talk
from agi.office.life_events import DAY_DIGITS, REPORT_DAYS, DayFault, day_of, late
from agi.services import callback_number, telling, where
from agi.services.desk import Desk

_EVENTS = tuple(one for one in LifeEvent if one)

SAYS: Says = {
    "life_event.which": {},
    "life_event.wed": {},
    **{f"life_event.{one}": {"days": "number"} if one in REPORT_DAYS else {} for one in _EVENTS},
    "life_event.report": {},
    **{f"life_event.day_{one}": {} for one in _EVENTS},
    "life_event.day_short": {"count": "number"},
    **{f"life_event.{fault}": {} for fault in DayFault},
    "life_event.day_right": {"day": "digits"},
    "life_event.late": {"days": "number"},
    "life_event.sent": {},
    "life_event.bring": {},
    "life_event.unavailable": {},
    **where.SAYS,
    **callback_number.SAYS,
    **telling.OPENED,
}
ASKS: Mapping[str, str] = {
    "life_event": "1234",
    "wed": "12",
    "report": "12",
    "event_day_right": "12",
    **callback_number.ASKS,
}
"""Questions that may have words in [questions] of the menu, and their keys."""

_WED = "3"
_AT_ONCE = {"1": LifeEvent.BIRTH, "2": LifeEvent.DEATH, "4": LifeEvent.MOVE}
_OF_TWO = {"1": LifeEvent.MARRIAGE, "2": LifeEvent.DIVORCE}
_log = structlog.get_logger("services")


def run(talk: Talk, desk: Desk) -> None:
    """Tell what must be reported by whom and when; who wants to reports it now, and gets a ticket."""
    event = _ask_event(talk)
    days = {"days": REPORT_DAYS[event]} if event in REPORT_DAYS else {}
    talk.tell(Prompt(f"life_event.{event}", days))
    if _choose(talk, "report", Prompt("life_event.report")) != "1":
        return
    talk.answered = False  # what they want now is another thing
    try:
        desk.office.tickets.book.ready()
        _report(talk, desk, event)
    except BookError as trouble:
        talk.note(NoteKind.TICKETS_UNAVAILABLE, type(trouble).__name__)
        _log.error("ticket.not_kept", why=str(trouble))
        talk.refuse(Prompt("life_event.unavailable"))
        raise ToAgent from None


def _ask_event(talk: Talk) -> LifeEvent:
    while (key := _choose(talk, "life_event", Prompt("life_event.which"))) == _WED:
        try:
            return _OF_TWO[_choose(talk, "wed", Prompt("life_event.wed"))]
        except Back:
            continue
    return _AT_ONCE[key]


def _report(talk: Talk, desk: Desk, event: LifeEvent) -> None:
    """Nothing is kept of who leaves before the end: without a number nobody could complete it."""
    day = _ask_day(talk, desk, event)
    if late(event, day, desk.office.today):
        talk.say(Prompt("life_event.late", {"days": REPORT_DAYS[event]}))
    region = where.ask_region(talk)
    office = desk.office.serving(region)
    opened = desk.office.tickets.report(event, day, region, callback_number.ask(talk, desk), desk.call)
    desk.about(opened.number)
    desk.verified("", "ticket opened")
    talk.note(NoteKind.TICKET_OPENED, Category.EVENT)
    to_bring = (Prompt("life_event.bring"), *telling.where_to_go(office))
    talk.tell(Prompt("life_event.sent"), *telling.opened(opened), *to_bring)


def _ask_day(talk: Talk, desk: Desk, event: LifeEvent) -> date:
    """The day on which it happened, heard as digits, which are dots in the record, and agreed to."""

    def possible(digits: str) -> bool:
        return not isinstance(day_of(event, digits, desk.office.today), DayFault)

    for _ in range(talk.patience.tries):
        ask, short = [Prompt(f"life_event.day_{event}")], Prompt("life_event.day_short")
        digits = talk.enter_digits("event_day", ask, DAY_DIGITS, short=short, plausible=possible)
        day = day_of(event, digits, desk.office.today)
        if isinstance(day, DayFault):
            talk.refuse(Prompt(f"life_event.{day}"))
            continue
        if _choose(talk, "event_day_right", Prompt("life_event.day_right", {"day": digits})) == "1":
            return day
    raise GaveUp(talk.where, Result.NO_MATCH)


def _choose(talk: Talk, name: str, ask: Prompt) -> str:
    return talk.choose(name, [ask], ASKS[name], grammar=f"question:{name}")
