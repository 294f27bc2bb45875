"""Complaints are taken down, counted by working days, proved by number and PIN, and kept when a call ends half way."""

import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from sample_office import SampleOffice

from agi.books import messages
from agi.books.messages import MessageNotKept, length_s
from agi.books.ticket import Category, Mark, Reason, RefusedBy, State, Ticket, ticket_valid
from agi.books.tickets import TicketBook, TicketNotFound
from agi.office.counting import Visitor
from agi.office.results import Invalid, Locked, Opened, Subject, Wrong
from agi.office.tickets import WORKING_DAYS, ChangedMeanwhile, Tickets, _id
from agi.office.working_days import working_days_after

pytest_plugins = ["office_fixtures"]


@pytest.fixture
def tickets(office: SampleOffice) -> Tickets:
    office.settings.messages_spool.mkdir(parents=True)
    return office.office.tickets


@pytest.fixture
def opened(tickets: Tickets) -> Iterator[tuple[Ticket, Opened]]:
    draft = tickets.begin(Category.SERVICE, "call-1")
    yield draft, tickets.submit(draft.id, recorded(tickets, draft), 2.0, "081234567890")


def recorded(tickets: Tickets, ticket: Ticket, *, old: bool = True) -> Path:
    """A message of two seconds as Asterisk leaves it; `old`: nobody writes it any more."""
    sound = tickets.spool / f"{ticket.id}.wav"
    soundfile.write(sound, np.zeros(16_000, np.int16), 8000)
    if old:
        os.utime(sound, (0, 0))
    return sound


def test_a_ticket_is_opened_with_number_pin_and_clock(opened: tuple[Ticket, Opened], tickets: Tickets) -> None:
    draft, told = opened
    assert ticket_valid(told.number)
    assert len(told.pin) == 6
    assert (told.days, told.due) == (5, date(2026, 12, 1))  # from Tuesday, 24 November
    kept = tickets.book.ticket(draft.id)
    assert (kept.state, kept.due, kept.callback, kept.message_s) == (State.OPEN, told.due, "081234567890", 2.0)
    assert kept.callback not in repr(kept)


def test_whom_a_reason_is_about_is_sealed_in_the_book(tickets: Tickets) -> None:
    draft = tickets.begin_for("3273054101900001", Reason.STALE, RefusedBy.BANK, "call-1")
    tickets.submit(draft.id, None, 0.0)
    kept = tickets.book.ticket(draft.id)
    assert (kept.category, kept.reason, kept.refused_by) == (Category.DATA, Reason.STALE, RefusedBy.BANK)
    assert b"3273054101900001" not in kept.nik
    assert tickets.nik_of(kept) == "3273054101900001"
    assert tickets.nik_of(replace(kept, nik=b"")) == ""


def test_the_message_is_kept_for_its_owner_alone(opened: tuple[Ticket, Opened], tickets: Tickets) -> None:
    kept = tickets.messages.path(opened[0].id)
    assert length_s(kept) == 2.0
    assert kept.stat().st_mode & 0o777 == 0o600
    assert list(tickets.spool.iterdir()) == []


def test_neither_pin_nor_a_key_to_it_stands_in_the_book(opened: tuple[Ticket, Opened], office: SampleOffice) -> None:
    assert opened[1].pin.encode() not in office.settings.tickets_db.read_bytes()


def test_the_status_is_told_for_number_and_pin_only(opened: tuple[Ticket, Opened], tickets: Tickets) -> None:
    number, pin = opened[1].number, opened[1].pin
    wrong = "000000" if pin != "000000" else "000001"
    found = tickets.status(Visitor("+62811"), number, pin)
    assert isinstance(found, Ticket)
    assert found.state is State.OPEN
    assert tickets.status(Visitor("+62812"), number, wrong) == Wrong(Subject.TICKET)
    assert tickets.status(Visitor("+62813"), "11111111", pin) == Invalid(Subject.TICKET)


def test_guessing_at_a_ticket_is_stopped(opened: tuple[Ticket, Opened], tickets: Tickets) -> None:
    number, pin = opened[1].number, opened[1].pin
    wrong = [f"{(int(pin) + 1 + nth) % 10**6:06d}" for nth in range(3)]
    for place, guess in enumerate(wrong):
        tickets.status(Visitor(f"+6281{place}"), number, guess)
    assert isinstance(tickets.status(Visitor("+62819"), number, pin), Locked)


def test_nobody_is_told_of_a_draft(tickets: Tickets) -> None:
    draft = tickets.begin(Category.WISH, "call-1")
    assert tickets.status(Visitor("+62811"), draft.number, "000000") == Wrong(Subject.TICKET)


def test_what_a_killed_line_leaves_is_kept_as_a_draft(tickets: Tickets) -> None:
    left, talking, growing = (tickets.begin(Category.FEE, f"call-{nth}") for nth in range(3))
    recorded(tickets, left)
    recorded(tickets, talking)
    recorded(tickets, growing, old=False)
    assert tickets.settle({"call-1"}) == 1
    kept = tickets.book.ticket(left.id)
    assert (kept.state, kept.mark, kept.message_s) == (State.DRAFT, Mark.LEFT, 2.0)
    assert length_s(tickets.messages.path(left.id)) == 2.0
    assert sorted(one.stem for one in tickets.spool.iterdir()) == sorted([talking.id, growing.id])
    assert tickets.settle({"call-1"}) == 0


def test_a_line_killed_between_message_and_ticket_loses_neither(tickets: Tickets) -> None:
    draft = tickets.begin(Category.FEE, "call-1")
    tickets.messages.keep(draft.id, recorded(tickets, draft))
    assert tickets.settle(()) == 1
    assert tickets.book.ticket(draft.id).message_s == 2.0


def test_a_full_disk_is_told_and_the_recording_stays(tickets: Tickets, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    draft = tickets.begin(Category.FEE, "call-1")
    sound = recorded(tickets, draft)
    monkeypatch.setattr(messages, "private_file", full)
    with pytest.raises(MessageNotKept, match="No space left"):
        tickets.submit(draft.id, sound, 2.0)
    assert sound.exists()
    assert tickets.book.ticket(draft.id).state is State.DRAFT


def test_old_closed_tickets_and_drafts_are_deleted_with_their_recordings(
    opened: tuple[Ticket, Opened], tickets: Tickets, office: SampleOffice
) -> None:
    closed, still_open = opened[0], tickets.begin(Category.WISH, "call-2")
    tickets.submit(still_open.id, None, 0.0)
    tickets.edit(tickets.book.ticket(closed.id), lambda one: replace(one, state=State.CLOSED), "siti")
    office.clock.pass_by(timedelta(days=364))
    assert tickets.purge(timedelta(days=365)) == 0
    office.clock.pass_by(timedelta(days=2))
    assert tickets.purge(timedelta(days=365)) == 1
    assert not tickets.messages.path(closed.id).exists()
    assert tickets.book.ticket(still_open.id).state is State.OPEN
    with pytest.raises(TicketNotFound):
        tickets.book.ticket(closed.id)


def test_two_who_change_a_ticket_do_not_undo_each_other(
    opened: tuple[Ticket, Opened], tickets: Tickets, office: SampleOffice
) -> None:
    seen = tickets.book.ticket(opened[0].id)
    office.clock.pass_by(timedelta(seconds=1))
    tickets.edit(seen, lambda one: replace(one, state=State.IN_WORK), "siti", "dikerjakan")
    with pytest.raises(ChangedMeanwhile):
        tickets.edit(seen, lambda one: replace(one, state=State.CLOSED), "budi")
    assert [note.who for note in tickets.book.notes(seen.id)] == ["siti"]


def test_another_category_has_another_clock(opened: tuple[Ticket, Opened], tickets: Tickets) -> None:
    changed = tickets.edit(tickets.book.ticket(opened[0].id), lambda one: replace(one, category=Category.FEE), "siti")
    assert changed.due == date(2026, 11, 27)


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(0, 15), st.sets(st.dates(date(2026, 1, 1))))
def test_only_working_days_count(day: date, count: int, holidays: set[date]) -> None:
    due = working_days_after(day, count, holidays)
    between = [day + timedelta(days=nth) for nth in range(1, (due - day).days + 1)]
    assert sum(one.weekday() < 5 and one not in holidays for one in between) == count
    assert count == 0 or (due.weekday() < 5 and due not in holidays)


def test_the_clocks_are_those_of_the_law() -> None:
    assert {str(category): days for category, days in WORKING_DAYS.items()} == {
        "fee": 3, "fraud": 3, "service": 5, "data": 5, "event": 5, "wish": 10,
    }  # fmt: skip


def test_a_public_post_is_taken_down_once_and_stays_as_the_office_has_it(tickets: Tickets) -> None:
    told = (Category.FEE, "Budi: diminta uang, telepon 081299990003", "https://x/123456", "x-post-1", "x")
    tickets.note_post(*told)
    [ticket] = tickets.book.tickets(list(State))
    tickets.edit(ticket, lambda one: replace(one, state=State.CLOSED), "sari")
    tickets.note_post(*told)
    [ticket] = tickets.book.tickets(list(State))
    assert (ticket.state, ticket.channel) == (State.CLOSED, "x")
    assert [note.text for note in tickets.book.notes(ticket.id)] == [
        "Budi: diminta uang, telepon ••••••••0003 https://x/123456"
    ]


def test_a_public_post_becomes_an_open_ticket_whatever_was_killed_before_it_was(
    tickets: Tickets, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = (Category.WISH, "Budi: usul", "https://x/1", "x-post-1", "x")
    with monkeypatch.context() as patch:
        patch.setattr(Tickets, "submit", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tickets.note_post(*told)
    assert [one.state for one in tickets.book.tickets(list(State))] == [State.DRAFT]
    tickets.note_post(*told)
    [ticket] = tickets.book.tickets(list(State))
    assert (ticket.state, len(tickets.book.notes(ticket.id))) == (State.OPEN, 1)


def test_what_was_written_is_there_whatever_was_killed_while_it_was_taken_down(
    tickets: Tickets, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(TicketBook, "change", lambda *_: 1 / 0)  # killed before it is noted
        with pytest.raises(ZeroDivisionError):
            tickets.write(Category.SERVICE, "tidak dilayani", "sms-1", "sms")
    tickets.write(Category.SERVICE, "tidak dilayani", "sms-1", "sms")
    [ticket] = tickets.book.tickets(list(State))
    assert [note.text for note in tickets.book.notes(ticket.id)] == ["tidak dilayani"]


def test_no_id_of_a_ticket_is_taken_for_a_number_and_masked() -> None:
    made = iter(["3053845025099b3e", "b3e3053845025099", "9b3e305384502c99"])
    assert _id(made) == "9b3e305384502c99"
