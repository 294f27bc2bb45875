"""An admin makes agents the office's own on a page: nothing is edited, and the page may write no file of Asterisk's."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from pages_office import PagesOffice, office
from starlette.testclient import TestClient

from agi import privacy
from agi.books.audit import Audit
from agi.books.desks import Break, Desks, What
from agi.ops import agents, configure, orders
from agi.ops.asterisk import Program
from agi.pages.admin import agents as page_of_agents

__all__ = ["office"]
PATH = "/akun/petugas"


class Asked:
    """An Asterisk that does what it is asked, and remembers."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, _var: Path, question: str) -> str:
        self.asked.append(question)
        return ""


@pytest.fixture
def exchange() -> Asked:
    return Asked()


@pytest.fixture
def client(office: PagesOffice) -> TestClient:
    return office.client("admin")


def carry_out(office: PagesOffice, exchange: Asked) -> None:
    orders.carry_out(office.settings, cast("Program", exchange))


def audited(office: PagesOffice) -> list[tuple[str, str]]:
    book = Audit(office.settings.pages_db, privacy.hash_key(office.settings.var))
    return [(one.what, one.subject) for one in book.entries() if one.what.startswith("petugas.")]


def posted(client: TestClient, office: PagesOffice, exchange: Asked, **form: str) -> str:
    """The page after a form, while errands are run beside it."""
    over = threading.Event()

    def errands() -> None:
        while not over.wait(0.05):
            carry_out(office, exchange)

    beside = threading.Thread(target=errands)
    beside.start()
    try:
        return client.post(PATH, data=form).text
    finally:
        over.set()
        beside.join()


def test_an_agent_is_added_and_removed_and_counts_at_once(
    client: TestClient, office: PagesOffice, exchange: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_of_agents, "_DONE_S", 30.0)
    assert "langsung berlaku" in posted(client, office, exchange, apa="tambah", nomor="7003", nama="Siti Aminah")
    assert agents.Agent("7003", "Siti Aminah") in agents.listed(office.settings)
    queues = (office.settings.var / "asterisk" / "etc" / "local" / "queues.conf").read_text()
    assert "member => PJSIP/7003,0,Siti Aminah" in queues
    assert "module reload" in exchange.asked
    held = configure.known_account(office.settings.var, "7003")
    assert held is not None
    assert held.password not in client.get(PATH).text
    assert held.password in client.post(PATH, data={"apa": "sandi", "nomor": "7003"}).text
    assert "7003 dihapus" in posted(client, office, exchange, apa="hapus", nomor="7003")
    assert "7003" not in [one.number for one in agents.listed(office.settings)]
    kinds = [what for what, _ in audited(office)]
    assert kinds == ["petugas.hapus", "petugas.sandi", "petugas.tambah"]


@pytest.mark.parametrize(("number", "name"), [("0700", "x"), ("1500537", "x"), ("70", "x"), ("7003", "a;b\n[c]")])
def test_what_can_be_no_agent_is_not_even_ordered(
    client: TestClient, office: PagesOffice, number: str, name: str
) -> None:
    assert client.post(PATH, data={"apa": "tambah", "nomor": number, "nama": name}).status_code == 422
    carry_out(office, Asked())
    assert len(agents.listed(office.settings)) == 2


def test_where_nothing_runs_the_page_says_so(
    client: TestClient, office: PagesOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_of_agents, "_DONE_S", 0.2)
    assert "belum dijalankan" in client.post(PATH, data={"apa": "tambah", "nomor": "7003", "nama": "Siti"}).text


def test_an_account_is_given_a_number_and_another_one_in_its_place(client: TestClient, office: PagesOffice) -> None:
    office.session("agent", "siti")
    office.session("agent", "budi")
    client.post(PATH, data={"apa": "akun", "nomor": "7001", "akun": "siti"})
    assert Desks(office.settings.pages_db).all() == {"siti": "7001"}
    client.post(PATH, data={"apa": "akun", "nomor": "7001", "akun": "budi"})
    assert Desks(office.settings.pages_db).all() == {"budi": "7001"}
    client.post(PATH, data={"apa": "akun", "nomor": "7001", "akun": ""})
    assert Desks(office.settings.pages_db).all() == {}
    assert client.post(PATH, data={"apa": "akun", "nomor": "7001", "akun": "admin1"}).status_code == 400


def test_auditors_see_agents_and_no_password(client: TestClient, office: PagesOffice) -> None:
    auditor = office.client("auditor")
    assert "7001" in auditor.get(PATH).text
    assert auditor.post(PATH, data={"apa": "sandi", "nomor": "7001"}).status_code == 403
    assert office.client("supervisor").get(PATH).status_code == 403


def test_a_break_is_told_to_asterisk_in_words_of_ours(office: PagesOffice, exchange: Asked, client: TestClient) -> None:
    desks, now = Desks(office.settings.pages_db), datetime.now(UTC)
    desks.order(What.BREAK, "7001", Break.PRAYER, now)
    desks.order(What.BREAK, "7002", "x; core stop now", now)
    desks.order(What.READY, "7001", "", now)
    desks.order(What.READY, "7009", "", now)  # nobody
    carry_out(office, exchange)
    carry_out(office, exchange)
    assert exchange.asked == [
        "queue pause member PJSIP/7001 queue agents reason prayer",
        "queue pause member PJSIP/7002 queue agents reason other",
        "queue unpause member PJSIP/7001 queue agents",
    ]
