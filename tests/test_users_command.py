"""`hotline users` and `hotline audit`: accounts and their trail from the terminal, and what `doctor` says of both."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from pages_office import PagesOffice, office

from agi.books.accounts import AccountBook
from agi.cli import main
from agi.cli.bringup import first_invitation
from agi.ops import doctor

__all__ = ["office"]


@pytest.fixture(autouse=True)
def here(office: PagesOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in office.environment.items():
        monkeypatch.setenv(name, value)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_an_account_is_made_listed_reset_and_disabled(office: PagesOffice) -> None:
    assert "no accounts yet" in run("users", "list").output
    link = run("users", "add", "siti", "--role", "admin").output.split()[-1]
    token = link.rpartition("/")[2]
    assert office.client().get(f"/undangan/{token}").status_code == 200
    assert "siti" in run("users", "list").output
    assert run("users", "reset", "siti").output.split()[-1] != link
    assert office.client().get(f"/undangan/{token}").status_code == 410
    run("users", "disable", "siti")
    assert "disabled" in run("users", "list").output
    assert "Rantai utuh" in run("audit", "verify").output


@pytest.mark.parametrize("name", ["", "Siti", "a", "s" * 33, "siti\n", "../x"])
def test_a_name_that_is_none_is_refused_and_told(name: str) -> None:
    done = run("users", "add", name, "--role", "tester")
    assert done.exit_code != 0
    assert "huruf kecil" in done.output


def test_an_unknown_account_is_told(office: PagesOffice) -> None:
    assert "tidak ada" in run("users", "reset", "budi").output


def test_doctor_tells_that_nobody_can_sign_in_and_that_the_audit_was_changed(office: PagesOffice) -> None:
    assert "no admin can sign in" in doctor.pages(office.settings).text
    office.session("admin")
    run("users", "add", "budi", "--role", "tester")
    assert doctor.pages(office.settings).level is doctor.Level.OK
    with closing(sqlite3.connect(office.settings.pages_db, isolation_level=None)) as rows:
        rows.execute("DROP TRIGGER audit_stays")
        rows.execute("UPDATE audit SET who = 'x'")
    assert doctor.pages(office.settings).level is doctor.Level.FAIL
    assert run("audit", "verify").exit_code == 1


def test_up_offers_a_first_account_until_an_admin_can_sign_in(office: PagesOffice) -> None:
    assert first_invitation(office.settings)
    office.session("tester")
    assert first_invitation(office.settings)  # the link was lost, and a tester can't invite: another one
    office.session("admin")
    assert first_invitation(office.settings) is None


def test_a_first_account_that_was_closed_is_not_offered_again(office: PagesOffice) -> None:
    book, token = AccountBook(office.settings.pages_db), first_invitation(office.settings)
    assert token is not None
    book.accept(token, "no hash", datetime.now(UTC))
    book.disable("admin")
    assert first_invitation(office.settings) is None
    assert "users add" in doctor.pages(office.settings).advice
