"""An Asterisk with the telephones of the pages: it starts clean, and one's own telephone signs in by its password."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from line_exchange import Exchange, until
from raw_telephone import signs_in

from agi.books.accounts import AccountBook, Role
from agi.ops import telephones
from agi.workshop.softphone.phone import Account


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with closing(Exchange(tmp_path_factory.mktemp("own"), HOTLINE_PAGES__ENABLED="true")) as made:
        made.start(confined=True)
        yield made


def given(exchange: Exchange, name: str, password: str) -> Account:
    """`name` has been given a telephone, and Asterisk has been told."""
    book, now = AccountBook(exchange.settings.pages_db), datetime.now(UTC)
    book.accept(book.invite(name, Role.TESTER, now), "no hash", now)
    book.set_telephone(name, telephones.digest(name, password))
    told(exchange)
    return Account("127.0.0.1", exchange.settings.telephony.sip_port, f"hp-{name}", password)


def told(exchange: Exchange) -> None:
    assert telephones.write(exchange.settings)
    exchange.ask(telephones.RELOAD)


def test_asterisk_starts_without_a_warning_or_an_error(exchange: Exchange) -> None:
    assert [line for line in exchange.log() if "[C-" not in line] == []


def test_it_signs_in_with_its_password_and_no_other(exchange: Exchange) -> None:
    held = given(exchange, "siti", "abcdefgh234567")
    until("it signs in", lambda: signs_in(held))
    assert not signs_in(Account(held.host, held.port, held.user, "abcdefgh234568"))
    shown = exchange.ask("pjsip show endpoint hp-siti")
    assert "from-testers" in shown


def test_it_does_not_once_the_account_is_closed(exchange: Exchange) -> None:
    held = given(exchange, "budi", "abcdefgh234567")
    until("it signs in", lambda: signs_in(held))
    AccountBook(exchange.settings.pages_db).disable("budi")
    told(exchange)
    until("it is unknown", lambda: not signs_in(held))
