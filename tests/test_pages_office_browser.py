"""Agents' hours and the survey in a real browser: clear to everybody at 360 and 1920 px, and set by keyboard."""

import pytest
from browser import axe, chromium, fits, page_of
from pages_office import PagesOffice, office
from playwright.sync_api import Browser, expect

from agi.books.hours import HoursBook, spans

__all__ = ["chromium", "office"]


@pytest.mark.parametrize("width", [360, 1920])
def test_both_pages_are_clear_on_a_small_and_on_a_large_screen(
    chromium: Browser, office: PagesOffice, width: int
) -> None:
    with page_of(chromium, office, "admin", width) as page:
        for path in ("/jam?tahun=2026", "/jam?tahun=2027", "/survei"):
            page.goto(path)
            fits(page)
            axe(page)


def test_hours_are_set_without_scripts(chromium: Browser, office: PagesOffice) -> None:
    with page_of(chromium, office, "admin", scripts=False) as page:
        page.goto("/jam")
        page.get_by_label("Sabtu").fill("08:00-12:00")
        page.get_by_role("button", name="Simpan").first.click()
        expect(page.get_by_role("status")).to_have_text("Jam petugas disimpan dan langsung berlaku.")
    own = HoursBook(office.settings.hours_file).read()
    assert own is not None
    assert own.week[5] == spans("08:00-12:00")
