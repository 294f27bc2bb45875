"""Each page as its reader meets it, on a small and on a large screen; the pictures of the README are these.

`./hotline test tests/test_pages_pictures.py --pictures` takes them anew.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import axe, chromium, fits, page_of
from pages_office import PagesOffice, pages_office
from playwright.sync_api import Browser

from agi import privacy
from agi.books.figures import Now
from agi.editions.working import WorkingCopy
from agi.ops.duty import Duty, OnDuty, Presence
from agi.pages.supervisor.live import Live, Seen
from agi.services.publisher import publisher
from agi.settings import ROOT
from agi.voice.texts import Texts
from agi.workshop.bench.pages import fill

__all__ = ["chromium"]
PICTURES = ROOT / "tests" / "pictures"
CALLS = 600
SHOWN = {
    "beranda": "/",
    "kalimat": "/kalimat/call.welcome",
    "menu": "/menu",
    "draf": "/draf",
    "hari-ini": "/hari-ini?hari=7",
    "panggilan": f"/panggilan/bench-{CALLS // 2}",
    "norma": "/norma",
    "telepon": "/telepon",
}
BUSY = Seen(
    Now(talking=3, handed=2),
    Duty((OnDuty("7001", "Siti Aminah", Presence.FREE), OnDuty("7002", "Budi Santoso", Presence.TALKING)), waiting=1),
    None,
    (),
)
WIDTHS = (360, 1920)
HIGH = {360: 780, 1920: 1080}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesOffice]:
    """A hotline with an edition, a draft that waits, and the calls of a month."""
    made = pages_office(tmp_path_factory.mktemp("pictures"))
    makes = publisher(made.settings)
    with makes.editions.alone():
        edition = makes.publish(makes.draft(made.settings.prompts), "siti", "edisi pertama", set())
    said = Texts.load(made.settings.prompts)["call.welcome"].raw
    WorkingCopy(made.settings).set_text("call.welcome", f"{said} Selamat Idulfitri.", said, by="siti")
    made.settings.calls_db.parent.mkdir(parents=True, exist_ok=True)
    fill(made.settings.calls_db, privacy.hash_key(made.settings.var), CALLS, edition.number)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Live, "seen", lambda *_: BUSY)  # nothing runs here
        yield made
    made.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SHOWN)
def test_it_is_clear_to_everybody_and_no_wider_than_its_screen(
    chromium: Browser, office: PagesOffice, name: str, width: int, request: pytest.FixtureRequest
) -> None:
    with page_of(chromium, office, "admin", width, name="siti") as page:
        page.set_viewport_size({"width": width, "height": HIGH[width]})
        page.goto(SHOWN[name])
        fits(page)
        axe(page)
        if request.config.getoption("pictures"):
            PICTURES.mkdir(exist_ok=True)
            page.screenshot(path=PICTURES / f"{name}-{width}.png")


def test_the_readme_shows_no_picture_that_is_missing_and_leaves_none_out() -> None:
    shown = (ROOT / "README.md").read_text(encoding="utf-8")
    kept = {str(Path("tests", "pictures", picture.name)) for picture in PICTURES.iterdir()}
    assert kept == {str(Path("tests", "pictures", f"{name}-{width}.png")) for name in SHOWN for width in WIDTHS}
    assert all(picture in shown for picture in kept)
