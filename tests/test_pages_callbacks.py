"""The office opens a case by its number, audited, and cancels callbacks; whom they call is masked everywhere."""

from collections.abc import Iterator

import pytest
from office_fixtures import patient_books
from pages_office import PagesOffice, office
from starlette.testclient import TestClient

from agi import privacy
from agi.books.audit import Audit
from agi.books.callback import Callback, CallbackState
from agi.books.guesses import MemoryGuesses
from agi.office.callbacks import Callbacks, Turn, Wanted
from agi.office.cases import About
from agi.office.limit import GuessLimit
from agi.office.office import callbacks_of, cases_of

__all__ = ["office", "patient_books"]
pytestmark = pytest.mark.usefixtures("patient_books")

NUMBER = "+6281234567890"


@pytest.fixture
def kept(office: PagesOffice) -> Callbacks:
    made = callbacks_of(office.settings)
    return Callbacks(made.book, made.limits, trunk=True, clock=made.clock)


@pytest.fixture
def noted(office: PagesOffice, kept: Callbacks) -> Callback:
    settings = office.settings
    limit = GuessLimit(MemoryGuesses(), settings.lockout)
    about = About("nik_check", "nik+kk", "nik_check.more", "••••••••••••9610", "ktp.card_issued")
    case = cases_of(settings, limit, privacy.hash_key(settings.var)).keep("1.1", NUMBER, about)
    asked = kept.ask(Wanted(case.number, b"", kept.clock(), NUMBER))
    assert isinstance(asked, Callback)
    return asked


@pytest.fixture
def client(office: PagesOffice, noted: Callback) -> Iterator[TestClient]:
    yield office.client("supervisor")


def audited(office: PagesOffice) -> list[tuple[str, str]]:
    book = Audit(office.settings.pages_db, privacy.hash_key(office.settings.var))
    return [(one.what, one.subject) for one in book.entries() if one.what.startswith(("nomor-", "panggil-"))]


def test_a_case_is_opened_by_its_number_however_it_is_typed(
    office: PagesOffice, client: TestClient, noted: Callback
) -> None:
    number = noted.case_number
    assert client.get("/nomor-panggilan").status_code == 200
    page = client.post("/nomor-panggilan", data={"nomor": f" {number[:3]}-{number[3:]} "})
    assert page.status_code == 200
    for word in ("cek NIK, terbukti, ••9610", "nik+kk", "ktp.card_issued", "menunggu", "/panggilan/1.1"):
        assert word in page.text
    assert NUMBER not in page.text and noted.code not in page.text.replace(number, "")
    assert number not in str(page.url)
    assert audited(office) == [("nomor-panggilan.cari", number)]


@pytest.mark.parametrize(("number", "why"), [("1111111", "tertukar"), ("x", "tertukar")])
def test_a_slip_is_told(office: PagesOffice, client: TestClient, number: str, why: str) -> None:
    page = client.post("/nomor-panggilan", data={"nomor": number})
    assert page.status_code == 404 and why in page.text
    assert audited(office) == [("nomor-panggilan.cari", "")]


def test_who_guesses_is_stopped(client: TestClient, noted: Callback) -> None:
    from agi.books.case import case_valid

    guesses = [one for one in map(str, range(2000000, 2002000)) if case_valid(one) and one != noted.case_number]
    pages = [client.post("/nomor-panggilan", data={"nomor": one}) for one in guesses[:31]]
    assert "sudah terlalu lama" in pages[0].text
    assert "Terlalu banyak" in pages[-1].text
    assert "Terlalu banyak" in client.post("/nomor-panggilan", data={"nomor": noted.case_number}).text


def test_those_who_wait_are_listed_masked_and_cancelled_once(
    office: PagesOffice, client: TestClient, kept: Callbacks, noted: Callback
) -> None:
    page = client.get("/panggil-balik").text
    assert noted.case_number in page and "•••890" in page and NUMBER not in page
    done = client.post(f"/panggil-balik/{noted.id}/batal")
    assert "dibatalkan" in done.text
    assert [one.id for one in kept.book.listed([CallbackState.CANCELLED])] == [noted.id]
    assert "Sudah terlambat" in client.post(f"/panggil-balik/{noted.id}/batal").text
    assert audited(office) == [("panggil-balik.batal", noted.case_number)]


def test_who_is_just_being_called_is_called(client: TestClient, kept: Callbacks, noted: Callback) -> None:
    assert kept.claim(Turn(1, 1)) is not None
    assert "Sudah terlambat" in client.post(f"/panggil-balik/{noted.id}/batal").text
    assert [one.id for one in kept.book.listed([CallbackState.CALLING])] == [noted.id]


def test_testers_see_neither_and_auditors_only_look(office: PagesOffice, noted: Callback) -> None:
    tester, auditor = office.client("tester"), office.client("auditor")
    assert tester.get("/panggil-balik").status_code == 403
    assert tester.post("/nomor-panggilan", data={"nomor": noted.case_number}).status_code == 403
    assert auditor.get("/panggil-balik").status_code == 200
    assert "Batalkan</button>" not in auditor.get("/panggil-balik").text
    assert auditor.post(f"/panggil-balik/{noted.id}/batal").status_code == 403
    assert auditor.post("/nomor-panggilan", data={"nomor": noted.case_number}).status_code == 200


def test_one_that_is_not_there_is_not_there(client: TestClient) -> None:
    assert client.post("/panggil-balik/nobody/batal").status_code == 404
