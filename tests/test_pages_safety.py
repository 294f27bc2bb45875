"""Supervisors see which numbers callers have reported, masked, and open NIKs that are locked; the audit knows all."""

from collections.abc import Iterator

import pytest
from pages_office import PagesOffice, office
from sample_office import nik
from starlette.testclient import TestClient

from agi import privacy
from agi.books.audit import Audit
from agi.books.guesses import MemoryGuesses
from agi.books.ticket import AskedFor, Ticket
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit, utc_now
from agi.office.office import safety_of, tickets_of
from agi.office.safety import CalledYou, NotCalled, Safety
from agi.office.tickets import Tickets

__all__ = ["office"]
SUSPECT, CALLBACK, NIK = "081111111111", "+6281234567890", nik(7)


@pytest.fixture
def tickets(office: PagesOffice) -> Tickets:
    settings = office.settings
    limit = GuessLimit(MemoryGuesses(), settings.lockout)
    return tickets_of(settings, limit, privacy.hash_key(settings.var))


@pytest.fixture
def safety(office: PagesOffice) -> Safety:
    return safety_of(office.settings, privacy.hash_key(office.settings.var))


@pytest.fixture
def ticket(tickets: Tickets) -> Ticket:
    """Reported twice, by two callers."""
    for call in ("call-1", "call-2"):
        draft = tickets.begin_fraud(SUSPECT, AskedFor.CODE, call)
        tickets.submit(draft.id, None, 0.0, CALLBACK)
    tickets.begin_fraud("082222222222", AskedFor.MONEY, "call-3")  # a draft: nobody has sent it
    return tickets.book.ticket(draft.id)


@pytest.fixture
def client(office: PagesOffice, ticket: Ticket) -> Iterator[TestClient]:
    yield office.client("supervisor")


def audited(office: PagesOffice) -> list[tuple[str, str, str]]:
    book = Audit(office.settings.pages_db, privacy.hash_key(office.settings.var))
    return [(one.what, one.subject, one.detail) for one in book.entries() if one.what.startswith(("nik.", "tiket."))]


def form(**given: str) -> dict[str, str]:
    return {"nik": NIK, "alasan": "KTP-el asli", "aksi": "buka", **given}


def test_reported_numbers_are_counted_and_masked(client: TestClient) -> None:
    page = client.get("/keamanan").text
    assert "2 laporan penipuan" in page
    assert '<th scope="row" class="nowrap">•••••••••111</th><td class="figure">2</td>' in page
    assert SUSPECT not in page
    assert "222" not in page


def test_the_whole_number_is_told_to_who_asks_and_that_is_audited(
    client: TestClient, ticket: Ticket, office: PagesOffice
) -> None:
    page = client.get(f"/tiket/{ticket.id}").text
    assert "kode OTP atau PIN" in page
    assert SUSPECT not in page
    assert SUSPECT in client.post(f"/tiket/{ticket.id}/penipu").text
    assert audited(office)[0][:2] == ("tiket.nomor_penipu", ticket.id)
    assert "penipuan: kode OTP" in client.get("/tiket").text


def test_a_call_that_an_agent_makes_is_known_to_who_asks_whether_it_was_us(
    client: TestClient, ticket: Ticket, safety: Safety, office: PagesOffice
) -> None:
    assert safety.called_you(Visitor(CALLBACK)) == NotCalled()
    assert "Saya menelepon nomor ini" in client.post(f"/tiket/{ticket.id}/nomor").text
    assert client.post(f"/tiket/{ticket.id}/telepon").status_code == 200
    found = safety.called_you(Visitor(CALLBACK))
    assert isinstance(found, CalledYou)
    assert found.ticket == ticket.number
    assert ("tiket.telepon", ticket.id, "") in audited(office)


def test_a_ticket_without_a_number_to_call_can_not_have_been_called(client: TestClient, tickets: Tickets) -> None:
    draft = tickets.begin_fraud("", AskedFor.LINK, "call-4")
    assert client.post(f"/tiket/{draft.id}/telepon").status_code == 409


def test_a_lock_is_looked_at_and_opened_with_a_reason(client: TestClient, safety: Safety, office: PagesOffice) -> None:
    safety.frozen.freeze(NIK, "call-1", utc_now())
    assert "Sekarang 1 NIK dikunci" in client.get("/keamanan").text
    assert "dikunci sejak" in client.post("/keamanan/nik", data=form(aksi="lihat")).text
    assert client.post("/keamanan/nik", data=form(alasan="")).status_code == 422
    page = client.post("/keamanan/nik", data=form(alasan=f"KTP-el asli {NIK}"))
    assert page.status_code == 200
    assert safety.frozen.since(NIK) is None
    entries = audited(office)
    assert [what for what, _, _ in entries] == ["nik.buka_kunci", "nik.lihat_kunci"]
    assert entries[0][2].startswith("KTP-el asli")
    assert NIK not in f"{page.text} {entries} {page.url}"


@pytest.mark.parametrize(("given", "status"), [({"nik": "123"}, 422), ({}, 409), ({"aksi": "lihat"}, 200)])
def test_what_can_not_be_opened_is_told(client: TestClient, given: dict[str, str], status: int) -> None:
    page = client.post("/keamanan/nik", data=form(**given))
    assert page.status_code == status
    assert NIK not in page.text


def test_an_auditor_looks_and_opens_nothing(office: PagesOffice, ticket: Ticket, safety: Safety) -> None:
    safety.frozen.freeze(NIK, "call-1", utc_now())
    auditor = office.client("auditor")
    assert "Buka kunci" not in auditor.get("/keamanan").text
    assert auditor.post("/keamanan/nik", data=form()).status_code == 403
    assert auditor.post(f"/tiket/{ticket.id}/penipu").status_code == 403
    assert safety.frozen.since(NIK)
