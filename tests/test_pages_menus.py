"""The menu on its page: options changed, moved, added, removed; what leads nowhere is told; no change is lost."""

import re
import tomllib
from datetime import UTC, datetime
from typing import Any

import pytest
from pages_office import PagesOffice, office
from starlette.testclient import TestClient

from agi.books.calls import CallBook
from agi.books.events import Answered, Asked
from agi.voice.texts import Texts

__all__ = ["office"]


@pytest.fixture
def admin(office: PagesOffice) -> TestClient:
    return office.client("admin", "siti")


def menu(office: PagesOffice) -> dict[str, Any]:
    return tomllib.loads((office.settings.prompts / "menu.toml").read_text(encoding="utf-8"))


def base(client: TestClient, name: str) -> str:
    """What the form of the place `name` was made from."""
    page = client.get("/menu").text
    return re.search(rf'action="/menu/{name}".*?name="dasar" value="([^"]+)"', page, re.S)[1]


def change(client: TestClient, name: str, what: str, **fields: str) -> Any:
    return client.post(f"/menu/{name}", data={"apa": what, "dasar": base(client, name), **fields})


def test_the_page_shows_key_words_sentence_and_destination_by_title(office: PagesOffice, admin: TestClient) -> None:
    page = admin.get("/menu").text
    for told in ("cek NIK, NIK, KTP", "Cek NIK tekan 1", "Menu utama", "Status dokumen"):
        assert told in page, told
    assert '<option value="status" selected>Status dokumen</option>' in page


def test_an_option_gets_other_words_and_another_destination_and_comments_stay(
    office: PagesOffice, admin: TestClient
) -> None:
    assert change(admin, "main", "simpan", tombol="2", tujuan="hours", kata="jam, jam buka").status_code == 200
    now = menu(office)
    assert now["main"]["2"] == "hours"
    assert now["main"]["words"]["2"] == ["jam", "jam buka"]
    source = (office.settings.prompts / "menu.toml").read_text(encoding="utf-8")
    assert source.startswith("# Pohon menu 1500-537.")
    assert "# ---- Informasi lain ----" in source


def test_options_are_moved_and_their_words_go_with_them(office: PagesOffice, admin: TestClient) -> None:
    before = menu(office)["main"]
    page = change(admin, "main", "turun", tombol="1")
    now = menu(office)["main"]
    assert (now["1"], now["2"]) == (before["2"], before["1"])
    assert now["words"]["2"] == before["words"]["1"]
    assert "harus cocok dengan tombolnya" in page.text


def test_a_removed_option_closes_the_gap(office: PagesOffice, admin: TestClient) -> None:
    before = menu(office)["main"]
    change(admin, "main", "cabut", tombol="2")
    now = menu(office)["main"]
    assert [now[key] for key in "123"] == [before[key] for key in "134"]
    assert "4" not in now
    assert "4" not in now["words"]


def test_new_information_is_a_place_a_sentence_and_an_option(office: PagesOffice, admin: TestClient) -> None:
    change(admin, "requirements_moving", "informasi", judul="Jadwal libur", kalimat="Kantor tutup pada hari libur.")
    now = menu(office)
    assert now["requirements_moving"]["3"] == "jadwal_libur"
    assert now["jadwal_libur"]["say"] == "info.jadwal_libur"
    assert Texts.load(office.settings.prompts)["info.jadwal_libur"].raw == "Kantor tutup pada hari libur."
    page = admin.get("/menu").text
    assert "Jadwal libur" in page
    assert "M011" in page  # the sentence of the menu does not offer the key yet


def test_information_whose_sentence_is_none_changes_nothing_and_is_given_back(
    office: PagesOffice, admin: TestClient
) -> None:
    before = menu(office)
    refused = change(admin, "other", "informasi", judul="Jadwal libur", kalimat="Tutup {hari:tidakada}.")
    assert refused.status_code == 422
    assert "Jadwal libur; Tutup {hari:tidakada}." in refused.text
    assert menu(office) == before


def test_time_outs_and_wishes_are_kept_with_the_place(office: PagesOffice, admin: TestClient) -> None:
    change(admin, "hours", "lainnya", kata="jam buka, kapan buka", tries="2")
    assert menu(office)["hours"]["tries"] == 2
    assert menu(office)["hours"]["intents"] == ["jam buka", "kapan buka"]
    assert change(admin, "hours", "lainnya", kata="jam buka", tries="dua").status_code == 422
    change(admin, "hours", "lainnya", kata="")
    assert {"tries", "intents"} & menu(office)["hours"].keys() == set()


def test_a_place_that_is_used_is_not_deleted_and_where_it_is_used_stands_there(
    office: PagesOffice, admin: TestClient
) -> None:
    refused = change(admin, "hours", "hapus")
    assert refused.status_code == 422
    assert "other.2" in refused.text
    change(admin, "other", "cabut", tombol="2")
    assert change(admin, "hours", "hapus").status_code == 200
    assert "hours" not in menu(office)


def test_who_comes_second_is_told_and_changes_nothing(office: PagesOffice, admin: TestClient) -> None:
    old = base(admin, "main")
    change(admin, "main", "turun", tombol="1")
    before = menu(office)
    late = admin.post("/menu/main", data={"apa": "cabut", "dasar": old, "tombol": "4"})
    assert late.status_code == 409
    assert "Orang lain" in late.text
    assert menu(office) == before
    elsewhere = base(admin, "status")
    change(admin, "main", "turun", tombol="1")
    assert admin.post("/menu/status", data={"apa": "turun", "dasar": elsewhere, "tombol": "1"}).status_code == 200


@pytest.mark.parametrize(
    ("what", "fields"),
    [("simpan", {"tombol": "9"}), ("cabut", {"tombol": ""}), ("tambah", {"tujuan": "", "kata": "x"}), ("apa ini", {})],
)
def test_what_no_form_of_ours_sends_changes_nothing_or_is_shown_as_a_finding(
    office: PagesOffice, admin: TestClient, what: str, fields: dict[str, str]
) -> None:
    before = menu(office)["main"]
    answer = change(admin, "main", what, **fields)
    if answer.status_code == 200:
        assert "finding red" in answer.text
    else:
        assert menu(office)["main"] == before


def test_the_picture_joins_equal_targets_and_counts_callers(office: PagesOffice, admin: TestClient) -> None:
    book = CallBook.open(office.settings.calls_db, bytes(32))
    book.begin("one", "", datetime.now(UTC))
    book.event("one", Asked(at=datetime.now(UTC), question="main", answer=Answered("match", "keys", "2")))
    assert book.flush()
    book.close()
    change(admin, "main", "simpan", tombol="1", tujuan="status", kata="status")
    page = office.client("admin").get("/menu").text
    assert page.count('<a href="#status"><rect') == 1
    assert ">2 · 1</text>" in page


def test_only_admins_change_the_menu(office: PagesOffice) -> None:
    auditor = office.client("auditor")
    assert auditor.get("/menu").status_code == 200
    assert "Hapus pilihan" not in auditor.get("/menu").text
    assert auditor.post("/menu/main", data={"apa": "cabut", "tombol": "1"}).status_code == 403
