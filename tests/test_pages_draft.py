"""From a change to what callers hear: the bar on every page, the draft, publishing, the history, and back."""

import re

import pytest
from line_exchange import until
from pages_office import PagesOffice, office
from starlette.testclient import TestClient
from voice_office import speechlike

from agi.books.audit import Audit
from agi.editions.store import Editions
from agi.editions.working import WorkingCopy
from agi.pages.admin.publication import Publication
from agi.services.publisher import publisher
from agi.voice.take import Take
from agi.voice.texts import Texts

__all__ = ["office"]
KEY, NEW = "call.welcome", "Selamat datang di kantor yang buka."


def texts_of(office: PagesOffice, number: int) -> Texts:
    return Texts.load(Editions(office.settings.editions_folder).edition(number).prompts)


def seen(client: TestClient, path: str = "/draf") -> str:
    """What the form of that page was made from."""
    return re.search('name="dasar" value="([^"]+)"', client.get(path).text)[1]


def published(client: TestClient, note: str = "") -> str:
    """The page that tells what became of a publication, when it is over."""
    assert client.post("/draf/terbit", data={"catatan": note, "dasar": seen(client)}).url.path == "/draf/terbit"
    until("it is published", lambda: "refresh" not in client.get("/draf/terbit").headers)
    return client.get("/draf/terbit").text


def change(office: PagesOffice, new: str = NEW) -> str:
    """Let the welcome say `new`; what it said before."""
    copy = WorkingCopy(office.settings)
    before = Texts.load(office.settings.prompts)[KEY].raw
    copy.set_text(KEY, new, before, by="siti")
    return before


@pytest.fixture
def admin(office: PagesOffice) -> TestClient:
    """An admin where the first edition was published."""
    client = office.client("admin", "siti")
    assert "Versi 1 terbit" in published(client, "edisi pertama")
    return client


def test_the_bar_says_on_every_page_how_many_changes_wait(office: PagesOffice, admin: TestClient) -> None:
    assert "tidak ada perubahan yang menunggu" in admin.get("/audit").text
    change(office)
    for path in ("/", "/kalimat", "/riwayat", "/akun"):
        page = admin.get(path).text
        assert "1 perubahan belum terbit" in page, path
        assert "masih mendengar versi 1" in page
    assert "belum terbit" not in office.client("supervisor").get("/").text


def test_where_nothing_was_published_the_bar_says_so(office: PagesOffice) -> None:
    assert "Belum ada yang terbit." in office.client("admin").get("/").text


def test_the_draft_shows_old_and_new_words_and_both_are_audible(office: PagesOffice, admin: TestClient) -> None:
    change(office)
    page = admin.get("/draf").text
    assert "<del>Halo Dukcapil.</del>" in page
    assert "<ins>kantor yang buka.</ins>" in page
    for address in re.findall(r'<audio[^>]* src="([^"]+)"', page):
        sound = admin.get(address)
        assert sound.headers["content-type"] == "audio/wav"
        assert len(sound.content) > 8000


def test_publishing_lets_callers_hear_it_and_history_names_who_and_why(office: PagesOffice, admin: TestClient) -> None:
    change(office)
    assert "Versi 2 terbit" in published(admin, "kantor buka")
    assert texts_of(office, 2)[KEY].raw == NEW
    page = admin.get("/riwayat").text
    assert "kantor buka" in page
    assert "siti" in page
    assert "Versi 2 terbit" in published(admin)  # nothing has changed since
    assert [one.what for one in Audit(office.settings.pages_db, b"").entries(1)] == ["terbit"]


def test_an_old_edition_becomes_a_draft_and_says_what_the_draft_loses(office: PagesOffice, admin: TestClient) -> None:
    before = change(office)
    published(admin)
    change(office, "Selamat siang.")
    asked = admin.get("/riwayat/1/pulihkan").text
    assert "belum terbit" in asked
    assert "<ins>siang.</ins>" in asked
    late = admin.post("/riwayat/1/pulihkan", data={"dasar": "what was shown before"})
    assert late.status_code == 409
    assert "Draf baru saja berubah" in late.text
    done = admin.post("/riwayat/1/pulihkan", data={"dasar": seen(admin, "/riwayat/1/pulihkan")})
    assert done.url.path == "/draf"
    assert "Draf sekarang berisi versi 1" in done.text
    assert Texts.load(office.settings.prompts)[KEY].raw == before
    assert texts_of(office, 2)[KEY].raw == NEW  # what callers hear is as it was
    kept = [path.read_text(encoding="utf-8") for path in office.settings.editions_folder.glob("kept/*/id.toml")]
    assert any("Selamat siang." in text for text in kept)


def record(office: PagesOffice, seed: int) -> None:
    WorkingCopy(office.settings).put_recording(KEY, Take(speechlike(0.4, 8000, seed=seed), 8000, ".wav").wav())


@pytest.mark.parametrize("page", ["/draf", "/riwayat/1/pulihkan"])
@pytest.mark.thorough
def test_who_saw_another_draft_sees_this_one_first(office: PagesOffice, admin: TestClient, page: str) -> None:
    record(office, 1)
    old = seen(admin, page)
    record(office, 2)  # one recording in the place of another: the list of what differs reads alike
    late = admin.post("/draf/terbit" if page == "/draf" else page, data={"dasar": old, "catatan": "rekaman"})
    assert late.status_code == 409
    assert "Draf baru saja berubah" in late.text or "Draf berubah sejak Anda melihatnya" in late.text
    assert Editions(office.settings.editions_folder).current_number() == 1
    assert (office.settings.prompts / "recordings" / f"{KEY}.wav").exists()
    assert "Versi 2 terbit" in published(admin)


def test_what_changes_while_a_publication_begins_is_not_published(office: PagesOffice, admin: TestClient) -> None:
    makes = publisher(office.settings)
    known = makes.content(office.settings.prompts)
    change(office)
    before = Editions(office.settings.editions_folder).current_number()
    state = Publication(office.settings, Audit(office.settings.pages_db, b""))
    assert state.start("siti", "", known)
    until("it is refused", lambda: not state.state.running)
    assert "berubah sejak" in state.state.wrong
    assert Editions(office.settings.editions_folder).current_number() == before


@pytest.mark.thorough
def test_every_sentence_of_an_old_edition_can_be_heard(office: PagesOffice, admin: TestClient) -> None:
    change(office)
    published(admin)
    page = admin.get("/riwayat/1/kalimat?cari=selamat datang").text
    assert "1 dari" in page
    old, new = (admin.get(f"/riwayat/{number}/suara/{KEY}") for number in (1, 2))
    assert old.headers["content-type"] == new.headers["content-type"] == "audio/wav"
    assert old.content != new.content
    differs = admin.get("/riwayat/2").text
    assert re.findall(r'<audio[^>]* src="([^"]+)"', differs) == [
        f"/riwayat/1/suara/{KEY}",
        f"/riwayat/2/suara/{KEY}",
    ]
    for path in ("/riwayat/9/kalimat", f"/riwayat/9/suara/{KEY}", "/riwayat/1/suara/no.such"):
        assert admin.get(path).status_code == 404


@pytest.mark.thorough
def test_two_editions_are_compared_word_by_word(office: PagesOffice, admin: TestClient) -> None:
    change(office)
    published(admin)
    assert "<ins>kantor yang buka.</ins>" in admin.get("/riwayat/2").text
    assert "<del>kantor yang buka.</del>" in admin.get("/riwayat/1?dengan=2").text
    for path in ("/riwayat/9", "/riwayat/9/pulihkan", "/riwayat/0"):
        assert admin.get(path).status_code == 404


def test_a_draft_with_an_error_is_not_published_and_shows_it_with_its_code(
    office: PagesOffice, admin: TestClient
) -> None:
    menu = office.settings.prompts / "menu.toml"
    menu.write_text(menu.read_text(encoding="utf-8").replace('start = "main"', 'start = "nowhere"'), encoding="utf-8")
    page = admin.get("/draf").text
    assert "harus diperbaiki dulu" in page
    assert "disabled" in page
    assert "Tidak terbit" in published(admin)
    assert Editions(office.settings.editions_folder).current_number() == 1


@pytest.mark.thorough
def test_a_draft_that_cannot_be_read_keeps_no_page_from_being_shown(office: PagesOffice, admin: TestClient) -> None:
    (office.settings.prompts / "id.toml").write_text("[call\n", encoding="utf-8")
    for path in ("/", "/draf", "/riwayat"):
        page = admin.get(path)
        assert page.status_code == 200, path
        assert "tidak bisa dibaca" in page.text


def test_only_admins_publish_and_restore(office: PagesOffice, admin: TestClient) -> None:
    for role in ("supervisor", "tester", "auditor"):
        client = office.client(role)
        assert client.post("/draf/terbit").status_code == 403
        assert client.post("/riwayat/1/pulihkan").status_code == 403
    assert office.client("auditor").get("/draf").status_code == 200
