"""A supervisor sees on one page what callers met, in words and drawings, of a period of their choice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from books_data import ended
from pages_office import PagesOffice, office
from starlette.testclient import TestClient

from agi import privacy
from agi.books.calls import CallBook
from agi.books.events import Answered, Asked, Outcome, Said

__all__ = ["office"]


@pytest.fixture
def book(office: PagesOffice) -> Iterator[CallBook]:
    settings = office.settings
    settings.data.mkdir(parents=True, exist_ok=True)
    made = CallBook.open(settings.calls_db, privacy.hash_key(settings.var))
    now = datetime.now(UTC)
    made.begin("one", "081234567890", now)
    prompts = (Said("call.welcome"), Said("menu.main"))
    for answer in (Answered("no-match", "keys", "8"), Answered("match", "speech", "1", 900, 0.87)):
        made.event("one", Asked(at=now, question="main", prompts=prompts, answer=answer))
    made.event("one", ended(Outcome.COMPLETED, "main", "", now + timedelta(seconds=9)))
    made.begin("two", "081234567891", now)
    made.flush()
    yield made
    made.close()


def page(client: TestClient, address: str = "/hari-ini") -> str:
    found = client.get(address)
    assert found.status_code == 200
    return found.text


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("address", ["/hari-ini", "/hari-ini?hari=7", "/hari-ini?hari=30"])
def test_figures_stand_beside_what_they_mean(office: PagesOffice, address: str) -> None:
    told = page(office.client("supervisor"), address)
    assert "100 %" in told
    assert "tidak menelepon lagi dalam 24 jam" in told
    assert "Dihitung: 1 dari 2 panggilan" in told
    assert "menu.main" in told
    assert "0812345678" not in told


@pytest.mark.usefixtures("book")
def test_only_who_may_change_sentences_is_led_to_them(office: PagesOffice) -> None:
    assert 'href="/kalimat/menu.main"' in page(office.client("admin"))
    assert 'href="/kalimat/menu.main"' not in page(office.client("supervisor"))


@pytest.mark.usefixtures("book")
def test_each_drawing_has_a_title_a_description_and_a_table(office: PagesOffice) -> None:
    told = page(office.client("supervisor"))
    assert told.count('<svg viewBox="0 0') == told.count("<title id=") == told.count("<desc id=") == 3
    assert told.count("sebagai tabel") == 3
    assert "style=" not in told


def test_calls_now_are_told_anew_without_the_rest_of_the_page(office: PagesOffice, book: CallBook) -> None:
    client = office.client("supervisor")
    assert '<span class="number">1</span>' in page(client, "/hari-ini/langsung")
    book.event("two", ended(Outcome.COMPLETED, "main", "", datetime.now(UTC)))
    book.flush()
    live = page(client, "/hari-ini/langsung")
    assert '<span class="number">1</span>' not in live
    assert "<h1" not in live


def test_an_office_without_calls_has_a_page(office: PagesOffice) -> None:
    assert "belum ada" in page(office.client("supervisor"))


@pytest.mark.parametrize("asked", ["hari=8", "tanggal=kemarin", "tanggal=9999-12-31"])
def test_a_period_that_no_form_offers_is_refused(office: PagesOffice, asked: str) -> None:
    assert office.client("supervisor").get(f"/hari-ini?{asked}").status_code == 400


def test_testers_see_no_figures(office: PagesOffice) -> None:
    assert office.client("tester").get("/hari-ini").status_code == 403
