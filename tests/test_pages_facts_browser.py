"""Checking a fact in a real browser, without scripts, on any screen, for any reader."""

import pytest
from browser import axe, chromium, fits, page_of
from pages_office import PagesOffice, office
from playwright.sync_api import Browser

__all__ = ["chromium", "office"]


@pytest.mark.parametrize("width", [360, 1920])
def test_a_fact_is_found_and_checked_without_scripts(office: PagesOffice, chromium: Browser, width: int) -> None:
    with page_of(chromium, office, "admin", width, scripts=False) as page:
        page.get_by_role("link", name="Periksa fakta").click()
        fits(page)
        page.get_by_role("link", name="Syarat Kartu Identitas Anak").click()
        fits(page)
        page.get_by_label("Sumber", exact=True).fill("Permendagri 2/2016 pasal 3")
        page.get_by_role("button", name="Sudah saya periksa hari ini").click()
        page.get_by_text("Keterangan disimpan.").wait_for()
        page.get_by_text("Permendagri 2/2016 pasal 3").wait_for()
    with page_of(chromium, office, "admin", width) as page:  # the judge is a script
        for path in ("/fakta", "/fakta/kia"):
            page.goto(path)
            axe(page)
