"""Planning a publication in a real browser, without scripts, on any screen, for any reader."""

from datetime import UTC, datetime, timedelta

import pytest
from browser import axe, chromium, fits, page_of
from pages_office import PagesOffice, office
from playwright.sync_api import Browser
from test_editions import change

from agi.editions.publishing import Publisher

__all__ = ["chromium", "office"]


@pytest.mark.parametrize("width", [360, 1920])
def test_the_draft_is_planned_and_cancelled_without_scripts(office: PagesOffice, chromium: Browser, width: int) -> None:
    maker = Publisher(office.settings, lambda _: (), None)
    with maker.editions.alone():
        maker.publish(maker.draft(office.settings.prompts), "", "", ())
    change(office.settings.prompts / "id.toml", "Selamat datang", "Selamat pagi")
    at = (datetime.now(UTC) + timedelta(days=2)).astimezone(office.settings.zone)
    with page_of(chromium, office, "admin", width, scripts=False) as page:
        page.get_by_role("link", name="Terbitkan pada waktu tertentu").click()
        page.get_by_label("Terbit pada").fill(at.strftime("%Y-%m-%dT%H:%M"))
        page.get_by_label("Catatan").fill("libur")
        page.get_by_role("button", name="Jadwalkan draf ini").click()
        page.get_by_text("Terjadwal: terbit").wait_for()  # the page asks again by itself
        fits(page)
    with page_of(chromium, office, "admin", width) as page:  # the judge is a script
        page.goto("/draf/jadwal")
        axe(page)
        page.get_by_role("button", name="Batalkan jadwal").click()
        page.get_by_text("Jadwal terbit dibatalkan.").wait_for()
        axe(page)
