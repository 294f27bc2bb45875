"""An agent's page: the case while it rings, breaks, what came of each call, and a ticket from it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pages_office import PagesOffice, office
from starlette.testclient import TestClient

from agi import privacy
from agi.books.audit import Audit
from agi.books.calls import CallBook
from agi.books.desks import Desks, DeskTaken, Handled, Result, What
from agi.books.events import QUEUE, Ended, Noted, NoteKind, Outcome
from agi.books.ticket import State
from agi.books.tickets import TicketBook
from agi.dialogue.question import Case
from agi.ops import present
from agi.ops.duty import AtHand, Duty, OnDuty, Presence
from agi.ops.present import Present

__all__ = ["office"]
CALLER = "+6281234567890"
NIK = "3174055508960004"
NOW = datetime.now(UTC)


@pytest.fixture
def calls(office: PagesOffice) -> Iterator[CallBook]:
    """Two calls of one caller: "before" and "now", which goes on."""
    office.settings.data.mkdir(parents=True, exist_ok=True)
    book = CallBook.open(office.settings.calls_db, privacy.hash_key(office.settings.var))
    book.begin("before", CALLER, NOW - timedelta(hours=3))
    book.event("before", Ended(at=NOW - timedelta(hours=3), outcome=Outcome.ABANDONED, where=QUEUE, why="hung up"))
    book.begin("now", CALLER, NOW)
    book.event("now", Noted.of(NOW, NoteKind.NIK_CHECKED, "ktp.card_issued"))
    assert book.flush()
    yield book
    book.close()


@pytest.fixture
def desks(office: PagesOffice) -> Desks:
    office.session("agent", "siti")
    made = Desks(office.settings.pages_db)
    made.give("siti", "7001")
    return made


@pytest.fixture
def client(office: PagesOffice, desks: Desks, calls: CallBook) -> TestClient:
    return office.client("agent", "siti")


def at_desk(office: PagesOffice, presence: Presence, case: Case | None = None) -> None:
    """Asterisk tells that 7001 is so, with the call "now" where there is a `case`."""
    at_hand = AtHand("now", case) if case else None
    me = OnDuty("7001", "Siti Aminah", presence, at_hand=at_hand)
    present.tell(office.settings, Present(duty=Duty((me,), 1, (NOW,))))


def talked(calls: CallBook, call: str = "now", agent: str = "7001") -> None:
    calls.event(call, Noted.of(NOW, NoteKind.AGENT_TALKED, agent))
    assert calls.flush()


def audited(office: PagesOffice) -> list[tuple[str, str]]:
    book = Audit(office.settings.pages_db, privacy.hash_key(office.settings.var))
    return [(one.what, one.subject) for one in book.entries() if one.what.startswith("petugas.")]


CASE = Case("nik_check", "nik+kk", "nik_check.more", "••••••••••••0004", "ktp.card_issued")


def test_while_it_rings_the_agent_sees_what_the_call_is_about(client: TestClient, office: PagesOffice) -> None:
    at_desk(office, Presence.RINGING, CASE)
    page = client.get("/petugas").text
    assert "Panggilan masuk: cek NIK" in page
    assert "NIK dan nomor KK cocok" in page
    assert "••••••••••••0004" in page
    assert "NIK diperiksa" in page  # tried
    assert "ditutup penelepon" in page  # the call before, of the same number
    assert CALLER[-6:] not in page


def test_a_call_that_only_rings_is_not_to_be_written_down(client: TestClient, office: PagesOffice) -> None:
    at_desk(office, Presence.RINGING, CASE)
    assert "Belum dicatat: 0" in client.get("/petugas").text


def test_the_checklist_is_that_of_the_topic(client: TestClient, office: PagesOffice) -> None:
    at_desk(office, Presence.TALKING, CASE)
    page = client.get("/petugas").text
    assert "Jelaskan status NIK" in page
    assert "Pastikan siapa penelepon" not in page
    at_desk(office, Presence.TALKING, Case("complaint"))
    client.app.state.live = None  # type: ignore[attr-defined]
    del client.app.state.live  # type: ignore[attr-defined]
    assert "Pastikan siapa penelepon" in client.get("/petugas").text


def test_a_call_stays_to_be_written_down_until_it_is(
    client: TestClient, office: PagesOffice, calls: CallBook, desks: Desks
) -> None:
    talked(calls)
    page = client.get("/petugas").text
    assert "Belum dicatat: 1" in page
    without = client.post("/petugas/catatan", data={"call": "now", "hasil": "solved", "catatan": " "})
    assert without.status_code == 422
    unchosen = client.post("/petugas/catatan", data={"call": "now", "hasil": "", "catatan": "tetap ada"})
    assert unchosen.status_code == 422
    assert "tetap ada" in unchosen.text
    given = {"call": "now", "hasil": "solved", "catatan": f"NIK {NIK} sudah jelas", "cek": ["free", "no such"]}
    page = client.post("/petugas/catatan", data=given).text
    assert "Catatan disimpan." in page
    assert "Belum dicatat: 0" in page
    (written,) = desks.handled("7001")
    assert (written.call, written.account, written.result, written.checked) == ("now", "siti", Result.SOLVED, ("free",))
    assert NIK not in written.note
    assert ("petugas.catat", "now") in audited(office)
    assert "terjawab: NIK" in office.client("supervisor").get("/panggilan/now").text


def test_calls_that_ended_with_the_agent_and_in_the_queue_count_both(client: TestClient, calls: CallBook) -> None:
    calls.event("now", Ended(at=NOW, outcome=Outcome.TRANSFERRED, where=QUEUE, why="agent 7001"))
    calls.begin("third", CALLER, NOW)
    calls.event("third", Ended(at=NOW, outcome=Outcome.GAVE_UP, where="nik", why="no input, to an agent"))
    calls.event("third", Ended(at=NOW, outcome=Outcome.TRANSFERRED, where=QUEUE, why="agent 7001"))
    calls.begin("not mine", CALLER, NOW)
    calls.event("not mine", Ended(at=NOW, outcome=Outcome.TRANSFERRED, where=QUEUE, why="agent 17001"))
    assert calls.flush()
    assert "Belum dicatat: 2" in client.get("/petugas").text


def test_nobody_writes_down_what_was_not_theirs(client: TestClient, calls: CallBook) -> None:
    talked(calls, agent="7002")
    answer = client.post("/petugas/catatan", data={"call": "now", "hasil": "solved", "catatan": "x"})
    assert answer.status_code == 409


def test_a_ticket_is_made_of_the_call_and_its_pin_is_shown_once(
    client: TestClient, office: PagesOffice, calls: CallBook, desks: Desks
) -> None:
    talked(calls)
    given = {"call": "now", "hasil": "ticket", "catatan": "Diminta uang di loket", "kategori": "fee"}
    page = client.post("/petugas/catatan", data=given)
    (ticket,) = TicketBook(office.settings.tickets_db).tickets([State.OPEN])
    assert (ticket.call, ticket.channel, ticket.category) == ("now", "agent", "fee")
    assert f"{ticket.number[:4]} {ticket.number[4:]}" in page.text
    assert [note.text for note in TicketBook(office.settings.tickets_db).notes(ticket.id)] == ["Diminta uang di loket"]
    assert "PIN hanya terlihat sekarang" not in client.get("/petugas").text
    assert desks.handled("7001")[0].result is Result.TICKET
    assert ("petugas.tiket", ticket.id) in audited(office)


def test_open_tickets_of_the_same_number_are_seen(client: TestClient, office: PagesOffice, calls: CallBook) -> None:
    talked(calls, "before")
    client.post("/petugas/catatan", data={"call": "before", "hasil": "ticket", "catatan": "x", "kategori": "data"})
    (ticket,) = TicketBook(office.settings.tickets_db).tickets([State.OPEN])
    at_desk(office, Presence.RINGING, CASE)
    del client.app.state.live  # type: ignore[attr-defined]
    assert f"{ticket.number}: data yang salah" in client.get("/petugas").text


def test_a_break_has_a_reason_and_is_ordered(client: TestClient, office: PagesOffice, desks: Desks) -> None:
    assert client.post("/petugas/keadaan", data={"keadaan": "istirahat"}).status_code == 400
    assert client.post("/petugas/keadaan", data={"keadaan": "istirahat", "alasan": "x"}).status_code == 400
    assert (
        "Istirahat (salat)" in client.post("/petugas/keadaan", data={"keadaan": "istirahat", "alasan": "prayer"}).text
    )
    assert "menerima panggilan lagi" in client.post("/petugas/keadaan", data={"keadaan": "siap"}).text
    told = [(one.what, one.agent, one.detail) for one in desks.orders(datetime.now(UTC))]
    assert told == [(What.BREAK, "7001", "prayer"), (What.READY, "7001", "")]
    assert ("petugas.istirahat", "7001") in audited(office)


def test_an_account_without_a_number_has_no_desk(office: PagesOffice) -> None:
    client = office.client("agent", "budi")
    assert "belum dihubungkan" in client.get("/petugas").text
    assert client.post("/petugas/keadaan", data={"keadaan": "siap"}).status_code == 403


@pytest.mark.parametrize("role", ["admin", "supervisor", "tester"])
def test_others_have_no_desk(office: PagesOffice, role: str) -> None:
    assert office.client(role).get("/petugas").status_code == 403


def test_agents_see_no_other_pages(client: TestClient) -> None:
    for path in ("/hari-ini", "/panggilan", "/tiket", "/kalimat", "/akun/semua", "/telepon"):
        assert client.get(path).status_code == 403
    assert "Terima panggilan" in client.get("/").text


def test_one_number_is_one_account(desks: Desks) -> None:
    with pytest.raises(DeskTaken):
        desks.give("budi", "7001")
    desks.give("siti", "")
    desks.give("budi", "7001")
    assert desks.all() == {"budi": "7001"}


def test_orders_that_nobody_carried_out_are_forgotten_and_old_notes_deleted(desks: Desks) -> None:
    desks.order(What.READY, "7001", "", NOW - timedelta(minutes=2))
    assert desks.orders(NOW) == ()
    desks.write_down(Handled("old", "7001", "siti", NOW - timedelta(days=9), Result.SOLVED, "x"))
    assert desks.purge(NOW - timedelta(days=8)) == 1
    assert desks.handled() == ()
