"""Asked for an agent outside their hours: the next opening is told, and nobody waits where nobody answers."""

from datetime import UTC, datetime

import pytest
from sample_office import SampleOffice
from scripted_caller import ScriptedKeypad, ScriptedPhone

from agi.books.counting import CallCounter
from agi.books.events import NoteKind, Outcome
from agi.books.hours import HoursBook, OwnHours, spans
from agi.books.tally import Fate
from agi.dialogue.question import Prompt
from agi.line.journal import CallJournal
from agi.services.conversation import Start

pytest_plugins = ["office_fixtures"]

WEEK = OwnHours((spans("08:00-12:00, 13:30-16:00"),) * 5 + ((),) * 2)


@pytest.fixture
def closed(office: SampleOffice) -> SampleOffice:
    """An office with hours, on a Tuesday at 14:00."""
    HoursBook(office.settings.hours_file).write(WEEK)
    return office


def at(office: SampleOffice, text: str) -> None:
    office.clock.now = datetime.fromisoformat(text).replace(tzinfo=office.settings.zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-11-24 06:00", Prompt("off_duty.again", {"day": "day.today", "hour": 8})),
        ("2026-11-24 12:30", Prompt("off_duty.again_minutes", {"day": "day.today", "hour": 13, "minutes": 30})),
        ("2026-11-24 16:00", Prompt("off_duty.again", {"day": "day.tomorrow", "hour": 8})),
        ("2026-11-27 20:00", Prompt("off_duty.again", {"day": "day.monday", "hour": 8})),
        ("2026-12-31 20:00", Prompt("off_duty.again", {"day": "day.monday", "hour": 8})),
        ("2026-03-17 20:00", Prompt("off_duty.later", {"date": datetime(2026, 3, 25).date(), "hour": 8})),
    ],
)
def test_the_next_opening_is_told(closed: SampleOffice, now: str, said: Prompt) -> None:
    at(closed, now)
    call = closed.call("0 3")
    assert Prompt("off_duty.now") in call.prompts
    assert said in call.prompts
    assert call.heard[-1] == "call.goodbye"
    assert not call.phone.cases
    assert (call.ending.outcome, call.ending.where) == (Outcome.COMPLETED, "main.off_duty_message")


def test_a_week_from_today_is_told_by_its_date_and_not_as_today(closed: SampleOffice) -> None:
    HoursBook(closed.settings.hours_file).write(OwnHours().with_weekday(1, spans("08:00-09:00")))
    at(closed, "2026-11-24 10:00")  # a Tuesday
    later = Prompt("off_duty.later", {"date": datetime(2026, 12, 1).date(), "hour": 8})
    assert later in closed.call("0 3").prompts
    at(closed, "2026-11-25 10:00")
    assert Prompt("off_duty.again", {"day": "day.tuesday", "hour": 8}) in closed.call("0 3").prompts


def test_within_their_hours_agents_are_asked_as_ever(closed: SampleOffice) -> None:
    at(closed, "2026-11-24 13:30")
    call = closed.call("0")
    assert call.heard[-1] == "agent.connecting"
    assert len(call.phone.cases) == 1


def test_a_closed_week_promises_nothing(closed: SampleOffice) -> None:
    HoursBook(closed.settings.hours_file).write(OwnHours())
    heard = closed.call("0 1 412 2").heard
    assert heard[heard.index("off_duty.now") + 1] == "off_duty.ask_message"
    assert heard[-3:] == ["info.hours", "menu.more_office", "call.goodbye"]


def test_who_goes_on_has_the_usual_patience_and_is_helped_again(closed: SampleOffice) -> None:
    at(closed, "2026-11-24 17:00")
    call = closed.call("412 0 1 7 7 412 2")  # asked at "more", which has less
    assert call.ending.outcome is Outcome.COMPLETED
    assert call.heard.count("help.menu.wrong") == 1
    assert call.heard.count("help.menu.wrong_again") == 1


def test_a_message_can_be_left_instead_once_a_call(closed: SampleOffice) -> None:
    at(closed, "2026-11-24 17:00")
    heard = closed.call("0 2 1 2 0 2").heard  # no consent: nothing is recorded
    assert heard[heard.index("off_duty.ask_message") + 1] == "complaint.category"
    assert heard.count("off_duty.ask_message") == 1
    assert heard[-3:] == ["off_duty.ask", "case.number", "call.goodbye"]


def test_who_asks_on_and_on_is_let_go(closed: SampleOffice) -> None:
    at(closed, "2026-11-24 17:00")
    call = closed.call("0 0 0 0 0 0")
    assert call.ending.outcome is Outcome.GAVE_UP
    assert call.heard[-1] == "call.give_up_end"
    assert call.phone.hung_up


@pytest.mark.parametrize("start", [Start.QUEUE_EMPTY, Start.QUEUE_TIMEOUT])
def test_who_comes_back_from_the_queue_after_their_hours_is_told_when_they_begin(
    closed: SampleOffice, start: Start
) -> None:
    at(closed, "2026-11-24 17:00")
    heard = closed.call("412 2", start=start).heard
    assert heard[:3] == ["off_duty.now", "off_duty.again", "menu.main"]
    assert not {"queue.no_agent", "queue.timeout"} & set(heard)


@pytest.mark.parametrize(
    ("script", "fate"),
    [
        ("0 3", Fate.OFF_DUTY),
        ("0 !", Fate.OFF_DUTY),
        ("7 7 7 , ,", Fate.OFF_DUTY),
        ("0 1 412 2", Fate.SERVED),  # by the machine, after all
    ],
)
def test_it_is_noted_and_counted_honestly(closed: SampleOffice, script: str, fate: Fate) -> None:
    at(closed, "2026-11-24 17:00")
    begun = closed.clock.now
    journal = CallJournal(closed.book, "1.1", closed.clock)
    closed.book.begin("1.1", "0811", begun)
    ending = closed.called(ScriptedPhone(ScriptedKeypad(script)), journal=journal).ending
    journal.ended(ending.outcome, ending.where, ending.why)
    assert closed.book.flush(60)
    with CallCounter(closed.settings.calls_db) as reader:
        tally = reader.tally(begun, begun.replace(hour=23))
        notes = [
            event.detail for event in reader.events("1.1") if getattr(event, "kind", "") == NoteKind.AGENT_OFF_DUTY
        ]
    assert tally.fates == {fate: 1}
    assert tally.noted == {NoteKind.AGENT_OFF_DUTY: 1}
    assert notes == ["2026-11-25T08:00+07:00"]
