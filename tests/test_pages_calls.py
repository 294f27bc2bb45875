"""Calls are found, told and taken along on the pages; no number of a person stands anywhere."""

import io
import shutil
from collections.abc import Iterator
from datetime import timedelta

import openpyxl
import pytest
import soundfile
from books_data import START, ended
from pages_office import PagesOffice, office
from starlette.testclient import TestClient

from agi import privacy
from agi.books.audit import Audit
from agi.books.calls import CallBook
from agi.books.events import Answered, Asked, Carried, Outcome, Said, Told, Waited, WaitEnd
from agi.editions.store import Editions

__all__ = ["office"]
NUMBER, NIK = "081234567890", "3273014402929001"


@pytest.fixture
def client(office: PagesOffice) -> Iterator[TestClient]:
    """A supervisor, and 60 calls: the first from NUMBER about NIK, one whose place a spreadsheet would compute."""
    settings = office.settings
    settings.data.mkdir(parents=True, exist_ok=True)
    book = CallBook.open(settings.calls_db, privacy.hash_key(settings.var))
    for serial in range(60):
        at = START + timedelta(minutes=serial)
        book.begin(f"call-{serial}", NUMBER if serial == 0 else f"0899{serial:04d}555", at)
        said = (Said("call.welcome"), Said("nik.confirm", {"nik": privacy.mask(NIK)}))
        book.event(f"call-{serial}", Told(at=at + timedelta(seconds=1), prompts=said))
        answer = Answered("match", "keys", "1", 2500)
        book.event(f"call-{serial}", Asked(at=at + timedelta(seconds=9), question="main", answer=answer))
        why = "=1+1" if serial == 1 else ""
        outcome = Outcome.FAILED if serial == 1 else Outcome.COMPLETED
        book.event(f"call-{serial}", ended(outcome, "main", why, at + timedelta(seconds=30)))
    book.about("call-0", NIK)
    book.close()
    yield office.client("supervisor")


def audited(office: PagesOffice) -> list[tuple[str, str, str]]:
    book = Audit(office.settings.pages_db, privacy.hash_key(office.settings.var))
    return [(one.what, one.subject, one.detail) for one in book.entries()]


def test_fifty_calls_a_page_the_newest_first(client: TestClient) -> None:
    first, second = client.get("/panggilan").text, client.get("/panggilan?halaman=2").text
    assert first.count('href="/panggilan/call-') == 50
    assert second.count('href="/panggilan/call-') == 10
    assert "/panggilan/call-59" in first
    assert "/panggilan/call-0" in second


def test_a_call_tells_the_wait_for_an_agent_and_in_its_technical_part_the_sound(
    office: PagesOffice, client: TestClient
) -> None:
    book = CallBook.open(office.settings.calls_db, privacy.hash_key(office.settings.var))
    at = START + timedelta(seconds=31)
    book.event("call-0", Waited(at=at, seconds=42, end=WaitEnd.LEFT))
    figures = {"jitter_ms": 3.5, "sent": 1000, "lost_there": 0, "rtt_ms": 20.0}
    book.event("call-0", Carried(at=at, codec="alaw", received=900, lost=100, **figures))
    book.close()
    told = client.get("/panggilan/call-0").text
    assert "Penelepon menunggu petugas 42 s (kembali ke menu)" in told
    technical = told[told.index("Bagian teknis") :]
    assert "alaw" in technical
    assert "10 % dari 1.000 paket hilang" in technical
    assert "buruk" in technical


def test_calls_are_found_by_day_outcome_and_step(client: TestClient) -> None:
    assert client.get("/panggilan?hasil=failed").text.count('href="/panggilan/call-') == 1
    assert client.get("/panggilan?langkah=nik").text.count('href="/panggilan/call-') == 0
    assert client.get("/panggilan?dari=2026-11-25").text.count('href="/panggilan/call-') == 0
    assert client.get("/panggilan?sampai=2026-11-24&langkah=main").text.count('href="/panggilan/call-') == 50
    assert client.get("/panggilan?dari=kemarin").status_code == 400


@pytest.mark.parametrize("typed", [NUMBER, "+62 812-3456-7890", NIK, "890", "9001"])
def test_a_call_is_found_by_a_number_that_is_nowhere_afterwards(
    client: TestClient, office: PagesOffice, typed: str
) -> None:
    found = client.post("/panggilan", data={"nomor": typed})
    assert found.text.count('href="/panggilan/call-') == 1
    assert 'href="/panggilan/call-0"' in found.text
    told = found.text + str(found.url) + str(audited(office))
    assert NUMBER not in told
    assert NIK not in told
    assert typed not in str(found.url) + str(audited(office))
    assert audited(office)[0][0] == "panggilan.cari"


@pytest.mark.parametrize("typed", ["12", "abc", "12345"])
def test_what_is_no_number_finds_nothing_and_says_what_to_write(client: TestClient, typed: str) -> None:
    refused = client.post("/panggilan", data={"nomor": typed})
    assert refused.status_code == 422
    assert "angka terakhir" in refused.text


def test_a_call_is_told_with_what_was_said_and_done_and_the_look_is_audited(
    client: TestClient, office: PagesOffice
) -> None:
    told = client.get("/panggilan/call-0").text
    assert "Penelepon menekan 1" in told
    assert "setelah 2,5 s" in told
    assert "nomor di dalamnya tidak disimpan" in told
    assert NIK not in told
    assert audited(office)[0][:2] == ("panggilan.lihat", "call-0")
    assert client.get("/panggilan/call-").status_code == 404


def test_what_was_heard_is_played_of_the_calls_own_edition_without_its_numbers(
    client: TestClient, office: PagesOffice
) -> None:
    settings = office.settings
    editions = Editions(settings.editions_folder)
    with editions.alone():
        shutil.copytree(settings.prompts, editions.draft / "prompts")
        editions.publish("content", "maker", "rina", "", ())
    book = CallBook.open(settings.calls_db, privacy.hash_key(settings.var))
    book.begin("heard", NUMBER, START, edition=1)
    said = (Said("call.welcome"), Said("nik.readback", {"nik": privacy.mask(NIK)}))
    book.event("heard", Told(at=START, prompts=said))
    book.close()
    texts = settings.prompts / "id.toml"  # what is said now is no matter to what was heard
    texts.write_text(texts.read_text(encoding="utf-8").replace("Selamat datang", "Selamat pagi"), encoding="utf-8")
    told = client.get("/panggilan/heard").text
    assert "Selamat datang di Halo Dukcapil." in told
    assert "NIK yang dimasukkan" in told
    assert NIK not in told
    for place in range(2):
        sound = client.get(f"/panggilan/heard/suara/{place}")
        assert soundfile.info(io.BytesIO(sound.content)).duration > 0.5
    assert client.get("/panggilan/heard/suara/2").status_code == 404
    assert client.get("/panggilan/call-0/suara/0").status_code == 404  # it names no edition


def test_a_call_is_taken_along_as_a_test(client: TestClient, office: PagesOffice) -> None:
    scenario = client.get("/panggilan/call-0/ulangi").text
    assert "steps:" in scenario
    assert NIK not in scenario
    assert audited(office)[0][:2] == ("panggilan.ulangi", "call-0")


def test_tables_hold_what_fits_and_no_formula_and_are_audited(client: TestClient, office: PagesOffice) -> None:
    text = client.post("/panggilan/unduh", data={"hasil": "failed", "bentuk": "csv"}).text
    assert len(text.strip().splitlines()) == 2
    assert ",'=1+1," in text
    sheet = client.post("/panggilan/unduh", data={"hasil": "failed", "bentuk": "xlsx"}).content
    rows = list(openpyxl.load_workbook(io.BytesIO(sheet))["calls"].iter_rows())
    assert len(rows) == 2
    assert "f" not in {cell.data_type for row in rows for cell in row}
    assert audited(office)[0][0] == "panggilan.unduh"
    one = client.post("/panggilan/unduh", data={"nomor": NUMBER, "bentuk": "csv"}).text
    assert len(one.strip().splitlines()) == 2
    assert NUMBER not in one


def test_testers_see_no_calls(client: TestClient, office: PagesOffice) -> None:
    assert office.client("tester").get("/panggilan").status_code == 403


@pytest.mark.usefixtures("client")
def test_auditors_look_numbers_up_and_take_tables_along(office: PagesOffice) -> None:
    auditor = office.client("auditor")
    found = auditor.post("/panggilan", data={"nomor": NUMBER})
    assert found.status_code == 200
    assert found.text.count('href="/panggilan/call-') == 1
    assert auditor.post("/panggilan/unduh", data={"bentuk": "csv"}).text.count("call-") == 60
    assert [what for what, _, _ in audited(office)][:2] == ["panggilan.unduh", "panggilan.cari"]


@pytest.mark.usefixtures("client")
def test_testers_neither_look_numbers_up_nor_take_tables_along(office: PagesOffice) -> None:
    tester = office.client("tester")
    assert tester.post("/panggilan", data={"nomor": NUMBER}).status_code == 403
    assert tester.post("/panggilan/unduh", data={"bentuk": "csv"}).status_code == 403
