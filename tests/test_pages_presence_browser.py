"""Two browsers on one page: the first is told of the second without loading anything anew."""

from browser import axe, chromium, page_of
from pages_office import PagesOffice, office
from playwright.sync_api import Browser, expect

__all__ = ["chromium", "office"]
BEAT_MS = 11_000


def test_the_first_sees_the_second_come_and_is_not_disturbed(office: PagesOffice, chromium: Browser) -> None:
    siti, budi = (page_of(chromium, office, "admin", name=name) for name in ("siti", "budi"))
    with siti as first, budi as second:
        first.clock.install()
        first.goto("/menu")
        words = first.get_by_label("Kata yang boleh diucapkan").first
        words.fill("cek NIK, periksa")
        second.goto("/menu")
        expect(second.get_by_text("siti juga membuka halaman ini.")).to_be_visible()
        first.clock.fast_forward(BEAT_MS)
        expect(first.get_by_text("budi juga membuka halaman ini.")).to_be_visible()
        expect(words).to_have_value("cek NIK, periksa")
        axe(first)


def test_without_javascript_it_stands_there_on_loading(office: PagesOffice, chromium: Browser) -> None:
    with page_of(chromium, office, "admin", name="siti") as first:
        first.goto("/menu")
        with page_of(chromium, office, "admin", scripts=False, name="budi") as second:
            second.goto("/menu")
            expect(second.get_by_text("siti juga membuka halaman ini.")).to_be_visible()
