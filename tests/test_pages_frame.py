"""The frame of all pages in a real browser: by keyboard, without scripts, at 360 and 1920 px, for everybody."""

import pytest
from browser import axe, chromium, fits, page_of
from pages_office import PagesOffice, office
from playwright.sync_api import Browser, expect

__all__ = ["chromium", "office"]


@pytest.mark.parametrize("width", [360, 1920])
def test_every_shared_page_is_clear_on_a_small_and_on_a_large_screen(
    chromium: Browser, office: PagesOffice, width: int
) -> None:
    with page_of(chromium, office, "admin", width) as page:
        for path in ("/", "/akun", "/kode", "/akun/semua", "/audit?periksa=1"):
            page.goto(path)
            fits(page)
            axe(page)


def test_one_signs_in_by_keyboard_alone_and_without_scripts(chromium: Browser, office: PagesOffice) -> None:
    with page_of(chromium, office, scripts=False) as page:
        expect(page).to_have_url(f"{office.address}/masuk")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
        page.get_by_label("Nama akun").focus()
        page.keyboard.type("siti")
        page.keyboard.press("Tab")
        page.keyboard.type("salah sekali ini")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("Nama atau kata sandi tidak cocok.")


def test_the_first_page_is_small(chromium: Browser, office: PagesOffice) -> None:
    sizes: list[int] = []
    with page_of(chromium, office, "admin") as page:
        page.on("response", lambda answer: sizes.append(len(answer.body())))
        page.goto("/")
        page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) <= 100_000
