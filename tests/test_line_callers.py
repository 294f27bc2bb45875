"""One caller is one number, however an exchange writes it, and an account is known by its channel."""

import pytest

from agi.books.telephone import e164
from agi.line.callers import account

MOBILE = ("0811234567", "811234567", "62811234567", "+62811234567", "0062811234567", "00811234567")


@pytest.mark.parametrize("given", MOBILE)
def test_one_mobile_number_is_one_caller(given: str) -> None:
    assert e164(given) == "+62811234567"


def test_a_landline_keeps_its_area_code() -> None:
    assert {e164(given) for given in ("02123456789", "622123456789", "+622123456789")} == {"+622123456789"}
    assert e164("0622234567") == "+62622234567"  # Pematangsiantar: 0622 is no country code


def test_a_number_from_abroad_is_its_own() -> None:
    assert e164("+6591234567") == "+6591234567"


@pytest.mark.parametrize(
    "given", ["", "unknown", "anonymous", "7001", "100", "0", "+", "+62", "١٢٣٤٥٦٧٨٩", "1" * 21, "9" * 20]
)
def test_what_is_no_number_is_nobody_s(given: str) -> None:
    assert e164(given) == ""


def test_an_account_is_told_by_its_channel() -> None:
    assert account("PJSIP/tester1-0000002a") == "tester1"
    assert account("PJSIP/7001-0000002a") == "7001"
    assert account("PJSIP/operator-0000002a") == ""
    assert account("Local/1500537@from-testers-00000000;2") == ""
