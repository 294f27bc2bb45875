"""A supervisor sees on one page what callers met, in words and drawings, of a period of their choice."""

import io
import itertools
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
import soundfile
from books_data import ended
from line_exchange import until
from pages_office import COOKIE, PagesOffice, office
from starlette.testclient import TestClient

from agi import privacy
from agi.books.accounts import AccountBook
from agi.books.calls import CallBook
from agi.books.desks import Break
from agi.books.events import Answered, Asked, Channel, Outcome, Said
from agi.books.hours import HoursBook, OwnHours
from agi.editions.store import Editions
from agi.ops import present
from agi.ops.doctor import Check, Level
from agi.ops.duty import Duty, OnDuty, Presence
from agi.ops.present import Present

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
    assert told.count('<svg viewBox="0 0') == told.count("<title id=") == told.count("<desc id=") == 4
    assert told.count("sebagai tabel") == 3
    assert "style=" not in told


def test_messages_stand_beside_the_calls_by_channel(office: PagesOffice, book: CallBook) -> None:
    for nth, outcome in enumerate((Outcome.COMPLETED, Outcome.COMPLETED, Outcome.GAVE_UP)):
        book.begin(f"sms-{nth}", "", datetime.now(UTC), channel=Channel.SMS)
        book.event(f"sms-{nth}", ended(outcome, "check", "", datetime.now(UTC)))
    book.flush()
    told = page(office.client("supervisor"))
    assert "Dihitung: 1 dari 2 panggilan" in told
    [row] = re.findall(r'<tr><th scope="row">SMS</th>(.*)</tr>', told)
    assert re.findall(r">(\d+)<", row) == ["3", "2", "1", "0", "0"]


def told_live(office: PagesOffice) -> Iterator[str]:
    """What the page is told as it changes, each as one text."""
    cookies = {COOKIE: office.session("supervisor")}
    with httpx2.stream("GET", f"{office.address}/hari-ini/langsung", cookies=cookies, timeout=20) as stream:
        lines = list[str]()
        for line in stream.iter_lines():
            lines.append(line.removeprefix("data: "))
            if not line:
                yield "\n".join(lines)
                lines = []


def test_calls_of_this_moment_are_told_as_they_change(office: PagesOffice, book: CallBook) -> None:
    news = told_live(office)
    assert any('<span class="number">1</span>' in told for told in itertools.islice(news, 3))
    book.event("two", ended(Outcome.COMPLETED, "main", "", datetime.now(UTC)))
    book.flush()
    after = next(news)
    assert "event: sekarang" in after
    assert '<dd><span class="number">0</span></dd>' in after
    assert "<h1" not in after
    news.close()


@pytest.mark.usefixtures("book")
def test_the_page_tells_this_moment_without_a_script(office: PagesOffice) -> None:
    told = page(office.client("supervisor"))
    assert '<dt>Berbicara dengan hotline</dt><dd><span class="number">1</span></dd>' in told
    assert "style=" not in told


def test_who_is_signed_out_is_told_nothing_any_more(office: PagesOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agi.pages.supervisor.live._SESSION_S", 0)
    news = told_live(office)
    next(news)
    accounts = AccountBook(office.settings.pages_db)
    for session in accounts.sessions("supervisor1", datetime.now(UTC)):
        accounts.end_session(session.id)
    assert list(news) == []


def test_troubles_and_agents_stand_on_the_page_as_they_were_told_for_it(office: PagesOffice) -> None:
    trouble = Check(Level.FAIL, "calls", "the line is gone", "up")
    there = Duty((OnDuty("7001", "Siti Aminah", Presence.TALKING),), waiting=2)
    client = office.client("supervisor")
    assert "tidak diketahui" in page(client)
    assert present.is_wished(office.settings)
    present.tell(office.settings, Present(duty=there, troubles=(trouble,)))
    until("it is told", lambda: "Panggilan tidak dijawab" in page(client))
    told = page(client)
    assert "the line is gone" in told
    assert "Siti Aminah (7001): berbicara" in told


def test_what_was_told_long_ago_is_no_moment(office: PagesOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    present.tell(office.settings, Present(duty=Duty((), waiting=2)))
    assert present.told(office.settings).duty is not None
    monkeypatch.setattr(present, "STALE_S", 0)
    assert present.told(office.settings) == Present()


def test_an_office_without_calls_has_a_page(office: PagesOffice) -> None:
    assert "belum ada" in page(office.client("supervisor"))


@pytest.mark.parametrize("asked", ["hari=8", "tanggal=kemarin", "tanggal=9999-12-31"])
def test_a_period_that_no_form_offers_is_refused(office: PagesOffice, asked: str) -> None:
    assert office.client("supervisor").get(f"/hari-ini?{asked}").status_code == 400


def test_testers_see_no_figures(office: PagesOffice) -> None:
    assert office.client("tester").get("/hari-ini").status_code == 403


@pytest.mark.usefixtures("book")
def test_supervisors_hear_the_sentences_that_confuse_as_callers_do(office: PagesOffice) -> None:
    settings = office.settings
    editions = Editions(settings.editions_folder)
    client = office.client("supervisor")
    assert "/hari-ini/kalimat/menu.main" not in page(client)
    with editions.alone():
        shutil.copytree(settings.prompts, editions.draft / "prompts")
        editions.publish("content", "maker", "rina", "", ())
    assert 'href="/hari-ini/kalimat/menu.main"' in page(client)
    sound = client.get("/hari-ini/kalimat/menu.main")
    assert soundfile.info(io.BytesIO(sound.content)).duration > 0.5
    assert client.get("/hari-ini/kalimat/no.such").status_code == 404


def test_outside_the_agents_hours_that_is_told(office: PagesOffice) -> None:
    client = office.client("supervisor")
    assert "<dd>di luar jam" not in client.get("/hari-ini").text
    HoursBook(office.settings.hours_file).write(OwnHours())
    assert "<dd>di luar jam" in client.get("/hari-ini").text


def test_supervisors_see_since_when_agents_are_what_they_are_and_how_long_callers_wait(office: PagesOffice) -> None:
    since = datetime(2026, 11, 28, 3, 5, tzinfo=UTC)
    agents = (
        OnDuty("7001", "Siti Aminah", Presence.TALKING, pausing=True, since=since),
        OnDuty("7002", "Budi Santoso", Presence.PAUSED, Break.PRAYER, since=since),
    )
    present.tell(office.settings, Present(duty=Duty(agents, 2, (since, since + timedelta(minutes=2)))))
    page = office.client("supervisor").get("/hari-ini").text
    assert "Siti Aminah (7001): berbicara, lalu istirahat sejak 10.05" in page
    assert "Budi Santoso (7002): istirahat (salat) sejak 10.05" in page
    assert "Menunggu sejak: 10.05, 10.07." in page
