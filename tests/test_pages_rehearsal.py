"""The page Gladi: an admin begins a rehearsal of the draft, sees how far it is, stops it, and reads what came of it."""

import subprocess

import pytest
from line_exchange import until
from pages_office import PagesOffice, office
from starlette.testclient import TestClient

from agi.books.audit import Audit
from agi.editions.working import WorkingCopy
from agi.pages.admin import rehearsing
from agi.voice.texts import Texts

__all__ = ["office"]
PATH = "/draf/gladi"


def over(client: TestClient) -> str:
    """The page, when no rehearsal goes on."""
    until("it is over", lambda: "refresh" not in client.get(PATH).headers)
    return client.get(PATH).text


def test_a_rehearsal_tells_every_question_and_grows_old_with_the_draft(office: PagesOffice) -> None:
    admin = office.client("admin", "siti")
    assert "Belum ada gladi." in admin.get(PATH).text
    assert f'href="{PATH}"' in admin.get("/draf").text
    assert admin.post(PATH, data={"apa": "semua"}).url.path == PATH
    page = over(admin)
    assert "hanya tombol yang digladi" in page
    assert "Menu utama" in page
    assert "selama kalimat" in page
    assert "Semua tombol dan kata diterima dengan baik." in page
    assert "Hasil lama" not in page
    before = Texts.load(office.settings.prompts)["call.welcome"].raw
    WorkingCopy(office.settings).set_text("call.welcome", "Selamat datang.", before)
    assert "Hasil lama" in admin.get(PATH).text
    assert [one.what for one in Audit(office.settings.pages_db, b"").entries(1)] == ["gladi.mulai"]
    auditor = office.client("auditor")
    assert "Mulai gladi" not in auditor.get(PATH).text
    assert auditor.post(PATH).status_code == 403


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal that tells how far it is, and never ends by itself."""
    program = "import sys; sys.stdin.readline(); print('3 12', flush=True); sys.stdin.read()"
    monkeypatch.setattr(rehearsing, "_CHILD", ("python3", "-c", program))


def test_one_goes_on_at_a_time_tells_how_far_it_is_and_may_be_stopped(office: PagesOffice, endless: None) -> None:
    admin, other = office.client("admin", "siti"), office.client("admin", "budi")
    admin.post(PATH)
    until("it has begun", lambda: "3 dari 12 jawaban" in admin.get(PATH).text)
    assert "Gladi lain sedang berjalan" in admin.post(PATH).text
    child = admin.app.state.rehearsing._child
    assert isinstance(child, subprocess.Popen)
    work = office.settings.var / "rehearsal" / "work"
    work.mkdir(parents=True)
    admin.post(f"{PATH}/henti")
    assert "Gladi dihentikan oleh siti." in over(admin)
    assert child.poll() is not None
    assert not work.exists()
    assert "Hentikan" not in other.get(PATH).text
    assert [one.what for one in Audit(office.settings.pages_db, b"").entries(2)] == ["gladi.henti", "gladi.mulai"]


def test_a_draft_that_cannot_be_read_is_told(office: PagesOffice) -> None:
    (office.settings.prompts / "menu.toml").write_text("start = ", encoding="utf-8")
    admin = office.client("admin")
    admin.post(PATH)
    assert "M001" in over(admin)


def test_the_child_ends_with_who_began_it(office: PagesOffice, endless: None) -> None:
    began = rehearsing.Rehearsing(office.settings)
    assert began.start("siti", every=False)
    until("it tells", lambda: began.state.done)
    child = began._child
    assert child
    assert child.stdin
    child.stdin.close()  # as when the pages are killed
    until("it has ended", lambda: child.poll() is not None)
    until("that is told", lambda: not began.state.running)
