"""The page of the menu in a real browser: for who sees it, hears it read out, or has a small screen."""

import pytest
from browser import axe, chromium, fits, page_of
from pages_office import PagesOffice, office
from playwright.sync_api import Browser, expect

__all__ = ["chromium", "office"]


@pytest.mark.parametrize("width", [1280, 360])
def test_everybody_can_use_the_menu_and_its_picture(office: PagesOffice, chromium: Browser, width: int) -> None:
    with page_of(chromium, office, "admin", width) as page:
        page.goto("/menu")
        for more in page.locator("details").all()[:3]:
            more.evaluate("one => one.open = true")
        axe(page)
        fits(page)
        for path in ("/menu/hours", "/menu/hours/hapus", "/menu/other/hapus?tombol=2"):
            page.goto(path)
            axe(page)
            fits(page)
        page.goto("/menu")
        picture = page.get_by_role("group", name="Gambar seluruh menu")
        picture.get_by_role("link", name="Status dokumen").click()
        expect(page).to_have_url(f"{office.address}/menu#status")
        expect(page.get_by_role("heading", name="Status dokumen", level=2)).to_be_in_viewport()
