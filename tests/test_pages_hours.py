"""The page of the agents' hours: the week, days that differ, what holds now; and for whom."""

from datetime import date, datetime

import pytest
from pages_office import PagesOffice, office

from agi.books.audit import Audit
from agi.books.hours import WEEKDAYS, HoursBook, OwnHours, Span, spans
from agi.privacy import hash_key

__all__ = ["office"]

WEEK = {**dict.fromkeys(WEEKDAYS, "08:00-16:00"), "minggu": "tutup"}


def book(office: PagesOffice) -> HoursBook:
    return HoursBook(office.settings.hours_file)


def test_the_week_is_set_shown_and_cleared(office: PagesOffice) -> None:
    client = office.client("admin", "rina")
    assert "Belum diatur" in client.get("/jam").text
    page = client.post("/jam", data=WEEK)
    assert page.status_code == 200
    assert "Jam petugas disimpan dan langsung berlaku." in page.text
    assert 'value="08:00-16:00"' in page.text
    assert book(office).read() == OwnHours((spans("08:00-16:00"),) * 6 + ((),))
    assert "Belum diatur" in client.post("/jam/hapus").text
    assert book(office).read() is None
    audit = Audit(office.settings.pages_db, hash_key(office.settings.var)).entries()
    assert [one.what for one in audit] == ["jam.hapus", "jam.ubah"]


def test_a_wrong_hour_is_named_and_changes_nothing(office: PagesOffice) -> None:
    client = office.client("admin")
    client.post("/jam", data=WEEK)
    page = client.post("/jam", data={**WEEK, "selasa": "16:00-08:00"})
    assert page.status_code == 422
    assert "Selasa: 16:00-08:00: akhirnya harus sesudah awalnya" in page.text
    assert 'value="16:00-08:00"' in page.text  # still in its field
    assert book(office).read() == OwnHours((spans("08:00-16:00"),) * 6 + ((),))


def test_a_day_of_the_office_counts_before_the_calendar_until_it_is_removed(office: PagesOffice) -> None:
    client = office.client("admin")
    day = {"tanggal": "2026-12-24", "nama": "Cuti bersama Natal", "jam": "08:00-11:00"}
    assert "Simpan dulu jam mingguan" in client.post("/jam/hari", data=day).text
    client.post("/jam", data=WEEK)
    client.post("/jam/hari", data=day)
    found = book(office).read()
    assert found is not None
    assert found.days[date(2026, 12, 24)].hours == (Span(480, 660),)
    client.post("/jam", data=WEEK)  # the week alone is changed by that
    assert "08:00-11:00" in client.get("/jam?tahun=2026").text
    client.post("/jam/hari/hapus", data={"tanggal": "2026-12-24"})
    assert book(office).read() == OwnHours((spans("08:00-16:00"),) * 6 + ((),))
    assert "Cuti bersama Natal" in client.get("/jam?tahun=2026").text  # the calendar's own
    assert client.post("/jam/hari", data={**day, "tanggal": "besok"}).status_code == 422


def test_what_is_not_decided_and_whence_the_calendar_is_stand_there(office: PagesOffice) -> None:
    page = office.client("admin").get("/jam?tahun=2027").text
    assert "Belum ditetapkan" in page
    assert "2027-03-08: Hari Suci Nyepi" in page
    assert "diperiksa lagi 2026-12-15" in page
    assert "belum ada: masukkan sendiri" in office.client("admin").get("/jam?tahun=2028").text
    assert office.client("admin").get("/jam?tahun=x").status_code == 400


def test_hours_that_cannot_be_read_are_told(office: PagesOffice) -> None:
    client = office.client("admin")
    client.post("/jam", data=WEEK)
    office.settings.hours_file.write_text("senin = 8")
    page = client.get("/jam")
    assert page.status_code == 200
    assert "hapus berkas ini" in page.text


@pytest.mark.parametrize(
    ("role", "may_look", "may_change"),
    [("admin", 200, 200), ("auditor", 200, 403), ("supervisor", 403, 403), ("tester", 403, 403)],
)
def test_who_may_look_and_who_may_change(office: PagesOffice, role: str, may_look: int, may_change: int) -> None:
    client = office.client(role)
    assert client.get("/jam").status_code == may_look
    assert client.post("/jam", data=WEEK).status_code == may_change


def test_what_holds_now_is_told(office: PagesOffice) -> None:
    client = office.client("admin")
    book(office).write(OwnHours((spans("24 jam"),) * 7).with_day(datetime.now(office.settings.zone).date(), None))
    page = client.get("/jam").text
    assert "Petugas bertugas" in page or "Bertugas lagi" in page  # it may be a holiday
    book(office).write(OwnHours())
    assert "Belum ada jam berikutnya" in client.get("/jam").text
