"""A supervisor sees which institution asked what for, and takes the log along; a NIK stands nowhere in it."""

import pytest
from pages_office import PagesOffice, office
from starlette.testclient import TestClient

from agi import privacy
from agi.books.audit import Audit
from agi.books.guesses import MemoryGuesses
from agi.books.institution import Purpose, Query, Standing
from agi.office.institutions import Institutions
from agi.office.limit import GuessLimit
from agi.office.office import institutions_of

__all__ = ["office"]


@pytest.fixture
def here(office: PagesOffice) -> Institutions:
    settings = office.settings
    return institutions_of(settings, GuessLimit(MemoryGuesses(), settings.lockout), privacy.hash_key(settings.var))


@pytest.fixture
def client(office: PagesOffice) -> TestClient:
    return office.client("supervisor")


def test_without_any_the_page_says_so(client: TestClient) -> None:
    page = client.get("/lembaga").text
    assert "Belum ada lembaga." in page
    assert "Belum ada pemeriksaan." in page


def test_institutions_and_what_they_asked_are_shown_and_taken_along(
    client: TestClient, here: Institutions, office: PagesOffice
) -> None:
    one, _ = here.add("=Bank <b>Contoh</b>", 5)
    number = here.book.reserve(Query(here.clock(), one.id, Purpose.BANK, b"\1\2", "call-1"), here.day_began())
    here.book.told(number, Standing.INACTIVE)
    page = client.get("/lembaga").text
    assert "=Bank &lt;b&gt;Contoh&lt;/b&gt;" in page
    for word in (one.id, "rekening atau kredit", "tidak aktif", "/panggilan/call-1"):
        assert word in page
    here.remove(one.id)
    assert "dicabut" in client.get("/lembaga").text
    table = client.get("/lembaga/tabel.csv")
    assert table.headers["cache-control"] == "no-store"
    assert "'=Bank <b>Contoh</b>,rekening atau kredit,tidak aktif,0102,call-1" in table.text
    audited = Audit(office.settings.pages_db, privacy.hash_key(office.settings.var)).entries()
    assert "lembaga.unduh" in [entry.what for entry in audited]
