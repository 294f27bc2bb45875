"""When agents are on duty, and when they will be again; the machine itself answers at any hour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

import structlog

from agi.books.holidays import Year, shipped
from agi.books.hours import HoursBook, HoursError, OwnHours, Spans

AHEAD = 400
"""Days that are looked at for the next opening: a year and the holidays after it."""
_log = structlog.get_logger("office")


@dataclass(frozen=True, slots=True)
class OffDuty:
    """No agent is on duty. `again`: when one will be, at the office, `days` days from today; None: not in sight."""

    again: datetime | None = None
    days: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """A day at the office. `name`: why it is unlike its weekday, "" where it is not; `own`: the office has said so."""

    day: date
    hours: Spans
    name: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Hours:
    """The `own` hours of an office on the calendar of `years`."""

    own: OwnHours
    years: tuple[Year, ...] = field(default_factory=shipped)

    def on(self, day: date) -> Day:
        """That day: what the office has said of it counts before the calendar, the calendar before the week."""
        usual = self.own.week[day.weekday()]
        if told := self.own.days.get(day):
            return Day(day, usual if told.hours is None else told.hours, told.name, own=True)
        for year in self.years:
            if name := year.days.get(day):
                return Day(day, (), name)
        return Day(day, usual)

    def off_duty(self, now: datetime) -> OffDuty | None:
        """None while agents are on duty. `now`: a time at the office, in its zone."""
        today, minute = now.date(), now.hour * 60 + now.minute
        if any(span.begin <= minute < span.end for span in self.on(today).hours):
            return None
        for days in range(AHEAD):
            day = today + timedelta(days)
            for span in self.on(day).hours:
                if days or span.begin > minute:
                    return OffDuty(datetime.combine(day, time(*divmod(span.begin, 60)), now.tzinfo), days)
        return OffDuty()

    def special(self, year: int) -> Iterator[Day]:
        """The days of `year` that are unlike their weekday, in order."""
        known = {day for one in self.years for day in one.days} | set(self.own.days)
        return (self.on(day) for day in sorted(known) if day.year == year)


@dataclass(frozen=True, slots=True)
class Duty:
    """The agents' duty as it is now: what the `book` says, by the office's clock. Any thread may ask."""

    book: HoursBook
    zone: tzinfo
    clock: Callable[[], datetime]

    @property
    def known(self) -> bool:
        """Whether the office has set hours."""
        try:
            return self.book.read() is not None
        except HoursError:
            return False

    def off(self) -> OffDuty | None:
        """None while agents are to be asked: on duty, or nothing is set, or the book can't be read."""
        try:
            own = self.book.read()
        except HoursError as wrong:  # nobody is kept from an agent by a file
            _log.error("hours.unreadable", why=str(wrong))
            return None
        return Hours(own).off_duty(self.clock().astimezone(self.zone)) if own else None
