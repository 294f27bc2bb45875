"""Was it you who called me? Callers hear the truth about their own number, also when a book fails or a call ends."""

from datetime import timedelta

import pytest
from sample_office import WITH_MANY, SampleOffice, kk_digits, nik

from agi.books.events import Outcome
from agi.books.ticket import AskedFor, Category, Mark, State

pytest_plugins = ["office_fixtures"]

MINE, OTHER = "+6281234567890", "+6281111111111"
ASK = "4 3 2"
OWN = f"4 3 4 {nik(WITH_MANY)} {kk_digits(WITH_MANY)}"


def test_who_was_called_hears_when_and_the_end_of_the_tickets_number(office: SampleOffice) -> None:
    office.office.safety.called("081234567890", "12345674")
    office.clock.pass_by(timedelta(hours=2))
    call = office.call(f"{ASK} 2", caller=MINE)
    told = {one.key: dict(one.places) for one in call.prompts}
    assert told["called_me.yes"] == {"day": "day.today", "hour": 14}
    assert told["called_me.ticket"] == {"last": "5674"}
    assert {"called_me.other_time", "called_me.careful"} <= told.keys()
    assert "called_me.report" not in told
    assert ("called_me", "yes") in call.notes.all_noted
    assert call.ending.outcome is Outcome.COMPLETED


def test_yesterday_with_minutes_and_without_a_ticket(office: SampleOffice) -> None:
    office.clock.pass_by(timedelta(minutes=12))
    office.office.safety.called(MINE)
    office.clock.pass_by(timedelta(hours=20))
    call = office.call(f"{ASK} 2", caller=MINE)
    told = {one.key: dict(one.places) for one in call.prompts}
    assert told["called_me.yes_minutes"] == {"day": "day.yesterday", "hour": 14, "minutes": 12}
    assert "called_me.ticket" not in told


def test_a_call_to_somebody_else_is_not_told(office: SampleOffice) -> None:
    office.office.safety.called(OTHER, "12345674")
    assert "called_me.no" in office.call(f"{ASK} 2 2", caller=MINE).heard


def test_who_withholds_their_number_is_told_honestly_that_it_is_not_seen(office: SampleOffice) -> None:
    heard = office.call(f"{ASK} 2 2", caller="").heard
    assert heard[4:7] == ["called_me.unseen", "called_me.careful", "called_me.report"]


def test_where_the_book_can_not_be_read_nobody_hears_that_it_was_not_us(office: SampleOffice) -> None:
    office.settings.safety_db.mkdir(parents=True)
    call = office.call(f"{ASK} 2", caller=MINE)
    assert "registration.unavailable" in call.heard
    assert not [key for key in call.heard if key.startswith("called_me.")]


def test_a_report_holds_the_number_what_was_asked_for_and_its_clock(office: SampleOffice) -> None:
    call = office.call(f"{ASK} 1 1 08123456789# 1 2 2 1 2", caller=MINE)
    (ticket,) = office.office.tickets.book.tickets([State.OPEN])
    assert (ticket.category, ticket.asked_for) == (Category.FRAUD, AskedFor.MONEY)
    assert (ticket.suspect, ticket.callback) == ("08123456789", MINE)
    assert call.desk.case.topic == "fraud_report"
    assert ticket.suspect not in repr(ticket)
    values = [
        str(value) for asked, _, _ in call.notes.all_asked for one in asked.prompts for value in one.places.values()
    ]
    answers = [answer.value for _, answer, _ in call.notes.all_asked]
    assert ticket.suspect not in [*values, *answers]


@pytest.mark.parametrize(
    ("script", "mark"),
    [
        ("4 3 3 2 1 !", Mark.LEFT),
        ("4 3 3 2 1 1 1 :4 !", Mark.LEFT),
        ("4 3 3 2 1 1 1 :full", Mark.LOST),
        ("4 3 3 2 1 2 !", Mark.LEFT),
    ],
)
def test_a_report_that_was_not_sent_stays_as_a_draft(office: SampleOffice, script: str, mark: Mark) -> None:
    office.call(script)
    (ticket,) = office.office.tickets.book.tickets(list(State))
    assert (ticket.state, ticket.mark, ticket.category) == (State.DRAFT, mark, Category.FRAUD)


def test_where_no_report_can_be_kept_an_agent_takes_it(office: SampleOffice) -> None:
    office.settings.tickets_db.mkdir(parents=True)
    call = office.call("4 3 3", caller=MINE)
    assert call.heard[-2:] == ["complaint.unavailable", "agent.connecting"]


def test_other_telephones_that_asked_are_told_apart_from_ones_own(office: SampleOffice) -> None:
    for call_id, number in (("a", MINE), ("b", OTHER), ("c", OTHER)):
        office.book.begin(call_id, number, office.clock.now)
        office.book.about(call_id, nik(WITH_MANY))
    assert office.book.flush()
    call = office.call(f"{OWN} 2 2", caller=MINE)
    told = {one.key: dict(one.places) for one in call.prompts}
    assert told["history.times"] == {"days": 30, "count": 3}
    assert told["history.door"] == {"door": "door.telephone", "count": 3}
    assert told["history.own"] == {"count": 1}
    assert told["history.others"]["count"] == 2


@pytest.mark.parametrize(
    ("script", "frozen"),
    [
        ("1 1 2", True),
        ("1 1 !", True),
        ("1 !", False),
        ("1 2 2", False),
        ("1 * 2", False),
        (", , 2", False),
        ("!", False),
    ],
)
def test_only_who_says_so_twice_freezes_their_nik(office: SampleOffice, script: str, frozen: bool) -> None:
    office.call(f"{OWN} {script}", caller=MINE)
    assert (office.office.safety.frozen.since(nik(WITH_MANY)) is not None) is frozen


def test_where_it_can_not_be_kept_nobody_hears_that_their_nik_is_frozen(office: SampleOffice) -> None:
    call = office.call(f"{OWN} 1 1 2", caller=MINE)
    assert "freeze.done" in call.heard
    office.settings.safety_db.unlink()
    office.settings.safety_db.write_bytes(b"no database" * 100)
    call = office.call(f"{OWN} 1 1 2", caller=MINE)
    assert "registration.unavailable" in call.heard
    assert "freeze.done" not in call.heard


def test_where_it_can_not_be_told_which_are_frozen_no_number_is_asked_for(office: SampleOffice) -> None:
    office.settings.safety_db.mkdir(parents=True)
    heard = office.call("1 2", caller=MINE).heard
    assert "registration.unavailable" in heard
    assert "nik.ask" not in heard
