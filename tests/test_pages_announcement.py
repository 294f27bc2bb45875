"""The page of the announcement: three clicks from the first page, listened to before, ended by hand; and for whom."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import soundfile
from pages_office import PagesOffice, office

from agi.books.audit import Audit
from agi.editions.announcement import Announcements
from agi.pages.admin.announcement import CASES, Case
from agi.privacy import hash_key

__all__ = ["office"]

WORDS = "Kantor tutup hari ini."


def until(office: PagesOffice, **ahead: float) -> str:
    at = datetime.now(UTC) + timedelta(**ahead)
    return at.astimezone(office.settings.zone).strftime("%Y-%m-%dT%H:%M")


def standing(office: PagesOffice) -> str:
    found = Announcements(office.settings).standing(datetime.now(UTC))
    return found.words if found else ""


def test_what_is_written_is_announced_shown_and_ended(office: PagesOffice) -> None:
    client = office.client("admin", "rina")
    assert "Tidak ada pengumuman" in client.get("/pengumuman").text
    page = client.post("/pengumuman", data={"kata": WORDS, "sampai": until(office, hours=2), "apa": "umumkan"})
    assert page.status_code == 200
    assert "Diumumkan: penelepon mendengarnya mulai sekarang." in page.text
    assert f"“{WORDS}”" in page.text
    assert "oleh rina" in page.text
    assert standing(office) == WORDS
    page = client.post("/pengumuman/hentikan")
    assert "Pengumuman dihentikan" in page.text
    assert standing(office) == ""
    audit = Audit(office.settings.pages_db, hash_key(office.settings.var)).entries()
    assert [(one.who, one.what, one.detail) for one in audit] == [
        ("rina", "pengumuman.selesai", ""),
        ("rina", "pengumuman.mulai", WORDS),
    ]


def test_it_can_be_listened_to_before_anybody_hears_it(office: PagesOffice) -> None:
    client = office.client("admin")
    page = client.post("/pengumuman", data={"kata": WORDS, "sampai": until(office, hours=2), "apa": "dengar"})
    assert standing(office) == ""
    address = page.text.partition('src="/pengumuman/suara/')[2].partition('"')[0]
    heard = client.get(f"/pengumuman/suara/{address}")
    samples, rate = soundfile.read(io.BytesIO(heard.content))
    assert (heard.headers["content-type"], rate) == ("audio/wav", 8000)
    assert 1 < len(samples) / rate < 5
    assert WORDS in page.text  # still in its field


@pytest.mark.parametrize("clip", ["standing", "%2e%2e%2fpages", "0123456789abcdef"])
def test_nothing_else_can_be_fetched_as_a_sound(office: PagesOffice, clip: str) -> None:
    Announcements(office.settings).spoken(WORDS)
    assert office.client("admin").get(f"/pengumuman/suara/{clip}").status_code == 404


@pytest.mark.parametrize(
    ("words", "hours", "why"), [("", 2, "Tulis dulu"), (WORDS, -1, "sudah lewat"), (WORDS, 200, "7 hari")]
)
def test_what_cannot_be_announced_is_told_beside_what_was_written(
    office: PagesOffice, words: str, hours: int, why: str
) -> None:
    page = office.client("admin").post("/pengumuman", data={"kata": words, "sampai": until(office, hours=hours)})
    assert page.status_code == 422
    assert why in page.text
    assert words in page.text
    assert standing(office) == ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_three_clicks_from_the_first_page_announce_a_usual_case(office: PagesOffice, case: Case) -> None:
    client = office.client("admin")
    assert 'href="/pengumuman"' in client.get("/").text
    name, title, words = case.name, case.title, case.words
    assert f'href="/pengumuman?contoh={name}">{title}' in client.get("/pengumuman").text
    form = client.get(f"/pengumuman?contoh={name}").text
    assert f">{words}</textarea>" in form
    when = form.partition('name="sampai"')[2].partition('value="')[2].partition('"')[0]
    client.post("/pengumuman", data={"kata": words, "sampai": when, "apa": "umumkan"})
    assert standing(office) == words


@pytest.mark.parametrize(("role", "looks"), [("auditor", 200), ("supervisor", 403), ("tester", 403)])
def test_only_admins_announce_and_auditors_look(office: PagesOffice, role: str, looks: int) -> None:
    client = office.client(role)
    assert client.get("/pengumuman").status_code == looks
    sent = client.post("/pengumuman", data={"kata": WORDS, "sampai": until(office, hours=2), "apa": "umumkan"})
    assert sent.status_code == 403
    assert standing(office) == ""
