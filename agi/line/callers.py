"""Who calls: one number in one form, and the account it came from."""

import re

import phonenumbers

_CODE = "+62"
_ACCOUNT = re.compile(r"PJSIP/(tester[0-9]+|[0-9]+)-[0-9a-f]{8}")


def e164(given: str) -> str:
    """The caller's number as operators everywhere write it ("+62811234567"); "" where it is withheld or unreadable.

    Exchanges hand the same number on as 0811…, 811…, 62811… and 00811…: without a plus, a number is taken for an
    Indonesian one where it can be one.
    """
    digits = given.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        return ""
    bare = digits.lstrip("0")
    if given != digits:
        forms = [given]
    elif digits[:1] == "0" and digits[1:2] != "0":
        forms = [_CODE + bare]
    else:
        forms = [f"+{bare}", _CODE + bare] if bare.startswith(_CODE[1:]) else [_CODE + bare, f"+{bare}"]
    possible = [one for one in map(_parsed, forms) if one and phonenumbers.is_possible_number(one)]
    best = next((one for one in possible if phonenumbers.is_valid_number(one)), possible[0] if possible else None)
    return phonenumbers.format_number(best, phonenumbers.PhoneNumberFormat.E164) if best else ""


def account(channel: str) -> str:
    """The account of a channel ("PJSIP/tester1-0000002a"): a tester's or an agent's, else "" (an operator's)."""
    named = _ACCOUNT.fullmatch(channel)
    return named[1] if named else ""


def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, "ID")
    except phonenumbers.NumberParseException:
        return None
