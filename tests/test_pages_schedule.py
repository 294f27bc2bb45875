"""Publishing at a set time from the pages: prepared when it is planned, shown, cancelled."""

from datetime import UTC, datetime, timedelta

from line_exchange import until
from pages_office import PagesOffice, office
from starlette.testclient import TestClient
from test_editions import change

from agi.books.audit import Audit
from agi.editions.publishing import Publisher
from agi.editions.schedule import Schedule, Scheduled
from agi.editions.store import Editions
from agi.pages.admin.publication import digest
from agi.privacy import hash_key

__all__ = ["office"]


def planned(office: PagesOffice) -> Scheduled | None:
    return Schedule(Editions(office.settings.editions_folder)).standing()


def form(office: PagesOffice, **ahead: float) -> dict[str, str]:
    at = (datetime.now(UTC) + timedelta(**ahead)).astimezone(office.settings.zone)
    seen = digest(office.settings)
    return {"pada": at.strftime("%Y-%m-%dT%H:%M"), "catatan": "libur", "dasar": seen}


def planning(client: TestClient, told: dict[str, str]) -> str:
    """The page that tells what became of a plan, when it is over."""
    client.post("/draf/jadwal", data=told)
    until("it is planned", lambda: "refresh" not in client.get("/draf/terbit").headers)
    return client.get("/draf/terbit").text


def test_a_draft_is_planned_and_cancelled(office: PagesOffice) -> None:
    client = office.client("admin", "rina")
    assert "Terjadwal: terbit" in planning(client, form(office, hours=3))
    found = planned(office)
    assert found
    assert (found.author, found.note) == ("rina", "libur")
    assert timedelta(hours=2.9) < found.at - datetime.now(UTC) < timedelta(hours=3)
    client.post("/draf/jadwal/batal")
    assert planned(office) is None
    audit = Audit(office.settings.pages_db, hash_key(office.settings.var)).entries()
    assert [one.what for one in audit] == ["terbit.batal", "terbit.jadwal"]


def test_what_has_errors_or_a_time_that_has_passed_is_not_planned(office: PagesOffice) -> None:
    client = office.client("admin")
    for wrong in (form(office, hours=-3), {"pada": "besok"}, {}):
        assert client.post("/draf/jadwal", data=wrong).status_code == 200
    change(office.settings.prompts / "menu.toml", 'start = "main"', 'start = "nowhere"')
    assert "Tidak dijadwalkan: Draf masih punya" in planning(client, form(office, hours=3))
    assert planned(office) is None


def test_a_draft_that_changed_since_it_was_seen_is_not_planned(office: PagesOffice) -> None:
    old = form(office, hours=3)
    change(office.settings.prompts / "id.toml", "Selamat datang", "Selamat pagi")
    assert "berubah sejak Anda melihatnya" in office.client("admin").post("/draf/jadwal", data=old).text
    assert planned(office) is None


def test_the_page_shows_when_what_is_planned_and_how_it_differs(office: PagesOffice) -> None:
    maker = Publisher(office.settings, lambda _: (), None)
    with maker.editions.alone():
        maker.publish(maker.draft(office.settings.prompts), "", "", ())
    client, texts = office.client("admin", "rina"), office.settings.prompts / "id.toml"
    assert "Tidak ada bedanya" in client.get("/draf/jadwal").text
    change(texts, "Selamat datang", "Selamat pagi")
    planning(client, form(office, hours=3))
    page = client.get("/draf/jadwal").text
    assert "Terjadwal" in page
    assert "oleh rina: libur" in page
    change(texts, "Selamat pagi", "Selamat malam")
    page = client.get("/draf/jadwal").text
    assert "Selamat pagi" in page
    assert "Selamat malam" not in page  # what was prepared is what goes live
    assert "Batalkan jadwal" in page
    assert "Batalkan jadwal" not in client.post("/draf/jadwal/batal").text


def test_only_admins_plan(office: PagesOffice) -> None:
    for role in ("auditor", "supervisor", "tester"):
        assert office.client(role).post("/draf/jadwal", data=form(office, hours=3)).status_code == 403
        assert office.client(role).post("/draf/jadwal/batal").status_code == 403
    assert planned(office) is None
    assert office.client("auditor").get("/draf/jadwal").status_code == 200
