"""The sentences in a browser: found, changed, heard before anybody else hears them, and never lost."""

import html
import io
import re
import shutil

import pytest
import soundfile
from pages_office import PagesOffice, office
from starlette.testclient import TestClient

from agi.books.audit import Audit
from agi.editions.store import Editions
from agi.privacy import hash_key
from agi.voice.texts import Texts

__all__ = ["office"]

WELCOME = "Selamat datang di Halo Dukcapil."
MORNING = "Selamat pagi di Halo Dukcapil."


def told(text: str) -> str:
    """What a page says, without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def published(office: PagesOffice) -> None:
    """Let callers hear the working copy as it is; its clips are made when they are listened to."""
    editions = Editions(office.settings.editions_folder)
    with editions.alone():
        shutil.copytree(office.settings.prompts, editions.draft / "prompts")
        editions.publish("content", "maker", "rina", "", ())


def says(office: PagesOffice, key: str = "call.welcome") -> str:
    return Texts.load(office.settings.prompts)[key].raw


def save(client: TestClient, text: str, base: str = WELCOME, what: str = "simpan") -> str:
    """What the page says after `text` was typed and the button was pressed."""
    answer = client.post("/kalimat/call.welcome", data={"teks": text, "dasar": base, "aksi": what})
    return told(answer.text)


def seconds(client: TestClient, address: str) -> float:
    answer = client.get(address)
    assert answer.status_code == 200, address
    sound = soundfile.info(io.BytesIO(answer.content))
    assert sound.samplerate == 8000
    return float(sound.duration)


def test_the_list_tells_text_use_length_and_voice_and_is_searched_by_words(office: PagesOffice) -> None:
    client = office.client("admin")
    page = told(client.get("/kalimat").text)
    assert WELCOME in page
    assert "Menu: Menu utama" in page
    found = told(client.get("/kalimat", params={"cari": "DUKCAPIL selamat"}).text)
    assert "1 dari" in found
    assert WELCOME in found
    part = client.get("/kalimat", params={"cari": "tidakada"}, headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="daftar">')
    assert "0 dari" in told(part)


def test_a_saved_sentence_is_in_the_file_the_audit_and_the_list_and_no_caller_hears_it(office: PagesOffice) -> None:
    published(office)
    client = office.client("admin", "siti")
    assert "Kalimat disimpan" in save(client, f"  {MORNING}\r\n")
    assert says(office) == MORNING
    page = told(client.get("/kalimat", params={"tampil": "berubah"}).text)
    assert f"1 dari {len(Texts.load(office.settings.prompts))} kalimat" in page
    assert "diubah, belum terbit" in page
    assert "siti" in page
    page = told(client.get("/kalimat/call.welcome").text)
    assert f"Yang didengar penelepon, versi 1 {WELCOME}" in page
    entry = Audit(office.settings.pages_db, hash_key(office.settings.var)).entries(1)[0]
    assert (entry.who, entry.what, entry.subject) == ("siti", "kalimat.ubah", "call.welcome")
    assert entry.detail == f"{WELCOME} → {MORNING}"


def test_what_is_typed_is_shown_as_it_will_be_said_before_it_is_saved(office: PagesOffice) -> None:
    client = office.client("admin")
    answer = client.post(
        "/kalimat/nik.short",
        data={"teks": "KTP-el: {count:number} angka, tekan 1.", "aksi": "lihat"},
        headers={"HX-Request": "true"},
    )
    assert answer.text.lstrip().startswith('<div id="hasil"')
    assert "Akan diucapkan: ka te pe el count: bilangan angka, tekan satu." in told(answer.text)


def test_a_text_that_is_not_saved_is_heard_in_the_telephone_band(office: PagesOffice) -> None:
    client = office.client("admin")
    answer = client.post("/kalimat/call.welcome", data={"teks": MORNING, "dasar": WELCOME, "aksi": "dengar"})
    address = re.search(r'src="(/suara/\w+)"', answer.text)
    assert address
    assert 1 < seconds(client, address[1]) < 6
    assert says(office) == WELCOME


def test_findings_stand_beside_the_text_with_code_and_the_way_to_mend(office: PagesOffice) -> None:
    client = office.client("admin")
    data = {
        "teks": "Cek NIK tekan 1, petugas tekan 0, status tekan 2, syarat tekan 3, dan 7 tekan 7.",
        "aksi": "dengar",
    }
    page = told(client.post("/kalimat/menu.main", data=data).text)
    assert "M018 menu.main menyebut “tekan 7”" in page
    assert "M011" in page
    assert "Sebutkan pilihan itu di kalimat ini" in page
    assert "Tidak ada yang perlu diperbaiki" in told(client.get("/kalimat/menu.main").text)


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "kosong"), ("Tekan {satu.", "kurung kurawal"), ("Tekan {a:angka}.", "bukan jenis isian")],
)
def test_what_is_no_text_is_not_saved_and_stays_in_the_field(office: PagesOffice, text: str, why: str) -> None:
    client = office.client("admin")
    for what in ("simpan", "lihat", "dengar"):
        answer = client.post("/kalimat/call.welcome", data={"teks": text, "dasar": WELCOME, "aksi": what})
        assert why in told(answer.text)
        assert html.escape(text) in answer.text
    assert says(office) == WELCOME


def test_two_admins_at_once_see_both_texts_and_nothing_is_lost(office: PagesOffice) -> None:
    siti, budi = office.client("admin", "siti"), office.client("admin", "budi")
    save(siti, MORNING)
    answer = budi.post("/kalimat/call.welcome", data={"teks": "Selamat sore.", "dasar": WELCOME, "aksi": "simpan"})
    assert answer.status_code == 409
    page = told(answer.text)
    assert "siti sudah mengubahnya" in page
    for text in (WELCOME, "Selamat sore."):
        assert text in page
    assert says(office) == MORNING
    base = re.search(r'name="dasar" value="([^"]*)"', answer.text)
    assert base
    assert "Kalimat disimpan" in save(budi, "Selamat sore.", html.unescape(base[1]))


def test_an_edit_in_the_file_and_one_on_the_page_are_one_truth(office: PagesOffice) -> None:
    client = office.client("admin")
    client.get("/kalimat/call.welcome")
    file = office.settings.prompts / "id.toml"
    file.write_text(file.read_text().replace(WELCOME, "Selamat siang."))
    assert "Selamat siang." in client.get("/kalimat/call.welcome").text
    assert "seseorang (di berkas) sudah mengubahnya" in save(client, MORNING)


def test_a_file_that_was_broken_by_hand_is_told_with_its_line_and_works_again_when_mended(office: PagesOffice) -> None:
    client = office.client("admin")
    file = office.settings.prompts / "id.toml"
    whole = file.read_text()
    file.write_text(whole.replace(f'"{WELCOME}"', f'"{WELCOME}'))
    line = whole[: whole.index(WELCOME)].count("\n") + 1
    for path in ("/kalimat", "/kalimat/call.welcome"):
        answer = client.get(path)
        assert answer.status_code == 409
        assert f"id.toml:{line}: tanda kutip penutup" in told(answer.text)
    file.write_text(whole)
    assert client.get("/kalimat/call.welcome").status_code == 200


def test_draft_live_and_the_voice_of_the_machine_can_be_heard(office: PagesOffice) -> None:
    published(office)
    client = office.client("admin")
    save(client, f"{WELCOME} {WELCOME}")
    draft, live, machine = (
        seconds(client, f"/kalimat/call.welcome/suara/{one}") for one in ("draf", "terbit", "mesin")
    )
    assert draft == pytest.approx(machine)
    assert draft > 1.5 * live
    assert seconds(client, "/kalimat/speech.readback/suara/draf") > 1


def test_only_sentences_that_there_are_have_a_page(office: PagesOffice) -> None:
    client = office.client("admin")
    for path in ("/kalimat/tidak.ada", "/kalimat/tidak.ada/suara/draf", "/suara/0123456789abcdef", "/suara/..%2fid"):
        assert client.get(path).status_code == 404
    assert client.post("/kalimat/tidak.ada", data={"teks": "x", "aksi": "simpan"}).status_code == 404


def test_an_auditor_looks_and_changes_nothing(office: PagesOffice) -> None:
    client = office.client("auditor")
    page = client.get("/kalimat/call.welcome")
    assert page.status_code == 200
    assert 'value="simpan"' not in page.text
    assert client.post("/kalimat/call.welcome", data={"teks": "x", "aksi": "simpan"}).status_code == 403
    assert office.client("supervisor").get("/kalimat").status_code == 403
