"""A clerk's tasks from the first page, in a real browser, on a hotline that answers: what callers hear follows."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import axe, chromium, fits, is_served, page_of
from installation import Hotline, brought_up
from line_exchange import until
from pages_office import PagesOffice
from playwright.sync_api import Browser, Page, expect

from agi.settings import ROOT

__all__ = ["chromium"]
HOLIDAY = "Selamat Idulfitri dari Halo Dukcapil."
CALL = """
title: A caller hears the welcome to its end
steps:
  - hear whole: call.welcome
  - hear: menu.main
  - hang up
expect:
  outcome: abandoned
  where: main
"""

LOST = """
title: A caller who presses what is no option, and gives up
steps:
  - hear: menu.main
  - press: "8"
  - hear: help.menu.wrong
  - hang up
expect:
  outcome: abandoned
  where: main
"""


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    home = tmp_path_factory.mktemp("clerk")
    prompts = home / "prompts"
    prompts.mkdir()
    for file in (ROOT / "prompts").glob("*.toml"):
        (prompts / file.name).write_bytes(file.read_bytes())
    with brought_up(home, HOTLINE_PAGES__ENABLED="true", HOTLINE_PLACES__PROMPTS=str(prompts)) as made:
        until("the pages are served", lambda: is_served(made.settings.pages.port))
        yield made


@pytest.fixture(scope="module")
def office(hotline: Hotline) -> Iterator[PagesOffice]:
    made = PagesOffice(hotline.settings.var.parent, dict(hotline.environment))
    made.__dict__["address"] = f"http://127.0.0.1:{hotline.settings.pages.port}"
    yield made
    made.close()


def welcomed(hotline: Hotline, folder: Path) -> str:
    """What a real call is welcomed with: heard by its sound, and told by its record."""
    scenario = folder / "welcome.yaml"
    scenario.write_text(CALL, encoding="utf-8")
    done = json.loads(hotline.run("call", "--json", str(scenario)).stdout.splitlines()[-1])
    assert done["ok"], done["lines"]
    newest = json.loads(hotline.run("calls", "list", "--json", "--limit", "1").stdout)[0]
    told = hotline.run("calls", "show", str(newest["id"])).stdout
    return next(line.partition("“")[2].partition("”")[0] for line in told.splitlines() if "We said" in line)


def publish(page: Page, note: str) -> None:
    page.get_by_role("region", name="Draf dan terbit").get_by_role("link", name="Terbitkan").click()
    axe(page)
    page.get_by_label("Catatan: mengapa").fill(note)
    page.get_by_role("button", name="Terbitkan", exact=True).click()
    expect(page.get_by_text("terbit: panggilan baru mendengarnya")).to_be_visible()


def test_change_the_greeting_hear_it_publish_it_and_take_it_back(
    hotline: Hotline, office: PagesOffice, chromium: Browser, tmp_path: Path
) -> None:
    usual = welcomed(hotline, tmp_path)
    with page_of(chromium, office, "admin") as page:
        page.get_by_role("link", name="Ubah kalimat").click()
        page.get_by_role("link", name=usual).click()
        page.get_by_label("Yang harus diucapkan").fill(HOLIDAY)
        page.get_by_role("button", name="Periksa dan dengarkan").click()
        page.wait_for_function("() => document.querySelector('#hasil audio')?.duration > 1")
        page.get_by_role("button", name="Simpan").click()
        expect(page.get_by_text("1 perubahan belum terbit")).to_be_visible()
        assert welcomed(hotline, tmp_path) == usual
        publish(page, "Idulfitri")
        assert welcomed(hotline, tmp_path) == HOLIDAY

        page.goto("/")
        page.get_by_role("link", name="Kembalikan yang lama").click()
        page.get_by_role("link", name="Pulihkan versi 1").click()
        axe(page)
        page.get_by_role("button", name="Pulihkan ke draf").click()
        expect(page.get_by_text("Draf sekarang berisi versi 1")).to_be_visible()
        publish(page, "libur selesai")
        for path in ("/draf", "/riwayat", "/riwayat/2", "/riwayat/2/kalimat"):
            page.goto(path)
            axe(page)
            for width in (360, 1920):
                page.set_viewport_size({"width": width, "height": 900})
                fits(page)
    assert welcomed(hotline, tmp_path) == usual


def test_announce_a_breakdown_until_a_time(hotline: Hotline, office: PagesOffice, chromium: Browser) -> None:
    with page_of(chromium, office, "admin") as page:
        page.get_by_role("link", name="Umumkan gangguan").click()
        page.get_by_role("link", name="Gangguan sistem").click()
        words = page.get_by_label("Yang diucapkan").input_value()
        page.get_by_role("button", name="Umumkan sekarang").click()
        expect(page.get_by_role("status")).to_be_visible()
    assert words in hotline.run("announce").stdout
    hotline.run("announce", "--clear")


def test_which_sentence_confuses_callers_most_and_why_did_this_call_fail(
    hotline: Hotline, office: PagesOffice, chromium: Browser, tmp_path: Path
) -> None:
    scenario = tmp_path / "lost.yaml"
    scenario.write_text(LOST, encoding="utf-8")
    hotline.run("call", str(scenario))
    with page_of(chromium, office, "admin") as page:
        page.get_by_role("link", name="Lihat yang dialami penelepon").click()
        axe(page)
        confusing = page.get_by_role("region", name="Kalimat yang membingungkan").locator("tbody tr").first
        expect(confusing).to_contain_text("menu.main")
        confusing.get_by_role("link", name="Ubah").click()
        expect(page).to_have_url(f"{office.address}/kalimat/menu.main")

        page.goto("/")
        page.get_by_role("link", name="Lihat satu panggilan").click()
        axe(page)
        page.get_by_role("region", name="Daftar panggilan").locator("tbody a").first.click()
        expect(page.locator(".timeline")).to_contain_text("8")
        axe(page)
        for path in ("/", "/kalimat", "/hari-ini", "/panggilan"):
            page.goto(path)
            for width in (360, 1920):
                page.set_viewport_size({"width": width, "height": 900})
                fits(page)
