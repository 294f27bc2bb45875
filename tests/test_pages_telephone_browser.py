"""A real call from a browser: WebRTC through the pages' own address, by keys and by voice, and the page tells of it."""

import re
import shutil
import socket
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from browser import LIMIT_MS, axe, fits, is_served, launched
from installation import Hotline, brought_up
from line_exchange import until
from pages_office import COOKIE
from playwright.sync_api import Browser, Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from agi.books.accounts import AccountBook, Role
from agi.books.audit import Audit
from agi.books.contacts import Contact
from agi.books.events import Asked
from agi.books.reader import CallReader
from agi.ops.configure import PROOF_HEADER, browser_path
from agi.privacy import hash_key, pages_proof
from agi.settings import ROOT
from agi.workshop.softphone.speaking import SPEAKERS, speak
from agi.workshop.softphone.wavfile import RATE

MICROPHONE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
LOOPBACK = "--allow-loopback-in-peer-connection"


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """One that listens, with its pages and a working copy of its own."""
    home = tmp_path_factory.mktemp("telephone")
    shutil.copytree(ROOT / "prompts", home / "prompts")
    more = {"HOTLINE_SPEECH__ENABLED": "true", "HOTLINE_PAGES__ENABLED": "true"}
    with brought_up(home, **more, HOTLINE_PLACES__PROMPTS=str(home / "prompts")) as made:
        until("the pages are served", lambda: is_served(made.settings.pages.port))
        yield made


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What goes into the microphone again and again: "cek NIK", and silence."""
    folder = tmp_path_factory.mktemp("microphone")
    speak("cek NIK", SPEAKERS["wanita"], folder / "said.wav")
    with wave.open(str(folder / "said.wav")) as said:
        frames = said.readframes(said.getnframes())
    with wave.open(str(folder / "microphone.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(bytes(RATE * 2 * 3) + frames + bytes(RATE * 2 * 3))
    return folder / "microphone.wav"


@pytest.fixture
def silent() -> Iterator[Browser]:
    """A browser that may not use the microphone."""
    with launched(LOOPBACK) as browser:
        yield browser


@pytest.fixture
def speaking(microphone: Path) -> Iterator[Browser]:
    """A browser into whose microphone somebody speaks."""
    with launched(LOOPBACK, *MICROPHONE, f"--use-file-for-fake-audio-capture={microphone}") as browser:
        yield browser


def signed_in(hotline: Hotline, name: str, role: Role) -> str:
    """The token of a session of `name`."""
    book, now = AccountBook(hotline.settings.pages_db), datetime.now(UTC)
    if book.account(name) is None:
        book.accept(book.invite(name, role, now), "no hash", now)
    return book.begin_session(name, now + timedelta(hours=1), now, proven=True)


@contextmanager
def telephone(
    browser: Browser, hotline: Hotline, name: str, role: Role = Role.TESTER, *, width: int = 1280
) -> Iterator[Page]:
    """The page of somebody who is signed in."""
    address = f"http://127.0.0.1:{hotline.settings.pages.port}"
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 900}, locale="id-ID")
    context.set_default_timeout(LIMIT_MS)
    context.add_cookies([{"name": COOKIE, "value": signed_in(hotline, name, role), "url": address}])
    page = context.new_page()
    page.goto("/telepon")
    yield page
    context.close()


def calling(page: Page) -> None:
    """Call, until the hotline has answered and is heard."""
    page.get_by_role("button", name="Panggil 1500537").click()
    expect(page.locator("#keadaan")).to_contain_text("Tersambung", timeout=LIMIT_MS)


def heard(page: Page) -> bool:
    return float(page.get_by_label("Suara hotline").evaluate("meter => meter.value")) > 0.02


def newest(hotline: Hotline) -> Contact:
    with CallReader(hotline.settings.calls_db) as reader:
        (call,) = reader.calls(1)
        return call


def answers(hotline: Hotline, call: Contact) -> list[tuple[str, str, str]]:
    with CallReader(hotline.settings.calls_db) as reader:
        asked = [event for event in reader.events(call.id) if isinstance(event, Asked)]
    return [(one.question, one.answer.mode, one.answer.value) for one in asked]


def over(hotline: Hotline, call: Contact) -> bool:
    return newest(hotline).id == call.id and newest(hotline).ended is not None


def test_a_tester_calls_and_answers_by_keys(hotline: Hotline, speaking: Browser) -> None:
    with telephone(speaking, hotline, "siti") as page:
        calling(page)
        until("the hotline is heard", lambda: heard(page))
        expect(page.locator("#tempat")).to_have_text("Menu utama")
        page.get_by_role("group", name="Tombol telepon").get_by_role("button", name="2", exact=True).click()
        expect(page.locator("#tempat")).to_have_text("Menu utama › Status dokumen")
        axe(page)
        page.get_by_role("button", name="Tutup telepon").click()
        expect(page.get_by_text("Hasil: ditutup penelepon")).to_be_visible()
        call = newest(hotline)
        until("the call is recorded", lambda: over(hotline, call))
        assert answers(hotline, call)[0] == ("main", "keys", "2")
        told = Audit(hotline.settings.pages_db, hash_key(hotline.settings.var)).entries(5)
        assert any(entry.what == "telepon.panggil" and entry.who == "siti" for entry in told)


def test_who_has_no_microphone_reads_and_taps_and_calls_again(hotline: Hotline, silent: Browser) -> None:
    with telephone(silent, hotline, "budi", width=360) as page:
        calling(page)
        page.get_by_role("list", name="Pilihan").get_by_role("button", name="1 cek nik").click()
        expect(page.locator("#tempat")).to_have_text("Menu utama › Cek NIK")
        expect(page.locator("#isi-panggilan")).to_contain_text("Silakan masukkan enam belas angka NIK.")
        page.get_by_label("Tekan beberapa angka").fill("12345678#")
        page.keyboard.press("Enter")
        expect(page.locator("#isi-panggilan")).to_contain_text("Penelepon menekan ••••••••")
        fits(page)
        page.get_by_role("button", name="Tutup telepon").click()
        first = newest(hotline)
        calling(page)
        until("another call has come", lambda: newest(hotline).id != first.id)
        page.close()
        until("who closes the page has hung up", lambda: newest(hotline).ended is not None)


def test_what_is_said_into_the_microphone_is_understood(hotline: Hotline, speaking: Browser) -> None:
    with telephone(speaking, hotline, "tono", Role.ADMIN) as page:
        calling(page)
        expect(page.locator("#tempat")).to_have_text("Menu utama › Cek NIK", timeout=LIMIT_MS)
        expect(page.get_by_role("link", name=re.compile("Ubah ini ?: nik.ask")).first).to_be_visible()
        page.get_by_role("button", name="Tutup telepon").click()
        call = newest(hotline)
        until("the call is recorded", lambda: over(hotline, call))
        assert answers(hotline, call)[0] == ("main", "speech", "1")


def test_the_draft_is_heard_from_any_place_by_who_tries_it_alone(hotline: Hotline, speaking: Browser) -> None:
    prompts = hotline.settings.prompts / "id.toml"
    live = prompts.read_text()
    asked = "Silakan masukkan enam belas angka NIK."
    prompts.write_text(live.replace(asked, "Ketik atau sebutkan NIK Anda, percobaan."))
    try:
        with telephone(speaking, hotline, "rini") as page:
            page.get_by_label("Yang didengar").select_option(label="Draf")
            page.get_by_label("Mulai dari").select_option("main")
            calling(page)
            until("the hotline is heard", lambda: heard(page))
            expect(page.locator("#tempat")).to_have_text("Menu utama › Cek NIK", timeout=LIMIT_MS)  # said: "cek NIK"
            expect(page.locator("#isi-panggilan")).to_contain_text("Ketik atau sebutkan NIK Anda, percobaan.")
            assert "Selamat datang" not in page.locator("#isi-panggilan").inner_text()
            tried = newest(hotline)
            assert tried.tries_draft
            with telephone(speaking, hotline, "wati") as other:
                calling(other)
                expect(other.locator("#isi-panggilan")).to_contain_text(asked, timeout=LIMIT_MS)
                assert newest(hotline).edition == 1
                other.get_by_role("button", name="Tutup telepon").click()
            page.get_by_role("button", name="Tutup telepon").click()
            expect(page.get_by_text("Hasil: ditutup penelepon")).to_be_visible()
            assert answers(hotline, tried)[0] == ("main", "speech", "1")
    finally:
        prompts.write_text(live)


def test_who_is_signed_out_has_no_telephone_any_more(hotline: Hotline, silent: Browser) -> None:
    with telephone(silent, hotline, "dewi") as page:
        calling(page)
        AccountBook(hotline.settings.pages_db).disable("dewi")
        expect(page.locator("#keadaan")).to_contain_text("Tidak tersambung")
        until("the call is over, too", lambda: newest(hotline).ended is not None, 5)


def test_a_neighbour_gets_no_place_at_asterisks_own_port(hotline: Hotline) -> None:
    port = hotline.settings.pages.telephone_port
    for path in ("/ws", f"/{'0' * 32}/ws"):
        with pytest.raises(InvalidStatus) as refused, connect(f"ws://127.0.0.1:{port}{path}", proxy=None):
            pass
        assert refused.value.response.status_code == 404
    with socket.create_connection(("127.0.0.1", port), timeout=20) as silent:
        assert silent.recv(1) == b""  # asks for nothing, and is shown out


def test_nor_is_one_who_knows_the_way_anybody(hotline: Hotline) -> None:
    address = f"ws://127.0.0.1:{hotline.settings.pages.telephone_port}{browser_path(hotline.settings.var)}"
    invite = (
        "INVITE sip:1500537@hotline.invalid SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r\nCSeq: 1 INVITE\r\n"
        "Max-Forwards: 70\r\nTo: <sip:1500537@hotline.invalid>\r\nFrom: <sip:browser@hotline.invalid>;tag=a\r\n"
        "Call-ID: stranger\r\nContact: <sip:a@x.invalid;transport=ws>\r\n"
    )
    for proof in ("", f"{PROOF_HEADER}: {pages_proof(hotline.settings.var)[:-1]}\r\n"):
        with connect(address, subprotocols=["sip"], proxy=None) as stranger:
            stranger.send(f"{invite}{proof}Content-Length: 0\r\n\r\n")
            assert str(stranger.recv(5)).startswith("SIP/2.0 401")
