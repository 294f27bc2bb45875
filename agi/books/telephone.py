"""A telephone number in one form, however an exchange or a person writes it."""

import phonenumbers

_CODE = "+62"


def e164(given: str) -> str:
    """The number as operators everywhere write it ("+62811234567"); "" where it is withheld or unreadable.

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


def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, "ID")
    except phonenumbers.NumberParseException:
        return None
