"""Whom the hotline may call: ordinary Indonesian telephones, and nobody who costs more than a call."""

import phonenumbers
from phonenumbers import PhoneNumberType

_REGION, _CODE = "ID", 62
_ORDINARY = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
"""Not premium (0809), shared cost, toll-free, personal or satellite numbers, short codes and other hotlines."""


def may_be_called(given: str) -> str:
    """The number as operators everywhere write it ("+62811234567"); "" where we don't call it."""
    try:
        number = phonenumbers.parse(given, _REGION)
    except phonenumbers.NumberParseException:
        return ""
    ordinary = phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in _ORDINARY
    if number.country_code != _CODE or not ordinary:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def as_dialled(number: str) -> str:
    """ "+62811234567" as it is dialled in the country: "0811234567"."""
    return f"0{number.removeprefix(f'+{_CODE}')}"
