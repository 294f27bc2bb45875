"""The pages of tickets are clear on a small and on a large screen, also to who reads them by ear."""

import pytest
from browser import axe, chromium, fits, page_of
from pages_office import PagesOffice, office
from playwright.sync_api import Browser, expect
from test_pages_tickets import ticket, tickets

from agi.books.ticket import Ticket

__all__ = ["chromium", "office", "ticket", "tickets"]


@pytest.mark.parametrize("width", [360, 1920])
def test_list_and_ticket_are_clear_and_fit(chromium: Browser, office: PagesOffice, ticket: Ticket, width: int) -> None:
    with page_of(chromium, office, "supervisor", width) as page:
        page.goto("/tiket")
        fits(page)
        axe(page)
        page.get_by_role("link", name=ticket.number).click()
        fits(page)
        axe(page)
        page.get_by_label("Keadaan").select_option("in_work")
        page.get_by_label("Catatan baru").fill("Petugas loket dipanggil.")
        page.get_by_role("button", name="Simpan").click()
        expect(page.get_by_text("Tiket disimpan.")).to_be_visible()
        expect(page.get_by_text("Petugas loket dipanggil.")).to_be_visible()
