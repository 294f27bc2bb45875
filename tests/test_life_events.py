"""Life events by telephone: what must be reported by when, and a report ahead that the office completes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sample_office import SampleOffice

from agi.books.events import Outcome
from agi.books.ticket import Category, LifeEvent, Mark, State, Ticket
from agi.office.life_events import REPORT_DAYS, DayFault, day_of, late

pytest_plugins = ["office_fixtures"]

TODAY = date(2026, 11, 24)
BIRTH = "4 2 1 1"
"""A birth is reported by telephone; the day is asked next."""
SENT = f"{BIRTH} 01112026 1 3273 1"
"""Of 1 November, to Bandung, to be called at the caller's own number."""


def kept(office: SampleOffice) -> tuple[Ticket, ...]:
    return office.office.tickets.book.tickets(list(State))


@pytest.mark.parametrize(
    ("keys", "event"),
    [
        ("1", LifeEvent.BIRTH), ("2", LifeEvent.DEATH), ("3 1", LifeEvent.MARRIAGE), ("3 2", LifeEvent.DIVORCE),
        ("4", LifeEvent.MOVE),
    ],
)  # fmt: skip
def test_what_must_be_reported_is_told_with_its_days_and_nothing_is_kept(
    office: SampleOffice, keys: str, event: LifeEvent
) -> None:
    call = office.call(f"4 2 {keys} 2 2")
    (told,) = (one for one in call.prompts if one.key == f"life_event.{event}")
    assert told.places == ({"days": REPORT_DAYS[event]} if event in REPORT_DAYS else {})
    assert call.ending.outcome is Outcome.COMPLETED
    assert kept(office) == ()


def test_the_days_are_those_of_the_law() -> None:
    assert {str(event): days for event, days in REPORT_DAYS.items()} == {
        "birth": 60, "death": 30, "marriage": 60, "divorce": 60,
    }  # fmt: skip


def test_a_report_is_a_ticket_with_event_day_region_and_number_to_call(office: SampleOffice) -> None:
    call = office.call(f"{SENT} 2")
    (ticket,) = kept(office)
    assert (ticket.state, ticket.category, ticket.event) == (State.OPEN, Category.EVENT, LifeEvent.BIRTH)
    assert (ticket.event_day, ticket.region, ticket.callback) == (date(2026, 11, 1), "3273", "caller-1")
    told = call.heard[call.heard.index("life_event.sent") :]
    assert told[1:5] == ["ticket.number", "ticket.pin", "ticket.days", "life_event.bring"]
    assert "where.office" in told
    assert "life_event.late" not in call.heard


def test_its_status_is_told_by_number_and_pin(office: SampleOffice) -> None:
    first = office.call(f"{SENT} 2")
    number, pin = (
        next(str(one.places[place]) for one in first.prompts if one.key == f"ticket.{place}")
        for place in ("number", "pin")
    )
    assert "ticket.open" in office.call(f"2 3 {number} {pin} 2").heard


def test_the_day_stands_in_no_record(office: SampleOffice) -> None:
    call = office.call(f"{SENT} 2")
    answers = [str(answer.value) for _, answer, _ in call.notes.all_asked]
    asked = [
        str(value)
        for question, _, _ in call.notes.all_asked
        for one in question.prompts
        for value in one.places.values()
    ]
    said = [str(value) for one in call.notes.all_said for value in one.places.values()]
    assert not {"01112026", "2026-11-01"} & {*answers, *asked, *said}


def test_who_is_late_is_told_and_reports_all_the_same(office: SampleOffice) -> None:
    call = office.call(f"{BIRTH} 17081995 1 3273 1 2")
    assert call.heard.count("life_event.late") == 1
    assert kept(office)[0].event_day == date(1995, 8, 17)


@pytest.mark.parametrize("event", REPORT_DAYS)
def test_the_last_day_is_not_late(event: LifeEvent) -> None:
    days = timedelta(days=REPORT_DAYS[event])
    assert not late(event, TODAY - days, TODAY)
    assert late(event, TODAY - days - timedelta(days=1), TODAY)


def test_a_move_is_never_late() -> None:
    assert not late(LifeEvent.MOVE, date(1995, 8, 17), TODAY)


@pytest.mark.parametrize(
    ("event", "digits", "day"),
    [
        (LifeEvent.DEATH, "24112026", TODAY),
        (LifeEvent.DEATH, "25112026", DayFault.FUTURE),
        (LifeEvent.MOVE, "25112026", date(2026, 11, 25)),
        (LifeEvent.MOVE, "25112027", DayFault.FUTURE),
        (LifeEvent.BIRTH, "29022024", date(2024, 2, 29)),
        (LifeEvent.BIRTH, "29022025", DayFault.NO_DAY),
        (LifeEvent.BIRTH, "31121899", DayFault.NO_DAY),
        (LifeEvent.BIRTH, "00000000", DayFault.NO_DAY),
    ],
)
def test_a_day_has_been_or_a_move_is_still_to_come(event: LifeEvent, digits: str, day: date | DayFault) -> None:
    assert day_of(event, digits, TODAY) == day


def test_the_day_is_counted_at_the_office_and_not_in_utc(office: SampleOffice) -> None:
    office.clock.now = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)  # half past midnight in Jakarta
    assert "life_event.future" not in office.call(f"{BIRTH} 25112026 1 3273 1 2").heard


def test_who_names_no_day_that_can_be_comes_to_an_agent(office: SampleOffice) -> None:
    call = office.call(f"{BIRTH} 30022026 25112026 01012030")
    assert call.heard.count("life_event.no_day") == 1
    assert call.heard.count("life_event.future") == 2
    assert call.ending.outcome is Outcome.GAVE_UP
    assert kept(office) == ()


@pytest.mark.parametrize("steps", range(1, len(SENT.split()) + 1))
def test_who_leaves_before_the_end_leaves_nothing(office: SampleOffice, steps: int) -> None:
    office.call(f"{' '.join(SENT.split()[: steps - 1])} !")
    assert kept(office) == ()


def test_where_the_book_can_not_be_used_nobody_keys_a_day_for_nothing(office: SampleOffice) -> None:
    office.settings.tickets_db.mkdir(parents=True)
    call = office.call(BIRTH)
    assert "life_event.day_birth" not in call.heard
    assert call.heard[-2:] == ["life_event.unavailable", "agent.connecting"]


def test_a_line_killed_between_draft_and_ticket_leaves_a_draft_for_the_office(
    office: SampleOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr("agi.office.tickets.Tickets.submit", killed)
    with pytest.raises(SystemExit):
        office.call(SENT)
    tickets = office.office.tickets
    tickets.spool.mkdir(parents=True)
    assert tickets.settle(()) == 1
    (draft,) = kept(office)
    assert (draft.state, draft.mark, draft.event) == (State.DRAFT, Mark.LEFT, LifeEvent.BIRTH)
