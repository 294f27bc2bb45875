"""The page of a sentence in a real browser: what is typed plays, what is said into it is recorded."""

from collections.abc import Iterator

import pytest
import soundfile
from browser import axe, fits, launched, page_of
from pages_office import PagesOffice, office
from playwright.sync_api import Browser, expect
from test_pages_sentences import MORNING, WELCOME, says
from voice_office import speechlike

__all__ = ["office"]

ENDED = "() => document.querySelector('#hasil audio')?.ended"
PLAYED = "() => { const audio = document.querySelector('#hasil audio'); return [audio.duration, audio.played.end(0)]; }"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser into whose microphone somebody speaks."""
    said = tmp_path_factory.mktemp("microphone") / "said.wav"
    soundfile.write(said, speechlike(10.0, 16000), 16000)
    microphone = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with launched(*microphone, f"--use-file-for-fake-audio-capture={said}") as browser:
        yield browser


def test_a_changed_sentence_plays_before_it_is_saved_and_for_as_long_as_it_lasts(
    office: PagesOffice, chromium: Browser
) -> None:
    with page_of(chromium, office, "admin") as page:
        page.goto("/kalimat")
        page.get_by_label("Cari kalimat").press_sequentially("selamat datang")
        expect(page.locator("#daftar tbody tr")).to_have_count(1)
        axe(page)
        page.get_by_role("link", name=WELCOME).click()
        page.get_by_label("Yang harus diucapkan").fill(MORNING)
        expect(page.locator("#hasil")).to_contain_text("Selamat pagi di Halo Dukcapil")
        page.get_by_role("button", name="Periksa dan dengarkan").click()
        page.wait_for_function(ENDED)
        duration, played = page.evaluate(PLAYED)
        [sound] = (office.settings.var / "pages" / "heard").glob("*.wav")
        assert duration == pytest.approx(soundfile.info(sound).duration, abs=0.05)
        assert played == pytest.approx(duration, abs=0.05)
        assert duration > 1
        assert says(office) == WELCOME
        axe(page)
        for width in (360, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            fits(page)
        page.get_by_role("button", name="Simpan").click()
        expect(page.locator(".message")).to_contain_text("Kalimat disimpan")
    assert says(office) == MORNING


def test_without_scripts_a_sentence_is_found_heard_and_saved(office: PagesOffice, chromium: Browser) -> None:
    with page_of(chromium, office, "admin", scripts=False) as page:
        page.goto("/kalimat")
        page.get_by_label("Cari kalimat").fill("selamat datang")
        page.get_by_role("button", name="Cari").click()
        page.get_by_role("link", name=WELCOME).click()
        page.get_by_label("Yang harus diucapkan").fill(MORNING)
        page.get_by_role("button", name="Periksa dan dengarkan").click()
        expect(page.locator("#hasil audio")).to_have_count(1)
        page.get_by_role("button", name="Simpan").click()
        expect(page.locator(".message")).to_contain_text("Kalimat disimpan")
    assert says(office) == MORNING


def test_what_is_said_into_the_page_becomes_a_recording(office: PagesOffice, chromium: Browser) -> None:
    with page_of(chromium, office, "admin") as page:
        page.goto("/kalimat/call.welcome")
        page.get_by_role("button", name="Rekam di sini").click()
        expect(page.get_by_text("Merekam, 2 detik")).to_be_visible()
        page.get_by_role("button", name="Selesai").click()
        page.wait_for_url("**/rekaman/call.welcome/*")
        axe(page)
        page.get_by_role("button", name="Pakai rekaman ini").click()
        expect(page.locator(".message")).to_contain_text("Rekaman disimpan")
    assert soundfile.info(office.settings.prompts / "recordings" / "call.welcome.wav").duration >= 2
