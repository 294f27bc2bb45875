"""The office hears complaints on the pages and deals with them; who asks is shown the number to call, audited."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import soundfile
from pages_office import PagesOffice, office
from starlette.testclient import TestClient

from agi import privacy
from agi.books.audit import Audit
from agi.books.guesses import MemoryGuesses
from agi.books.ticket import Category, LifeEvent, Mark, Reason, RefusedBy, State, Ticket
from agi.office.limit import GuessLimit
from agi.office.office import tickets_of
from agi.office.tickets import Tickets

__all__ = ["office"]
CALLBACK, NIK = "081234567890", "3273054101900001"


@pytest.fixture
def tickets(office: PagesOffice) -> Tickets:
    settings = office.settings
    settings.messages_spool.mkdir(parents=True)
    return tickets_of(settings, GuessLimit(MemoryGuesses(), settings.lockout), privacy.hash_key(settings.var))


@pytest.fixture
def ticket(tickets: Tickets) -> Ticket:
    """About money that was asked for, with a message of two seconds."""
    draft = tickets.begin(Category.FEE, "call-1")
    sound = tickets.spool / f"{draft.id}.wav"
    soundfile.write(sound, np.full(16_000, 7, np.int16), 8000)
    tickets.submit(draft.id, sound, 2.0, CALLBACK)
    return tickets.book.ticket(draft.id)


@pytest.fixture
def client(office: PagesOffice, ticket: Ticket) -> Iterator[TestClient]:
    yield office.client("supervisor")


def audited(office: PagesOffice) -> list[tuple[str, str]]:
    book = Audit(office.settings.pages_db, privacy.hash_key(office.settings.var))
    return [(one.what, one.subject) for one in book.entries() if one.what.startswith("tiket.")]


def form(ticket: Ticket, **given: str) -> dict[str, str]:
    seen = {"dilihat": ticket.changed.isoformat(), "kategori": ticket.category, "keadaan": ticket.state}
    return {**seen, "jawaban": "", "catatan": "", **given}


def test_what_is_due_first_stands_first_and_what_is_late_is_told(
    client: TestClient, tickets: Tickets, ticket: Ticket
) -> None:
    for category, days in ((Category.WISH, 9), (Category.SERVICE, -40)):
        draft = tickets.begin(category, "call-2")
        tickets.submit(draft.id, None, 0.0)
        due = datetime.now(UTC).date() + timedelta(days)
        tickets.book.change(draft.id, lambda one, due=due: replace(one, due=due))
    page = client.get("/tiket").text
    order = [page.index(word) for word in ("<td>pelayanan", "<td>permintaan uang", "<td>usul")]
    assert order == sorted(order)
    assert page.count("terlambat") == 1


def test_its_message_is_heard_as_it_was_recorded(client: TestClient, tickets: Tickets, ticket: Ticket) -> None:
    assert "<audio" in client.get(f"/tiket/{ticket.id}").text
    heard = client.get(f"/tiket/{ticket.id}/suara")
    assert heard.content == tickets.messages.path(ticket.id).read_bytes()
    assert heard.headers["cache-control"] == "no-store"


def test_the_number_to_call_is_shown_to_who_asks_for_it(
    client: TestClient, ticket: Ticket, office: PagesOffice
) -> None:
    assert CALLBACK not in client.get(f"/tiket/{ticket.id}").text
    assert CALLBACK in client.post(f"/tiket/{ticket.id}/nomor").text
    assert audited(office)[0] == ("tiket.nomor", ticket.id)


def test_whom_a_reason_is_about_is_shown_to_who_asks_for_it(
    client: TestClient, tickets: Tickets, office: PagesOffice
) -> None:
    draft = tickets.begin_for(NIK, Reason.STALE, RefusedBy.BPJS, "call-1")
    tickets.submit(draft.id, None, 0.0)
    assert "konsolidasikan" in client.get("/tiket").text
    page = client.get(f"/tiket/{draft.id}").text
    assert "konsolidasikan (ditolak BPJS)" in page
    assert NIK not in page
    assert NIK in client.post(f"/tiket/{draft.id}/nik").text
    assert audited(office)[0] == ("tiket.nik", draft.id)
    assert office.client("auditor").post(f"/tiket/{draft.id}/nik").status_code == 403


def test_whose_key_is_gone_is_told_so(client: TestClient, tickets: Tickets) -> None:
    draft = tickets.begin_for(NIK, Reason.DOUBLE, RefusedBy.BANK, "call-1")
    tickets.book.change(draft.id, lambda one: replace(one, nik=privacy.sealed(bytes(32), NIK)))
    page = client.post(f"/tiket/{draft.id}/nik")
    assert page.status_code == 409
    assert "kunci lain" in page.text


def test_it_is_answered_with_a_note(client: TestClient, ticket: Ticket, tickets: Tickets, office: PagesOffice) -> None:
    page = client.post(
        f"/tiket/{ticket.id}", data=form(ticket, keadaan="answered", jawaban="Uang kembali.", catatan="A")
    )
    assert "Tiket disimpan." in page.text
    now = tickets.book.ticket(ticket.id)
    assert (now.state, now.answer) == (State.ANSWERED, "Uang kembali.")
    assert [(note.who, note.text) for note in tickets.book.notes(ticket.id)] == [("supervisor1", "A")]
    assert ("tiket.ubah", ticket.id) in audited(office)


def test_nothing_is_called_answered_without_an_answer(client: TestClient, ticket: Ticket, tickets: Tickets) -> None:
    page = client.post(f"/tiket/{ticket.id}", data=form(ticket, keadaan="answered", catatan="tetap ada"))
    assert page.status_code == 422
    assert "tetap ada" in page.text
    assert tickets.book.ticket(ticket.id).state is State.OPEN


def test_who_comes_second_sees_what_the_first_has_written_and_loses_nothing(
    client: TestClient, ticket: Ticket, tickets: Tickets
) -> None:
    tickets.edit(ticket, lambda one: replace(one, state=State.IN_WORK), "budi", "saya kerjakan")
    page = client.post(f"/tiket/{ticket.id}", data=form(ticket, keadaan="closed", catatan="punya saya"))
    assert page.status_code == 409
    assert "saya kerjakan" in page.text
    assert "punya saya" in page.text
    assert tickets.book.ticket(ticket.id).state is State.IN_WORK


def test_a_draft_is_taken_on_and_its_clock_begins(client: TestClient, tickets: Tickets) -> None:
    draft = tickets.begin(Category.DATA, "call-3")
    tickets.leave(draft.id, Mark.LEFT)
    draft = tickets.book.ticket(draft.id)
    assert "penelepon pergi" in client.get("/tiket").text
    client.post(f"/tiket/{draft.id}", data=form(draft, keadaan="open"))
    now = tickets.book.ticket(draft.id)
    assert now.state is State.OPEN
    assert now.due is not None


def test_auditors_look_and_change_nothing_and_testers_see_nothing(office: PagesOffice, ticket: Ticket) -> None:
    auditor = office.client("auditor")
    page = auditor.get(f"/tiket/{ticket.id}").text
    assert "<textarea" not in page
    assert auditor.post(f"/tiket/{ticket.id}", data=form(ticket)).status_code == 403
    assert auditor.post(f"/tiket/{ticket.id}/nomor").status_code == 403
    assert office.client("tester").get("/tiket").status_code in (403, 404)


@pytest.mark.parametrize("path", ["/tiket/nothing", "/tiket/..%2f..%2fhotline.toml/suara", "/tiket?keadaan=x"])
def test_what_is_not_there_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_life_event_is_shown_with_its_day_and_place_and_is_completed(client: TestClient, tickets: Tickets) -> None:
    opened = tickets.report(LifeEvent.BIRTH, date(1995, 8, 17), "3273", "", "call-4")
    assert "<td>peristiwa penting: kelahiran" in client.get("/tiket").text
    ticket = tickets.book.by_number(opened.number)
    assert ticket is not None
    page = client.get(f"/tiket/{ticket.id}").text
    assert "kelahiran, 17 Agu 1995" in page
    assert "melewati batas waktu lapor" in page
    assert "<dt>Dilengkapi di</dt><dd>Kota Bandung</dd>" in page
    client.post(f"/tiket/{ticket.id}", data=form(ticket, keadaan="closed", catatan="akta diterbitkan"))
    assert tickets.book.ticket(ticket.id).state is State.CLOSED
