"""Life events: within which days each must be reported, and which day one can have happened on."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from agi.books.ticket import LifeEvent

REPORT_DAYS: Mapping[LifeEvent, int] = {
    LifeEvent.BIRTH: 60,
    LifeEvent.DEATH: 30,
    LifeEvent.MARRIAGE: 60,
    LifeEvent.DIVORCE: 60,
}
"""Days within which the law wants it reported: UU 24/2013 art. 27 and 44, UU 23/2006 art. 34 and 40 (of a divorce from
the day on which the judgement became final). A move has no such day: it is reported before (UU 23/2006 art. 15)."""

DAY_DIGITS = 8
"""Of a day as DDMMYYYY."""
_FIRST_YEAR = 1900
_AHEAD = timedelta(days=365)
"""How long before it a move may be reported."""


class DayFault(StrEnum):
    """Why something can't have happened on a day."""

    NO_DAY = "no_day"
    FUTURE = "future"


def day_of(event: LifeEvent, digits: str, today: date) -> date | DayFault:
    """The day that `digits` (DDMMYYYY) say; a move may be still to come, the rest has happened."""
    try:
        day = date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return DayFault.NO_DAY
    if day.year < _FIRST_YEAR:
        return DayFault.NO_DAY
    latest = today + _AHEAD if event is LifeEvent.MOVE else today
    return day if day <= latest else DayFault.FUTURE


def late(event: LifeEvent, day: date, today: date) -> bool:
    """Whether the days are over within which what happened on `day` must be reported; it must be all the same."""
    days = REPORT_DAYS.get(event)
    return days is not None and today > day + timedelta(days=days)
