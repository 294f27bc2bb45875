"""Announcing in a real browser: three clicks, heard before, by keyboard and without scripts, on any screen."""

from datetime import UTC, datetime

import pytest
from browser import axe, chromium, fits, page_of
from line_exchange import until
from pages_office import PagesOffice, office
from playwright.sync_api import Browser

from agi.editions.announcement import Announcements

__all__ = ["chromium", "office"]


def standing(office: PagesOffice) -> str:
    found = Announcements(office.settings).standing(datetime.now(UTC))
    return found.words if found else ""


@pytest.mark.parametrize("width", [360, 1920])
def test_a_breakdown_is_announced_in_three_clicks_without_scripts(
    office: PagesOffice, chromium: Browser, width: int
) -> None:
    with page_of(chromium, office, "admin", width, scripts=False) as page:
        page.get_by_role("link", name="Umumkan gangguan").click()
        page.get_by_role("link", name="Gangguan sistem").click()
        page.get_by_role("button", name="Umumkan sekarang").click()
        page.get_by_text("Diumumkan: penelepon mendengarnya mulai sekarang.").wait_for()
    assert "terganggu" in standing(office)


@pytest.mark.parametrize("width", [360, 1920])
def test_what_is_written_is_heard_before_anybody_else_hears_it(
    office: PagesOffice, chromium: Browser, width: int
) -> None:
    with page_of(chromium, office, "admin", width) as page:
        page.goto("/pengumuman")
        page.get_by_label("Yang diucapkan").fill("Kantor tutup hari ini.")
        page.get_by_role("button", name="Dengar dulu").click()
        sound = page.get_by_label("Dengar yang baru ditulis")
        sound.evaluate("sound => { sound.play(); return new Promise(heard => sound.ontimeupdate = heard) }")
        until("it plays", lambda: sound.evaluate("sound => sound.currentTime") > 0.1)
        assert 1 < sound.evaluate("sound => sound.duration") < 5
        fits(page)
        axe(page)
        assert standing(office) == ""
        page.get_by_label("Yang diucapkan").focus()
        for _ in range(20):  # on with the keyboard alone, to the button
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.value") == "umumkan":
                break
        page.keyboard.press("Enter")
        page.get_by_text("Sedang didengar penelepon").wait_for()
        fits(page)
        axe(page)
    assert standing(office) == "Kantor tutup hari ini."
