"""`hotline up` serves the pages in a process of its own: a link for the first account, TLS, and back after a kill."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from installation import Hotline, brought_up
from line_exchange import until
from raw_telephone import signs_in

from agi.books.accounts import AccountBook, Role
from agi.ops import telephones
from agi.ops.supervise import Supervisor
from agi.workshop.softphone.phone import Account

PASSWORD = "kuda pelangi sumur tua"
LINK = re.compile(r"(https?://127\.0\.0\.1:\d+)/undangan/(\S+)")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    with brought_up(tmp_path_factory.mktemp("pages"), HOTLINE_PAGES__ENABLED="true") as hotline:
        yield hotline


def answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/masuk").status_code == 200
    except httpx2.TransportError:
        return False


def test_up_prints_a_link_by_which_the_first_admin_comes_in_once(served: Hotline) -> None:
    found = LINK.search(served.run("up").stdout)
    assert found is not None
    address, token = found.groups()
    until("the pages answer", lambda: answers(address))
    with httpx2.Client(base_url=address, follow_redirects=True) as browser:
        path = f"/undangan/{token}"
        assert browser.post(path, data={"sandi": PASSWORD, "sandi_lagi": PASSWORD}).url.path == "/"
        assert browser.get("/akun/semua").status_code == 200
        # Asked for the pages by the process beside them: they reach no control socket themselves.
        until("agents are seen", lambda: "Petugas 7001 (7001): tidak masuk" in browser.get("/hari-ini").text)
        assert "Panggilan tidak dijawab" not in browser.get("/hari-ini").text
    assert LINK.search(served.run("up").stdout) is None


def test_a_telephone_of_ones_own_is_known_to_asterisk_soon(served: Hotline) -> None:
    book, now = AccountBook(served.settings.pages_db), datetime.now(UTC)
    book.accept(book.invite("siti", Role.TESTER, now), "no hash", now)
    book.set_telephone("siti", telephones.digest("siti", "abcdefgh234567"))
    account = Account("127.0.0.1", served.settings.telephony.sip_port, "hp-siti", "abcdefgh234567")
    until("it signs in", lambda: signs_in(account))
    book.disable("siti")
    until("it does no more", lambda: not signs_in(account))


def test_killed_pages_come_back_and_calls_are_answered_meanwhile(served: Hotline) -> None:
    supervisor = Supervisor(served.settings)
    before = supervisor.process("pages").pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert served.run("status").returncode == 0
    until("the pages are back", lambda: supervisor.process("pages").pid not in (None, before))
    until("they answer", lambda: answers(f"http://127.0.0.1:{served.settings.pages.port}"))


def test_nothing_that_is_typed_stands_in_a_log(served: Hotline) -> None:
    address = f"http://127.0.0.1:{served.settings.pages.port}"
    until("the pages answer", lambda: answers(address))
    httpx2.post(f"{address}/masuk", data={"nama": "3273054101900001", "sandi": PASSWORD})
    httpx2.get(f"{address}/kalimat?cari=3273054101900001")
    for log in (served.settings.var / "log").glob("pages*"):
        told = log.read_text(encoding="utf-8")
        assert "3273054101900001" not in told
        assert PASSWORD not in told


@pytest.mark.thorough
def test_pages_for_other_machines_need_a_certificate_and_are_served_by_it(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=hotline"
    made = subprocess.run([*words.split(), "-keyout", key, "-out", certificate], capture_output=True, check=False)
    assert made.returncode == 0, made.stderr
    more = {
        "HOTLINE_PAGES__ENABLED": "true",
        "HOTLINE_PAGES__CERTIFICATE": str(certificate),
        "HOTLINE_PAGES__CERTIFICATE_KEY": str(key),
    }
    with brought_up(tmp_path / "home", **more) as hotline:
        address = f"https://127.0.0.1:{hotline.settings.pages.port}"

        def secure() -> bool:
            try:
                return httpx2.get(f"{address}/masuk", verify=False).status_code == 200
            except httpx2.TransportError:
                return False

        until("the pages answer by TLS", secure)
        assert LINK.search(hotline.run("up").stdout)
