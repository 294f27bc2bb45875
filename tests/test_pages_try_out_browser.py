"""Coba in a real browser: tapped and typed without scripts, on any screen, for any reader."""

import pytest
from browser import axe, chromium, fits, page_of
from pages_office import PagesOffice, office
from playwright.sync_api import Browser
from sample_office import build_registry

from agi import privacy

__all__ = ["chromium", "office"]


@pytest.mark.parametrize("width", [360, 1920])
def test_a_conversation_is_tapped_and_typed_without_scripts(
    office: PagesOffice, chromium: Browser, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sample_office.KEY", privacy.hash_key(office.settings.var))
    office.settings.data.mkdir(exist_ok=True)
    build_registry(office.settings.data)
    with page_of(chromium, office, "admin", width, scripts=False) as page:
        page.get_by_role("link", name="Coba percakapan").click()
        page.get_by_role("button", name="Mulai").click()
        page.get_by_role("button", name="3 syarat").click()
        page.get_by_label("Atau tulis").fill("1")
        page.keyboard.press("Enter")
        page.get_by_text("Kartu Keluarga baru tekan 1").wait_for()
        fits(page)
        page.get_by_role("button", name="Tutup telepon").click()
        page.get_by_role("heading", name="Percakapan selesai").wait_for()
    with page_of(chromium, office, "admin", width) as page:  # the judge is a script
        page.goto("/coba")
        page.get_by_role("button", name="Mulai").click()
        axe(page)
