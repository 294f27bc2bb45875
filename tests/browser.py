"""A real browser (Debian's Chromium) for pages, and a judge of who can use them (axe-core)."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages_office import COOKIE, PagesOffice
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
LIMIT_MS = 30_000
# Nothing but this machine is looked up: its maker's hosts are not asked.
ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
SERIOUS = ("serious", "critical")


def is_served(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as knocking:
        return knocking.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def launched(*words: str) -> Iterator[Browser]:
    """Chromium with the words `words` beside the usual."""
    if not CHROMIUM.exists():
        pytest.skip("this system has no Chromium but as a snap")
    expect.set_options(timeout=LIMIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-background-networking", ONLY_HERE, *words]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@contextmanager
def page_of(
    browser: Browser, office: PagesOffice, role: str = "", width: int = 1280, *, scripts: bool = True, name: str = ""
) -> Iterator[Page]:
    """A page of `office` at its first address, signed in with that role; `scripts`: whether the browser runs any."""
    context = browser.new_context(
        base_url=office.address,
        viewport={"width": width, "height": 900},
        java_script_enabled=scripts,
        locale="id-ID",
        timezone_id="Asia/Jakarta",
    )
    context.set_default_timeout(LIMIT_MS)
    if role:
        context.add_cookies([{"name": COOKIE, "value": office.session(role, name), "url": office.address}])
    page = context.new_page()
    page.goto("/")
    yield page
    context.close()


def axe(page: Page) -> None:
    """Fail for whatever a person with a disability would stumble over seriously."""
    found = Axe().run(page).response["violations"]
    serious = [(one["id"], one["help"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS]
    assert not serious, serious


def fits(page: Page) -> None:
    """Fail where the page is wider than the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"
