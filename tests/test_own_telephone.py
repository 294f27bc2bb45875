"""A telephone of one's own: the password is shown once, Asterisk learns its digest, and it ends with the account."""

import hashlib
import re
import sqlite3
from contextlib import closing

import pytest
from pages_office import PagesOffice, office
from sqlite_utils import Database

from agi.books.accounts import AccountBook, Role, Telephone
from agi.books.pages_schema import SCHEMA
from agi.ops import telephones
from agi.ops.places import etc_folder
from agi.pages.shared.once import Once
from agi.pages.tester import own_telephone

__all__ = ["office"]


def accounts(office: PagesOffice) -> str:
    """What Asterisk would read."""
    telephones.write(office.settings)
    return (etc_folder(office.settings.var) / "local" / "pjsip-telephones.conf").read_text()


def digest(password: str) -> str:
    return hashlib.md5(f"hp-siti:asterisk:{password}".encode(), usedforsecurity=False).hexdigest()


def password(page: str) -> str:
    (found,) = re.findall(r'<code class="secret">([a-z0-9]+)</code>', page)
    return str(found)


def test_a_password_is_shown_once_and_asterisk_knows_its_digest(office: PagesOffice) -> None:
    siti = office.client("tester", "siti")
    page = siti.post("/telepon/sendiri").text
    assert "<svg" in page
    told = accounts(office)
    assert f"password_digest = MD5:{digest(password(page))}\n" in told
    assert "[hp-siti](tester)\n" in told
    assert password(page) not in told
    assert password(page) not in siti.get("/telepon/sendiri").text


def test_another_password_takes_the_place_of_the_first(office: PagesOffice) -> None:
    siti = office.client("tester", "siti")
    first, second = (password(siti.post("/telepon/sendiri").text) for _ in range(2))
    assert first != second
    assert digest(first) not in accounts(office)
    assert digest(second) in accounts(office)


def test_it_dies_with_the_account(office: PagesOffice) -> None:
    book = AccountBook(office.settings.pages_db)
    siti = office.client("tester", "siti")
    siti.post("/telepon/sendiri")
    assert "hp-siti" in accounts(office)
    book.set_role("siti", Role.SUPERVISOR)
    assert "hp-siti" not in accounts(office)
    book.set_role("siti", Role.TESTER)
    assert "hp-siti" in accounts(office)
    book.disable("siti")
    assert "hp-siti" not in accounts(office)


def test_it_is_taken_away(office: PagesOffice) -> None:
    siti = office.client("tester", "siti")
    siti.post("/telepon/sendiri")
    assert "dihapus" in siti.post("/telepon/sendiri/hapus").text
    assert "hp-siti" not in accounts(office)


def test_on_loopback_the_page_says_that_no_other_telephone_reaches_it(office: PagesOffice) -> None:
    assert "./hotline up --listen ALAMAT" in office.client("tester").get("/telepon/sendiri").text


def test_a_supervisor_has_none(office: PagesOffice) -> None:
    assert office.client("supervisor").post("/telepon/sendiri").status_code == 403


@pytest.mark.parametrize(
    ("owner", "held"),
    [
        ("siti]\n[evil](agent", "0" * 32),
        ("siti", "0" * 31),
        ("siti", "0" * 32 + "\ncontext = from-agents"),
        ("", "0" * 32),
    ],
)
def test_what_has_another_form_makes_no_account(owner: str, held: str) -> None:
    assert telephones.configuration([Telephone(owner, held)]) == telephones.configuration([])


def test_an_account_is_written_when_it_has_changed_only(office: PagesOffice) -> None:
    assert telephones.write(office.settings)
    assert not telephones.write(office.settings)
    office.client("tester", "siti").post("/telepon/sendiri")
    assert telephones.write(office.settings)
    assert not telephones.write(office.settings)


def test_a_book_that_can_not_be_read_changes_nothing(office: PagesOffice) -> None:
    office.client("tester", "siti").post("/telepon/sendiri")
    before = accounts(office)
    office.settings.pages_db.write_bytes(b"no database, but long enough to be taken for one" * 100)
    for beside in office.settings.pages_db.parent.glob("pages.db-*"):
        beside.unlink()
    assert accounts(office) == before


def test_linphone_fetches_its_settings_once_by_the_link(office: PagesOffice) -> None:
    fetched = Once[own_telephone.Account](own_telephone.KEPT_S)
    first = own_telephone.Account("hp-siti", "secret", "192.0.2.7:5060")
    old, token = fetched.put("siti", first), fetched.put("siti", first)
    assert fetched.take(old) is None
    client = office.client()
    client.app.state.fetched = fetched
    told = client.get(f"/telepon/atur/{token}")
    assert told.status_code == 200
    assert "&lt;sip:192.0.2.7:5060;transport=udp&gt;" in told.text
    assert '<entry name="passwd" overwrite="true">secret</entry>' in told.text
    assert client.get(f"/telepon/atur/{token}").status_code == 404


def test_a_book_from_before_there_were_telephones_gets_them(office: PagesOffice) -> None:
    path = office.settings.pages_db
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection:
        SCHEMA.apply(Database(connection, execute_plugins=False), stop_before="telephones")
        connection.execute("INSERT INTO accounts (name, role, password) VALUES ('siti', 'tester', 'no hash')")
        connection.commit()
    book = AccountBook(path)
    assert book.telephones() == ()
    book.set_telephone("siti", "0" * 32)
    assert book.telephones() == (Telephone("siti", "0" * 32),)
