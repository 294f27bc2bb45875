"""The page of facts: the most urgent first, changed in the working copy, and nobody's change lost."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from pages_office import PagesOffice, office

from agi.books.audit import Audit
from agi.dialogue.facts import FILE, Fact, load
from agi.privacy import hash_key

__all__ = ["office"]

SAVED = {"tentang": "Syarat KIA", "sumber": "Permendagri 2/2016", "penanggung": "Siti"}


def known(office: PagesOffice, name: str) -> Fact:
    return next(fact for fact in load(office.settings.prompts / FILE) if fact.name == name)


def base(page: str) -> str:
    found = re.search(r'name="dasar" value="(\w+)"', page)
    assert found
    return found[1]


def today(office: PagesOffice) -> date:
    return datetime.now(UTC).astimezone(office.settings.zone).date()


def test_what_is_overdue_stands_first_and_is_told(office: PagesOffice) -> None:
    file = office.settings.prompts / FILE
    text = file.read_text()
    at = text.index("again", text.index("[move]"))
    file.write_text(text[:at] + "again = 2026-01-31" + text[text.index("\n", at) :])
    page = office.client("auditor").get("/fakta").text
    first = page.partition("<tbody>")[2].partition("</tr>")[0]
    assert "/fakta/move" in first
    assert "terlambat" in first
    assert "1 keterangan terlambat diperiksa" in page


def test_what_an_admin_writes_stands_in_the_file_with_its_comments_and_in_the_audit(office: PagesOffice) -> None:
    client = office.client("admin", "rina")
    page = client.get("/fakta/kia").text
    assert "Kartu Identitas Anak adalah untuk anak" in page
    sent = {**SAVED, "diperiksa": "2026-11-01", "lagi": "2099-01-31", "dasar": base(page), "apa": "simpan"}
    assert "Keterangan disimpan" in client.post("/fakta/kia", data=sent).text
    assert known(office, "kia") == Fact(
        name="kia",
        about="Syarat KIA",
        sentences=["requirements.kia", "requirements.kia_details"],
        source="Permendagri 2/2016",
        checked=date(2026, 11, 1),
        again=date(2099, 1, 31),
        owner="Siti",
    )
    assert "# ---- Informasi ----" in (office.settings.prompts / FILE).read_text()
    entry = Audit(office.settings.pages_db, hash_key(office.settings.var)).entries()[0]
    assert (entry.who, entry.what, entry.subject) == ("rina", "fakta.ubah", "kia")


def test_one_click_says_that_it_was_checked_today(office: PagesOffice) -> None:
    client = office.client("admin")
    sent = {**SAVED, "diperiksa": "", "lagi": "2026-01-01", "apa": "diperiksa"}
    client.post("/fakta/kia", data={**sent, "dasar": base(client.get("/fakta/kia").text)})
    fact = known(office, "kia")
    assert (fact.checked, fact.again) == (today(office), today(office) + timedelta(days=365))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"sumber": " "}, "Isi tentang apa, sumbernya"),
        ({"lagi": "besok"}, "Isi tanggalnya"),
        ({"diperiksa": "2099-01-01", "lagi": "2099-02-01"}, "belum tiba"),
        ({"diperiksa": "2026-01-31", "lagi": "2026-01-01"}, "harus setelah"),
    ],
)
def test_what_cannot_be_is_told_beside_what_was_typed(office: PagesOffice, change: dict[str, str], why: str) -> None:
    client, before = office.client("admin"), known(office, "kia")
    sent = {**SAVED, "lagi": "2099-01-31", "dasar": base(client.get("/fakta/kia").text), **change}
    page = client.post("/fakta/kia", data=sent)
    assert page.status_code == 422
    assert why in page.text
    assert 'value="Siti"' in page.text
    assert known(office, "kia") == before


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(office: PagesOffice) -> None:
    client = office.client("admin")
    old = base(client.get("/fakta/kia").text)
    first = {**SAVED, "lagi": "2099-01-31", "dasar": old}
    assert client.post("/fakta/kia", data=first).status_code == 200
    page = client.post("/fakta/kia", data={**first, "penanggung": "Budi"})
    assert page.status_code == 409
    assert 'value="Budi"' in page.text
    assert known(office, "kia").owner == "Siti"


def test_information_that_has_no_source_is_named_and_gets_one(office: PagesOffice) -> None:
    file = office.settings.prompts / FILE
    text = file.read_text()
    file.write_text(text[: text.index("[legalisation]")])
    client = office.client("admin")
    assert 'href="/fakta/baru?kalimat=info.legalisation"' in client.get("/fakta").text
    page = client.get("/fakta/baru?kalimat=info.legalisation").text
    sent = {**SAVED, "kalimat": "info.legalisation", "lagi": "2099-01-31", "dasar": base(page), "apa": "simpan"}
    client.post("/fakta/baru", data=sent)
    assert known(office, "info_legalisation").sentences == ("info.legalisation",)
    assert "tanpa sumber" not in client.get("/fakta").text


@pytest.mark.parametrize("path", ["/fakta/tidak-ada", "/fakta/baru", "/fakta/baru?kalimat=info.legalisation"])
def test_there_is_no_page_for_what_is_not_there(office: PagesOffice, path: str) -> None:
    assert office.client("admin").get(path).status_code == 404


@pytest.mark.parametrize(("role", "looks"), [("auditor", 200), ("supervisor", 403), ("tester", 403)])
def test_only_admins_change_and_auditors_look(office: PagesOffice, role: str, looks: int) -> None:
    client = office.client(role)
    assert client.get("/fakta").status_code == looks
    assert client.post("/fakta/kia", data=SAVED).status_code == 403
