"""The citizens' page in a real browser, with scripts and without, on a telephone and on a desk, for any reader."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from browser import LIMIT_MS, axe, chromium, fits
from citizens_page import CitizensPage, citizens_registry, page, served
from playwright.sync_api import Browser, Page, expect
from sample_office import RESIDENTS, TEXTS, kk_digits, nik

from agi.books.words import KtpState

__all__ = ["chromium", "citizens_registry", "page", "served"]
PATHS = ("/", "/nik", "/status", "/syarat", "/kantor", "/lapor", "/tiket", "/informasi", "/survei", "/menu", "/obrolan")


@contextmanager
def shown(browser: Browser, page: CitizensPage, width: int, *, scripts: bool) -> Iterator[Page]:
    context = browser.new_context(
        base_url=page.address,
        viewport={"width": width, "height": 800},
        java_script_enabled=scripts,
        locale="id-ID",
        has_touch=width < 500,
    )
    context.set_default_timeout(LIMIT_MS)
    made, problems = context.new_page(), list[str]()
    made.on("console", lambda told: problems.append(told.text) if told.type == "error" else None)
    yield made
    context.close()
    assert not problems


def wait_a_moment(page: CitizensPage) -> None:
    """Who fills a form takes some seconds."""
    page.clock.pass_by(timedelta(seconds=5))


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_fits_and_can_be_used_by_anybody(page: CitizensPage, chromium: Browser, width: int) -> None:
    with shown(chromium, page, width, scripts=True) as tab:
        for path in PATHS:
            tab.goto(path)
            fits(tab)
            axe(tab)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_nik_is_checked(page: CitizensPage, chromium: Browser, *, scripts: bool) -> None:
    serial = RESIDENTS[KtpState.CARD_ISSUED]
    with shown(chromium, page, 360, scripts=scripts) as tab:
        tab.goto("/")
        tab.get_by_role("link", name="Cek NIK dan KTP-el").click()
        tab.get_by_label("NIK", exact=True).fill(nik(serial))
        tab.get_by_label("Nomor Kartu Keluarga").fill(kk_digits(serial))
        wait_a_moment(page)
        tab.get_by_role("button", name="Periksa").click()
        tab.get_by_text(TEXTS.message("ktp.card_issued")).wait_for()
        assert nik(serial) not in tab.content() + tab.url
        fits(tab)
        if scripts:
            axe(tab)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_chat_goes_on_and_is_seen_in_every_tab(page: CitizensPage, chromium: Browser, *, scripts: bool) -> None:
    serial = RESIDENTS[KtpState.CARD_ISSUED]
    with shown(chromium, page, 360, scripts=scripts) as tab:
        tab.goto("/obrolan")
        for said, told in (
            ("syarat kia", TEXTS.message("requirements.kia")),
            (f"cek#ktp#{nik(serial)}", "10 angka terakhir"),
            (kk_digits(serial), TEXTS.message("ktp.card_issued")),
        ):
            tab.get_by_label("Pertanyaan Anda").fill(said)
            wait_a_moment(page)
            tab.get_by_role("button", name="Kirim").click()
            tab.get_by_text(told).first.wait_for()
        assert nik(serial) not in tab.content()
        fits(tab)
        other = tab.context.new_page()
        other.goto("/obrolan")
        other.get_by_text(TEXTS.message("requirements.kia")).wait_for()
        other.get_by_role("button", name="Hapus obrolan ini").click()
        other.get_by_text("Contoh:").wait_for()
        assert not tab.context.cookies()


def test_what_was_written_stays_where_it_can_not_be_sent(page: CitizensPage, chromium: Browser) -> None:
    with shown(chromium, page, 360, scripts=True) as tab:
        tab.goto("/obrolan")
        tab.get_by_label("Pertanyaan Anda").fill("syarat kia")
        tab.route("**/obrolan", lambda route: route.fulfill(status=200, body="<p>Di luar layanan</p>"))
        tab.get_by_role("button", name="Kirim").click()
        tab.get_by_role("button", name="Kirim lagi").wait_for()
        assert tab.get_by_label("Pertanyaan Anda").input_value() == "syarat kia"
        tab.unroute("**/obrolan")
        wait_a_moment(page)
        tab.get_by_role("button", name="Kirim lagi").click()
        tab.get_by_text(TEXTS.message("requirements.kia")).wait_for()


def test_lines_of_a_chat_that_are_there_are_not_said_again(page: CitizensPage, chromium: Browser) -> None:
    with shown(chromium, page, 1280, scripts=True) as tab:
        tab.goto("/obrolan")
        for nth, said in enumerate(("syarat kia", "jam buka")):
            tab.get_by_label("Pertanyaan Anda").fill(said)
            wait_a_moment(page)
            tab.get_by_role("button", name="Kirim").click()
            tab.locator(".told").nth(nth).wait_for()
            tab.locator(".said").first.evaluate("line => { line.dataset.times = (line.dataset.times || '') + 'x'; }")
        assert tab.locator(".said").first.get_attribute("data-times") == "xx"
        page.site.book.answer(f"web:{tab.context.cookies()[0]['value']}", "later", "Ini petugas.", page.clock())
        tab.get_by_text("Ini petugas.").wait_for()
        assert tab.locator(".said").first.get_attribute("data-times") == "xx"


def test_scripts_solve_the_puzzle_while_one_types(page: CitizensPage, chromium: Browser) -> None:
    with shown(chromium, page, 1280, scripts=True) as tab:
        tab.goto("/kantor")
        for _ in range(2):
            tab.get_by_label("Kabupaten atau kota").fill("Kota Bandung")
            expect(tab.locator("[name=bukti]")).not_to_have_value("")
            wait_a_moment(page)
            tab.get_by_role("button", name="Cari kantor").click()
            tab.get_by_text("Dukcapil Kota Bandung").wait_for()


def test_who_uses_keys_only_reaches_everything(page: CitizensPage, chromium: Browser) -> None:
    with shown(chromium, page, 1280, scripts=True) as tab:
        tab.goto("/status")
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.textContent") == "Langsung ke isi"
        reached = []
        for _ in range(20):
            tab.keyboard.press("Tab")
            reached.append(tab.evaluate("document.activeElement.name || document.activeElement.textContent"))
        assert {"nomor", "pin", "Lihat status"} <= set(reached) and "situs" not in reached
