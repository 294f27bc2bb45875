"""The menu on its page: options changed, moved, added, removed; what leads nowhere is told; no change is lost."""

import re
import tomllib
from datetime import UTC, datetime
from typing import Any

import pytest
from pages_office import PagesOffice, office
from starlette.testclient import TestClient

from agi.books.audit import Audit
from agi.books.calls import CallBook
from agi.books.events import Answered, Asked
from agi.editions import menu_edit
from agi.editions.information import Information, add_information
from agi.editions.working import Conflict, WorkingCopy
from agi.voice.texts import Texts

__all__ = ["office"]
OTHERS = {"menyerah": "agent", "potong": "ya"}
"""What is usual of a place that the form always sends."""


@pytest.fixture
def admin(office: PagesOffice) -> TestClient:
    return office.client("admin", "siti")


def menu(office: PagesOffice) -> dict[str, Any]:
    return tomllib.loads((office.settings.prompts / "menu.toml").read_text(encoding="utf-8"))


def base(client: TestClient, name: str) -> str:
    """What the form of the place `name` was made from."""
    page = client.get(f"/menu/{name}").text
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
    assert now["requirements_moving"]["4"] == "jadwal_libur"
    assert now["jadwal_libur"]["say"] == "info.jadwal_libur"
    assert Texts.load(office.settings.prompts)["info.jadwal_libur"].raw == "Kantor tutup pada hari libur."
    page = admin.get("/menu").text
    assert "Jadwal libur" in page
    assert "M011" in page  # the sentence of the menu does not offer the key yet


@pytest.mark.thorough
def test_information_whose_sentence_is_none_changes_nothing_and_is_given_back(
    office: PagesOffice, admin: TestClient
) -> None:
    before = menu(office)
    refused = change(admin, "other", "informasi", judul="Jadwal libur", kalimat="Tutup {hari:tidakada}.")
    assert refused.status_code == 422
    assert "Jadwal libur; Tutup {hari:tidakada}." in refused.text
    assert menu(office) == before


@pytest.mark.parametrize(
    ("menu_name", "fields", "status"),
    [
        ("other", {"judul": ""}, 422),
        ("other", {"dasar": "what was shown before"}, 409),
        ("hours", {}, 422),  # it is no menu that could have another option
    ],
)
@pytest.mark.thorough
def test_information_that_the_menu_refuses_leaves_no_sentence_behind_and_is_typed_only_once(
    office: PagesOffice, admin: TestClient, menu_name: str, fields: dict[str, str], status: int
) -> None:
    files = {path: path.read_bytes() for path in office.settings.prompts.glob("*.toml")}
    told = {"apa": "informasi", "dasar": base(admin, menu_name), "judul": "Jadwal", "kalimat": "Kantor tutup."}
    refused = admin.post(f"/menu/{menu_name}", data=told | fields)
    assert refused.status_code == status
    if menu_name == "other":
        assert re.search(r'name="kalimat"[^>]*>Kantor tutup\.</textarea>', refused.text)
    assert {path: path.read_bytes() for path in files} == files


@pytest.mark.thorough
def test_a_menu_that_is_full_takes_no_information_and_no_sentence(office: PagesOffice, admin: TestClient) -> None:
    for nth in range(4, 9):
        change(admin, "other", "tambah", tujuan="hours", kata=f"kata {'a' * nth}")
    texts = (office.settings.prompts / "id.toml").read_bytes()
    refused = change(admin, "other", "informasi", judul="Jadwal libur", kalimat="Kantor tutup.")
    assert refused.status_code == 422
    assert "Paling banyak 8 pilihan" in refused.text
    assert (office.settings.prompts / "id.toml").read_bytes() == texts


def test_a_sentence_whose_menu_somebody_else_was_faster_to_change_is_taken_back(
    office: PagesOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    working, texts = WorkingCopy(office.settings), office.settings.prompts / "id.toml"
    before, based = tomllib.loads(texts.read_text(encoding="utf-8")), {("other",): working.digest("menu.toml", "other")}
    usual = working.set_text

    def overtaken(*what: Any) -> None:
        usual(*what)
        working.edit("menu.toml", {}, lambda document: menu_edit.put_intents(document, "other", ["lain"]), "budi")

    monkeypatch.setattr(working, "set_text", overtaken)
    with pytest.raises(Conflict):
        add_information(working, "other", based, Information("Jadwal libur", "Kantor tutup."), "siti")
    assert tomllib.loads(texts.read_text(encoding="utf-8")) == before
    assert "jadwal_libur" not in menu(office)


@pytest.mark.thorough
def test_time_outs_and_wishes_are_kept_with_the_place(office: PagesOffice, admin: TestClient) -> None:
    change(admin, "hours", "lainnya", **OTHERS, kata="jam buka, kapan buka", tries="2")
    assert menu(office)["hours"]["tries"] == 2
    assert menu(office)["hours"]["intents"] == ["jam buka", "kapan buka"]
    refused = change(admin, "hours", "lainnya", **OTHERS, kata="jam kantor", tries="dua")
    assert refused.status_code == 422
    assert 'value="dua"' in refused.text  # nothing has to be typed again
    assert "jam kantor</textarea>" in refused.text
    assert admin.get("/menu/nowhere").status_code == 404
    change(admin, "hours", "lainnya", **OTHERS, kata="")
    assert {"tries", "intents"} & menu(office)["hours"].keys() == set()


@pytest.mark.thorough
def test_a_place_is_renamed_for_all_pages_and_called_by_its_words_again(office: PagesOffice, admin: TestClient) -> None:
    change(admin, "hours", "lainnya", **OTHERS, judul="Jam kantor", kata="jam buka")
    assert menu(office)["hours"]["title"] == "Jam kantor"
    for page in ("/kalimat/info.hours", "/kalimat?cari=info.hours"):
        assert '<a href="/menu#hours">Menu: Jam kantor</a>' in admin.get(page).text
    change(admin, "hours", "lainnya", **OTHERS, judul="", kata="jam buka")
    assert "title" not in menu(office)["hours"]
    assert "Jam dan biaya" in admin.get("/menu").text


@pytest.mark.thorough
def test_who_gives_up_and_what_interrupts_is_set_and_what_is_usual_is_not_written(
    office: PagesOffice, admin: TestClient
) -> None:
    change(admin, "main", "lainnya", menyerah="hours", potong="key")
    assert (menu(office)["main"]["give_up"], menu(office)["main"]["barge_in"]) == ("hours", "key")
    assert '<option value="key" selected>' in admin.get("/menu/main").text
    for wrong in ({"menyerah": "nowhere", "potong": "ya"}, {"menyerah": "agent", "potong": "apa"}, {}):
        assert change(admin, "main", "lainnya", **wrong).status_code == 422
    change(admin, "main", "lainnya", **OTHERS)
    assert {"give_up", "barge_in"} & menu(office)["main"].keys() == set()


def test_an_option_is_not_offered_for_a_while_and_then_again(office: PagesOffice, admin: TestClient) -> None:
    before = menu(office)
    page = change(admin, "main", "tutup", tombol="2")
    now = menu(office)["main"]
    assert now == {**before["main"], "off": ["2"]}
    assert "tidak ditawarkan" in page.text
    assert "stroke-dasharray" in page.text
    assert "2 · tutup" in page.text
    change(admin, "main", "turun", tombol="2")  # it stays so wherever it is
    assert menu(office)["main"]["off"] == ["3"]
    change(admin, "main", "simpan", tombol="3", tujuan="hours", kata="jam")
    assert menu(office)["main"]["off"] == ["3"]
    change(admin, "main", "buka", tombol="3")
    assert "off" not in menu(office)["main"]
    told = [(one.what, one.subject, one.detail) for one in Audit(office.settings.pages_db, b"").entries(4)]
    assert told[0] == ("menu.buka", "main", "tombol 3")
    assert told[-1] == ("menu.tutup", "main", "tombol 2")


@pytest.mark.thorough
def test_the_last_option_of_a_menu_is_always_offered(office: PagesOffice, admin: TestClient) -> None:
    change(admin, "requirements_moving", "tutup", tombol="1")
    change(admin, "requirements_moving", "tutup", tombol="2")
    refused = change(admin, "requirements_moving", "tutup", tombol="3")
    assert refused.status_code == 422
    assert menu(office)["requirements_moving"]["off"] == ["1", "2"]


@pytest.mark.thorough
def test_a_sentence_that_does_not_say_what_the_keys_do_is_told_with_the_right_one(
    office: PagesOffice, admin: TestClient
) -> None:
    assert "tidak cocok dengan tombolnya" not in admin.get("/menu").text
    page = change(admin, "requirements_moving", "turun", tombol="1").text
    proposal = "Lapor datang tekan 1, surat pindah tekan 2, legalisir tekan 3."
    assert f"Usulan: “{proposal}”" in page
    saved = Texts.load(office.settings.prompts)["menu.requirements_moving"].raw
    form = {"teks": proposal, "dasar": saved, "aksi": "lihat"}
    looked = admin.post("/kalimat/menu.requirements_moving", data=form).text
    assert f"{proposal}</textarea>" in looked
    assert Texts.load(office.settings.prompts)["menu.requirements_moving"].raw == saved  # only looked at
    admin.post("/kalimat/menu.requirements_moving", data=form | {"aksi": "simpan"})
    assert "tidak cocok dengan tombolnya" not in admin.get("/menu").text


def test_before_something_is_removed_a_page_tells_where_it_is_used(office: PagesOffice, admin: TestClient) -> None:
    before = menu(office)
    page = admin.get("/menu/hours/hapus").text
    assert '<a href="/menu#office_info">Jam dan saluran</a>, tombol 2' in page
    assert "tidak bisa dihapus" in page
    option = admin.get("/menu/office_info/hapus?tombol=2").text
    assert "hanya bisa diminta dengan kata-kata" in option
    assert menu(office) == before
    base = re.search('name="dasar" value="([^"]+)"', option)[1]
    admin.post("/menu/office_info", data={"apa": "cabut", "tombol": "2", "dasar": base})
    free = admin.get("/menu/hours/hapus").text
    assert "info.hours" in free  # its sentence is used nowhere else
    base = re.search('name="dasar" value="([^"]+)"', free)[1]
    admin.post("/menu/hours", data={"apa": "hapus", "dasar": base})
    assert "hours" not in menu(office)
    for path in ("/menu/nowhere/hapus", "/menu/other/hapus?tombol=9", "/menu/other/hapus?tombol=x"):
        assert admin.get(path).status_code == 404


@pytest.mark.thorough
def test_a_place_that_is_used_is_not_deleted_and_where_it_is_used_stands_there(
    office: PagesOffice, admin: TestClient
) -> None:
    refused = change(admin, "hours", "hapus")
    assert refused.status_code == 422
    assert "office_info.2" in refused.text
    change(admin, "office_info", "cabut", tombol="2")
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
@pytest.mark.thorough
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


@pytest.mark.thorough
def test_the_picture_has_seconds_and_the_places_that_only_words_lead_to(admin: TestClient) -> None:
    picture = re.search(r"<svg.*?</svg>", admin.get("/menu").text, re.S)[0]
    assert re.search(
        r'<a href="#address"><rect[^>]*/><text[^>]*>[^<]*</text><text[^>]*>hanya dengan kata-kata', picture
    )
    assert re.search(r'<a href="#status"><rect[^>]*/><text[^>]*>[^<]*</text><text[^>]*>setelah \d+(,\d)? s', picture)


def test_only_admins_change_the_menu(office: PagesOffice) -> None:
    auditor = office.client("auditor")
    assert auditor.get("/menu").status_code == 200
    assert "Hapus pilihan" not in auditor.get("/menu").text
    assert auditor.post("/menu/main", data={"apa": "cabut", "tombol": "1"}).status_code == 403
