"""Agents see who waits for them, take a thread over, answer in it and give it back, in a browser."""

import re
from datetime import UTC, datetime

import pytest
from pages_office import PagesOffice, office

from agi import privacy
from agi.books.mailbox import Mailbox
from agi.books.mailbox_rows import Incoming, Written

__all__ = ["office"]
NIK = "3273014507909999"


@pytest.fixture
def thread(office: PagesOffice) -> str:
    """The address of the page of a thread in which an agent is wanted."""
    mailbox, at = Mailbox(office.settings.mailbox_db, privacy.hash_key(office.settings.var)), datetime.now(UTC)
    mailbox.take([Incoming("sip", "1", "7@h", f"petugas, NIK {NIK} <b>saya</b>", "081234567890")], at)
    mailbox.answer([Written(1, "Petugas akan membalas.", "petugas", calls_agent=True)], at)
    mailbox.close()
    listed = office.client("agent").get("/percakapan").text
    [found] = re.findall(r'href="(/percakapan/[0-9a-f]+)"', listed)
    return found


def test_who_waits_is_listed_and_shown_without_numbers(office: PagesOffice, thread: str) -> None:
    told = office.client("agent").get(thread).text
    assert "menunggu petugas" in told and "Ambil alih" in told and "&lt;b&gt;saya" in told
    assert NIK not in told and "081234567890" not in told and "Jawaban Anda" not in told


def test_taken_over_answered_and_given_back(office: PagesOffice, thread: str) -> None:
    agent = office.client("agent")
    told = agent.post(thread, data={"aksi": "ambil"}).text
    assert "Anda jawab" in told
    [mark] = re.findall(r'name="tanda" value="([^"]+)"', told)
    for _ in range(2):
        told = agent.post(thread, data={"aksi": "tulis", "jawaban": f"Halo, {NIK} ya.", "tanda": mark}).text
    assert told.count("menunggu dikirim") == 2 and told.count("Halo, ") == 1 and NIK not in told
    assert "dijawab agent" in office.client("supervisor").get(thread).text
    assert "Hotline menjawab lagi." in agent.post(thread, data={"aksi": "kembalikan"}).text


@pytest.mark.parametrize("typed", ["", "x" * 1001])
def test_an_answer_that_can_not_be_sent_is_not_lost(office: PagesOffice, thread: str, typed: str) -> None:
    agent = office.client("agent")
    agent.post(thread, data={"aksi": "ambil"})
    found = agent.post(thread, data={"aksi": "tulis", "jawaban": typed, "tanda": "m"})
    assert found.status_code == 422 and f">{typed}</textarea>" in found.text


def test_two_do_not_answer_at_once(office: PagesOffice, thread: str) -> None:
    office.client("agent").post(thread, data={"aksi": "ambil"})
    other = office.client("supervisor")
    assert "sudah diambil petugas lain" in other.post(thread, data={"aksi": "ambil"}).text
    assert "ambil alih dulu" in other.post(thread, data={"aksi": "tulis", "jawaban": "Halo", "tanda": "m"}).text


def test_others_have_no_business_there(office: PagesOffice, thread: str) -> None:
    assert office.client("tester").get(thread).status_code == 403
    assert office.client("agent").post(thread, data={"aksi": "hapus"}).status_code == 400
    assert office.client("agent").get("/percakapan/00").status_code == 404
