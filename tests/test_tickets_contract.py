"""What every book of tickets answers, wherever it is kept: in SQLite, in memory."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from agi.books.ports import TicketStore
from agi.books.ticket import AskedFor, Category, LifeEvent, Mark, Note, Reason, RefusedBy, State, Ticket
from agi.books.tickets import MemoryTickets, NumberTaken, TicketBook, TicketNotFound
from agi.books.tickets_schema import SCHEMA

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
DRAFT = Ticket("a1", "11111110", Category.FEE, "telephone", "call-1", NOW, NOW)


@pytest.fixture(params=["SQLite", "memory"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> TicketStore:
    return TicketBook(tmp_path / "tickets" / "tickets.db") if request.param == "SQLite" else MemoryTickets()


def test_what_was_written_down_is_read_again(book: TicketStore) -> None:
    book.ready()
    whole = replace(
        DRAFT, state=State.ANSWERED, mark=Mark.SHORT, due=date(2026, 12, 1), message_s=3.5, answer="Sudah", pin=b"\1\2",
        callback="081234567890", reason=Reason.STALE, refused_by=RefusedBy.BPJS, nik=b"\3",
        event=LifeEvent.DEATH, event_day=date(2026, 11, 1), region="3273",
        suspect="08123", asked_for=AskedFor.LINK,
    )  # fmt: skip
    for ticket in (DRAFT, replace(whole, id="a2", number="22222227")):
        book.add(ticket)
        assert book.ticket(ticket.id) == book.by_number(ticket.number) == ticket
    assert book.by_number("33333333") is None


def test_no_number_is_given_twice(book: TicketStore) -> None:
    book.add(DRAFT)
    with pytest.raises(NumberTaken):
        book.add(replace(DRAFT, id="a2"))


def test_a_change_and_its_note_are_kept_together(book: TicketStore) -> None:
    book.add(DRAFT)
    notes = [Note(NOW, "siti", text) for text in ("pertama", "kedua")]
    for note in notes:
        book.change("a1", lambda one: replace(one, state=State.IN_WORK), note)
    assert book.ticket("a1").state is State.IN_WORK
    assert book.notes("a1") == tuple(notes)


def test_a_change_that_fails_changes_nothing(book: TicketStore) -> None:
    book.add(DRAFT)

    def fails(_: Ticket) -> Ticket:
        raise ValueError

    with pytest.raises(ValueError):
        book.change("a1", fails, Note(NOW, "siti", "tidak"))
    assert book.ticket("a1") == DRAFT
    assert book.notes("a1") == ()


def test_what_is_due_first_comes_first_and_drafts_last(book: TicketStore) -> None:
    for ticket_id, number, due in (
        ("a1", "11111110", None),
        ("a2", "22222227", date(2026, 12, 9)),
        ("a3", "33333333", date(2026, 12, 1)),
    ):
        book.add(replace(DRAFT, id=ticket_id, number=number, due=due, state=State.OPEN if due else State.DRAFT))
    assert [one.id for one in book.tickets([State.OPEN, State.DRAFT])] == ["a3", "a2", "a1"]
    assert [one.id for one in book.tickets([State.OPEN], 1)] == ["a3"]
    assert book.tickets([State.CLOSED]) == ()


def test_what_was_deleted_is_gone_with_its_notes(book: TicketStore) -> None:
    book.add(DRAFT)
    book.change("a1", lambda one: one, Note(NOW, "siti", "dicatat"))
    for _ in range(2):
        book.remove("a1")
    with pytest.raises(TicketNotFound):
        book.ticket("a1")
    assert book.notes("a1") == ()


@pytest.mark.parametrize("before", ["reason_of_tickets", "life_events"])
def test_tickets_of_an_earlier_version_are_taken_over(tmp_path: Path, before: str) -> None:
    path = tmp_path / "tickets.db"
    with Database(path) as old:
        SCHEMA.apply(old, stop_before=before)
        at = NOW.isoformat()
        old.execute(
            "INSERT INTO tickets (id, number, category, channel, call, opened, changed, state, mark, due, message_s, "
            "answer, pin, callback) VALUES ('a1', '11111110', 'fee', 'telephone', 'call-1', ?, ?, 'draft', "
            "'', NULL, 0.0, '', x'', '')",
            (at, at),
        )
        old.conn.commit()
    assert TicketBook(path).ticket("a1") == DRAFT
