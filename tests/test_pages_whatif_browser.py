"""What-if and the norms in a browser: begun, waited for and read at the width of a telephone and of a screen."""

import pytest
from browser import axe, chromium, fits, page_of
from pages_office import PagesOffice, office
from playwright.sync_api import Browser
from test_whatif_books import PATH, publish, without_other, write

__all__ = ["chromium", "office"]


@pytest.mark.parametrize(("width", "scripts"), [(360, False), (1280, True)])
def test_an_admin_sees_what_would_change_and_opens_a_call(
    office: PagesOffice, chromium: Browser, width: int, scripts: bool
) -> None:
    write(office, 42, publish(office))
    without_other(office)
    with page_of(chromium, office, "admin", width, scripts=scripts) as page:
        page.get_by_role("link", name="Bagaimana jika?").click()
        page.get_by_role("button", name="Hitung").click()
        page.get_by_text("40 dari 42 panggilan dapat diulang").wait_for()
        if scripts:
            axe(page)
            fits(page)
            page.goto("/norma")
            axe(page)
            fits(page)
            page.get_by_role("button", name="Tampilkan").click()
            page.get_by_role("heading", name="Pernyataan kesesuaian").wait_for()
            axe(page)
            fits(page)
        page.goto(PATH)
        page.get_by_role("link", name="Panggilan call-40").click()
        page.get_by_role("heading", name="Jalannya panggilan").wait_for()


def test_the_norms_fit_a_telephone(office: PagesOffice, chromium: Browser) -> None:
    publish(office)
    with page_of(chromium, office, "admin", 360) as page:
        for path in (PATH, "/norma", "/norma/pernyataan"):
            page.goto(path)
            axe(page)
            fits(page)
