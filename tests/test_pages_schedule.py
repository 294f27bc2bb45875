"""Publishing at a set time from the pages: prepared when it is planned, shown, cancelled."""

from datetime import UTC, datetime, timedelta

from pages_office import PagesOffice, office
from test_editions import change

from agi.books.audit import Audit
from agi.editions.schedule import Schedule, Scheduled
from agi.editions.store import Editions
from agi.pages.admin import schedule
from agi.pages.shared.render import _environment
from agi.privacy import hash_key

__all__ = ["office"]


def planned(office: PagesOffice) -> Scheduled | None:
    return Schedule(Editions(office.settings.editions_folder)).standing()


def form(office: PagesOffice, **ahead: float) -> dict[str, str]:
    at = (datetime.now(UTC) + timedelta(**ahead)).astimezone(office.settings.zone)
    return {"pada": at.strftime("%Y-%m-%dT%H:%M"), "catatan": "libur"}


def test_a_draft_is_planned_and_cancelled(office: PagesOffice) -> None:
    client = office.client("admin", "rina")
    client.post("/draf/jadwal", data=form(office, hours=3), follow_redirects=False)
    found = planned(office)
    assert found
    assert (found.author, found.note) == ("rina", "libur")
    assert timedelta(hours=2.9) < found.at - datetime.now(UTC) < timedelta(hours=3)
    client.post("/draf/jadwal/batal", follow_redirects=False)
    assert planned(office) is None
    audit = Audit(office.settings.pages_db, hash_key(office.settings.var)).entries()
    assert [one.what for one in audit] == ["terbit.batal", "terbit.jadwal"]


def test_what_has_errors_or_a_time_that_has_passed_is_not_planned(office: PagesOffice) -> None:
    client = office.client("admin")
    for wrong in (form(office, hours=-3), {"pada": "besok"}, {}):
        assert client.post("/draf/jadwal", data=wrong, follow_redirects=False).status_code == 303
    change(office.settings.prompts / "menu.toml", 'start = "main"', 'start = "nowhere"')
    client.post("/draf/jadwal", data=form(office, hours=3), follow_redirects=False)
    assert planned(office) is None
    assert "Tidak dijadwalkan: draf punya" in client.get("/").text


def test_the_page_of_the_draft_shows_what_is_planned(office: PagesOffice) -> None:
    now = datetime(2026, 11, 27, 6, 30, tzinfo=UTC)
    found = Scheduled(at=now, made=now, author="rina", note="", content="a", made_by="b", folder=".scheduled-0")
    fragment = _environment().get_template("admin/schedule.html")
    shown = fragment.render(planned=found, settings=office.settings)
    assert "Terbit 27 Nov 2026 13.30" in shown
    assert "Batalkan jadwal" in shown
    assert "Batalkan" not in fragment.render(planned=None, settings=office.settings)


def test_only_admins_plan(office: PagesOffice) -> None:
    for role in ("auditor", "supervisor", "tester"):
        assert office.client(role).post("/draf/jadwal", data=form(office, hours=3)).status_code == 403
        assert office.client(role).post("/draf/jadwal/batal").status_code == 403
    assert planned(office) is None
    assert schedule.BACK == "/draf"
