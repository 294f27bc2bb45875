"""The page Gladi in a real browser: on a small and on a large screen, and without any script."""

from datetime import UTC, datetime

import pytest
from browser import axe, chromium, fits, page_of
from pages_office import PagesOffice, office
from playwright.sync_api import Browser, expect

from agi.pages.admin.publication import digest
from agi.rehearsal.place import keep
from agi.rehearsal.result import Mistake, Moment, Option, Pressed, Rehearsal, Rehearsed, Way

__all__ = ["chromium", "office"]
LIMIT_MS = 60_000
PRESSED = (Pressed(Moment.DURING, True, "Perbaikan data", 3.2), Pressed(Moment.AFTER, True, "Perbaikan data", 9.1))
HEARD = (Way("perbaikan data", 6, 6, 1, 0.22), Way("keluhan pelayanan di kantor", 6, 2, 0, 0.6))


def result(draft: str) -> Rehearsal:
    """One of a question that is understood in part."""
    question = Rehearsed(
        "problems",
        "Masalah data",
        (Option("1", "NIK tidak ditemukan", PRESSED), Option("2", "Perbaikan data", PRESSED, HEARD)),
    )
    taken = Mistake("problems", "tombol 2", HEARD[1].text, "tombol 1", "nik tidak ditemukan", 4, 6)
    voices, lines = ("Andy", "Annie", "f4"), ("di tempat sepi", "di tempat ramai")
    return Rehearsal(draft, datetime.now(UTC), True, voices, lines, "", 61.0, (question,), (taken,))


@pytest.mark.parametrize("width", [360, 1920])
def test_the_result_is_clear_to_everybody_and_no_wider_than_its_screen(
    chromium: Browser, office: PagesOffice, width: int
) -> None:
    (office.settings.var / "rehearsal").mkdir(parents=True)
    keep(office.settings, result(digest(office.settings)))
    with page_of(chromium, office, "admin", width) as page:
        page.goto("/draf/gladi")
        expect(page.get_by_text("67 %").first).to_be_visible()
        expect(page.get_by_role("heading", name="Dikira")).to_be_visible()
        fits(page)
        axe(page)


def test_a_rehearsal_is_begun_and_read_without_any_script(chromium: Browser, office: PagesOffice) -> None:
    with page_of(chromium, office, "admin", scripts=False) as page:
        page.goto("/draf")
        page.get_by_role("link", name="Gladi").click()
        page.get_by_label("Yang digladi").select_option("semua")
        page.get_by_role("button", name="Mulai gladi").click()
        expect(page.get_by_text("hanya tombol yang digladi")).to_be_visible(timeout=LIMIT_MS)
        expect(page.get_by_role("heading", name="Menu utama hanya tombol", exact=True)).to_be_visible()
