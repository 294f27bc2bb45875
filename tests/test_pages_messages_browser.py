"""Who answers citizens in writing can do so on a small and on a large screen, also who reads the page by ear."""

import pytest
from browser import axe, chromium, fits, page_of
from pages_office import PagesOffice, office
from playwright.sync_api import Browser, expect
from test_pages_threads import thread

__all__ = ["chromium", "office", "thread"]


@pytest.mark.parametrize("width", [360, 1280])
def test_a_thread_is_taken_over_answered_and_given_back(
    chromium: Browser, office: PagesOffice, thread: str, width: int
) -> None:
    with page_of(chromium, office, "agent", width) as page:
        page.goto("/percakapan")
        fits(page)
        axe(page)
        page.get_by_role("region", name="Menunggu petugas").get_by_role("link").click()
        page.get_by_role("button", name="Ambil alih").click()
        fits(page)
        axe(page)
        page.get_by_label("Jawaban Anda").fill("Selamat pagi, ada yang bisa kami bantu?")
        page.get_by_role("button", name="Kirim").click()
        expect(page.get_by_text("Selamat pagi, ada yang bisa kami bantu?")).to_be_visible()
        page.get_by_role("button", name="Kembalikan kepada hotline").click()
        expect(page.get_by_text("Hotline menjawab lagi.")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_message_is_changed_and_its_length_is_seen_while_it_is_typed(
    chromium: Browser, office: PagesOffice, width: int
) -> None:
    with page_of(chromium, office, "admin", width) as page:
        page.goto("/kalimat-tertulis")
        fits(page)
        axe(page)
        page.goto("/kalimat-tertulis/requirements.kia")
        page.get_by_label("Yang ditulis").fill("KIA: bawa KK dan akta kelahiran anak. Gratis.")
        expect(page.get_by_text("45 dari 160 huruf, 1 SMS")).to_be_visible()
        fits(page)
        axe(page)
        page.get_by_role("button", name="Simpan").click()
        expect(page.get_by_text("Pesan disimpan.")).to_be_visible()
