"""When agents are on duty: weekdays, holidays, days of the office's own; and when they will be again."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_caller import SetClock

from agi.books.holidays import due, shipped
from agi.books.hours import MINUTES, HoursBook, HoursError, OwnHours, Span, Spans, SpecialDay, spans, special, written
from agi.office.hours import AHEAD, Duty, Hours, OffDuty

ZONE = ZoneInfo("Asia/Makassar")
OFFICE = spans("08:00-16:00")
WORKING_WEEK = OwnHours((OFFICE,) * 5 + ((),) * 2)


@st.composite
def some_hours(draw: st.DrawFn) -> Spans:
    ends = sorted(draw(st.sets(st.integers(0, MINUTES), max_size=4)))
    return tuple(Span(*pair) for pair in zip(ends[::2], ends[1::2], strict=False))


WEEKS = st.tuples(*[some_hours()] * 7)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 11, 1), timezones=st.just(ZONE))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def own(text: str, hours: str = "tutup") -> OwnHours:
    return WORKING_WEEK.with_day(date.fromisoformat(text), special("Hari khusus", hours))


@pytest.mark.parametrize(
    ("now", "again", "days"),
    [
        ("2026-11-24 07:59", "2026-11-24 08:00", 0),  # a Tuesday
        ("2026-11-24 08:00", None, 0),
        ("2026-11-24 15:59", None, 0),
        ("2026-11-24 16:00", "2026-11-25 08:00", 1),
        ("2026-11-24 23:59", "2026-11-25 08:00", 1),
        ("2026-11-25 00:00", "2026-11-25 08:00", 0),
        ("2026-11-27 18:00", "2026-11-30 08:00", 3),  # over a weekend
        ("2026-12-23 16:00", "2026-12-28 08:00", 5),  # over Christmas, which two days of the calendar lie before
        ("2026-03-17 17:00", "2026-03-25 08:00", 8),  # Nyepi and Idul Fitri
    ],
)
def test_a_working_week(now: str, again: str | None, days: int) -> None:
    found = Hours(WORKING_WEEK).off_duty(at(now))
    assert found == (OffDuty(at(again), days) if again else None)


def test_what_the_office_says_of_a_day_counts_before_the_calendar() -> None:
    christmas = date(2026, 12, 25)
    assert Hours(WORKING_WEEK).on(christmas).hours == ()
    assert Hours(own("2026-12-25", "09:00-11:00")).on(christmas).hours == (Span(540, 660),)
    assert Hours(own("2026-12-25", "seperti biasa")).on(christmas).hours == OFFICE
    assert Hours(own("2026-11-25")).off_duty(at("2026-11-24 17:00")) == OffDuty(at("2026-11-26 08:00"), 2)


def test_around_the_clock_there_is_no_gap_at_midnight_and_a_closed_week_has_no_next_time() -> None:
    always = Hours(OwnHours((spans("24 jam"),) * 7), years=())
    assert always.off_duty(at("2026-11-24 23:59")) is None
    assert always.off_duty(at("2026-11-25 00:00")) is None
    assert Hours(OwnHours()).off_duty(at("2026-11-24 12:00")) == OffDuty()


@given(WEEKS, MOMENTS)
def test_they_are_on_duty_exactly_within_their_hours_and_again_at_the_next_begin(
    week: tuple[Spans, ...], now: datetime
) -> None:
    hours = Hours(OwnHours(week))
    off = hours.off_duty(now)
    minute = now.hour * 60 + now.minute
    assert (off is None) == any(one.begin <= minute < one.end for one in hours.on(now.date()).hours)
    if off is None:
        return
    begins = [
        datetime.combine(day, datetime.min.time(), ZONE) + timedelta(minutes=one.begin)
        for day in (now.date() + timedelta(ahead) for ahead in range(AHEAD))
        for one in hours.on(day).hours
    ]
    again = min((begin for begin in begins if begin > now), default=None)
    assert off.again == again
    if again:
        assert off.days == (again.date() - now.date()).days
        assert hours.off_duty(again) is None


@given(some_hours())
def test_hours_are_read_as_they_are_written(hours: Spans) -> None:
    assert spans(written(hours)) == hours


@pytest.mark.parametrize(
    "text", ["", "8", "08:00", "16:00-08:00", "08:00-08:00", "08:00-24:30", "08:00-12:00, 11:00-13:00", "25:00-26:00"]
)
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(HoursError):
        spans(text)


def test_hours_are_read_as_people_write_them() -> None:
    assert spans(" 13.00 - 16.00 ,8:00 sampai 12:00") == (Span(480, 720), Span(780, 960))
    assert spans("08:00-12:00, 12:00-16:00") == OFFICE
    assert spans("Tutup") == ()


def test_the_file_keeps_what_was_set(tmp_path: Path) -> None:
    book = HoursBook(tmp_path / "office" / "hours.toml")
    assert book.read() is None
    told = own("2026-12-31", "08:00-11:30").with_day(date(2026, 12, 24), SpecialDay("Cuti “bersama” Natal", None))
    book.write(told)
    assert book.read() == told
    assert (tmp_path / "office" / "hours.toml").stat().st_mode & 0o777 == 0o600
    book.write(told.with_day(date(2026, 12, 24), None))
    assert book.read() == own("2026-12-31", "08:00-11:30")
    book.clear()
    assert book.read() is None


def test_until_hours_are_set_and_where_they_cannot_be_read_agents_are_asked(tmp_path: Path) -> None:
    path = tmp_path / "hours.toml"
    duty = Duty(HoursBook(path), ZONE, SetClock(at("2026-11-28 03:00").astimezone(UTC)))
    assert duty.off() is None
    for broken in ("[week", "[week]\nsenin = 3", "[days.x]\nname = 'y'"):
        path.write_text(broken)
        assert duty.off() is None
        with pytest.raises(HoursError, match=r"hours\.toml"):
            duty.book.read()
    duty.book.write(WORKING_WEEK)
    assert duty.off() == OffDuty(at("2026-11-30 08:00"), 2)


def test_the_shipped_calendar_says_whence_it_is_and_when_to_look_again() -> None:
    assert [year.year for year in shipped()] == [2026, 2027]
    for year in shipped():
        assert year.source
        assert year.checked < year.again
        assert all(day.year == year.year for day in (*year.days, *year.unsure))
        assert not year.days.keys() & year.unsure.keys()
    assert len(shipped()[0].days) == 17 + 8  # as the decision of three ministers says


def test_a_calendar_that_must_be_looked_at_again_is_named() -> None:
    again = shipped()[0].again
    assert due(again - timedelta(1)) is None
    assert due(again) == shipped()[0]
    assert due(date(2027, 1, 2)) == shipped()[1]
