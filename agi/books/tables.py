"""The three tables as they come in CSV files: their columns, and what makes a row good."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from agi.books.errors import BookError
from agi.books.numbers import NikFault, nik_fault, registration_valid
from agi.books.registry_schema import kk_hash, pin_hash
from agi.books.words import REASONS, ApplicationStatus, Document, KtpState, ResidentStatus

_KK = re.compile(r"[0-9]{16}")
_PIN = re.compile(r"[0-9]{6}")
_REGION = re.compile(r"[0-9]{4}(?:[0-9]{2})?")
_OFFICE = re.compile(r"[A-Za-z0-9-]{1,16}")
_RESIDENT_STATUSES, _KTP_STATES = frozenset(ResidentStatus), frozenset(KtpState)
_DOCUMENTS, _APPLICATION_STATUSES = frozenset(Document), frozenset(ApplicationStatus)
_NIK_FAULTS = {
    NikFault.FORMAT: "nik is not 16 digits (a spreadsheet may have turned it into a number)",
    NikFault.PROVINCE: "nik begins with no known province",
    NikFault.REGION: "nik has a regency or district 00",
    NikFault.BIRTH_DATE: "nik has no possible date of birth",
    NikFault.SERIAL: "nik ends in 0000",
}
Row = tuple[str | bytes, ...]


class RowError(BookError):
    """The row can't be taken; the message names the column and the rule, never the value."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """What no true column shows: the last `digits` of field number `field` are the same in every row of many."""

    field: int
    digits: int
    why: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a row is checked by besides its own fields: the key of the hashes, how many of the last digits of the KK
    number are hashed, and the codes of all offices."""

    key: bytes
    kk_digits: int
    offices: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Layout:
    """One table: columns in the CSV file, columns in the database (the key first), and the check of a row.

    `check` turns the fields (required + optional) into a row of `columns`, or raises RowError.
    """

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    columns: tuple[str, ...]
    check: Callable[[list[str], Surroundings], Row]
    exported: tuple[str, ...]
    impossible: Impossible | None = None


def _resident(fields: list[str], around: Surroundings) -> Row:
    nik, kk, status, ktp, region, _name = fields
    fault = nik_fault(nik)
    if fault is not None:
        raise RowError(_NIK_FAULTS[fault])
    if not _KK.fullmatch(kk):
        raise RowError("kk is not 16 digits")
    if status not in _RESIDENT_STATUSES:
        raise RowError("status is not a status of residents")
    if ktp not in _KTP_STATES:
        raise RowError("ktp is not a state of the KTP-el")
    if region and not _REGION.fullmatch(region):
        raise RowError("region is not a code of 4 or 6 digits")
    return nik, kk_hash(around.key, nik, kk[-around.kk_digits :]), status, ktp, region or nik[:6]


def _application(fields: list[str], around: Surroundings) -> Row:
    number, pin, nik, document, status, since, reason, office = fields
    if not registration_valid(number):
        raise RowError("number is not 12 digits with a right check digit")
    if not _PIN.fullmatch(pin):
        raise RowError("pin is not 6 digits")
    fault = nik_fault(nik)
    if fault is not None:
        raise RowError(_NIK_FAULTS[fault])
    if document not in _DOCUMENTS:
        raise RowError("document is not one of the six")
    if status not in _APPLICATION_STATUSES:
        raise RowError("status is not a status of applications")
    if not _is_date(since):
        raise RowError("since is not a date (YYYY-MM-DD)")
    reasons: Iterable[str] = REASONS.get(ApplicationStatus(status), ("",))
    if reason not in reasons:
        raise RowError("reason does not fit the status" if reason else "reason is missing for this status")
    if office not in around.offices and (office or status == ApplicationStatus.SIAP_DIAMBIL):
        raise RowError("office is not known: import the offices first" if office else "office is missing")
    return number, pin_hash(around.key, number, pin), nik, document, status, since, reason, office


def _office(fields: list[str], _around: Surroundings) -> Row:
    code, name, hours, usual_time = fields
    if not _OFFICE.fullmatch(code):
        raise RowError("code is not 1 to 16 letters, digits or hyphens")
    if not (0 < len(name) <= 100 and name.isprintable()):
        raise RowError("name is not 1 to 100 printable characters")
    for column, text in (("hours", hours), ("usual_time", usual_time)):
        if not (len(text) <= 200 and (text.isprintable() or not text)):
            raise RowError(f"{column} is not up to 200 printable characters")
    return code, name, hours, usual_time


@lru_cache(maxsize=20_000)
def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and date.fromisoformat(text) is not None
    except ValueError:
        return False


LAYOUTS = {
    layout.name: layout
    for layout in (
        Layout(
            name="residents",
            required=("nik", "kk", "status", "ktp"),
            optional=("region", "name"),  # a name may stand in the file; it is never stored
            columns=("nik", "kk_hash", "status", "ktp", "region"),
            check=_resident,
            exported=("nik", "status", "ktp", "region"),
            impossible=Impossible(
                1,
                1,
                "kk ends in the same digit in every row: a spreadsheet has kept only 15 digits of it. "
                "Format the column as text before the numbers are put in, and save it again",
            ),
        ),
        Layout(
            name="applications",
            required=("number", "pin", "nik", "document", "status", "since"),
            optional=("reason", "office"),
            columns=("number", "pin_hash", "nik", "document", "status", "since", "reason", "office"),
            check=_application,
            exported=("number", "nik", "document", "status", "since", "reason", "office"),
            impossible=Impossible(1, 6, "pin is the same in every row"),
        ),
        Layout(
            name="offices",
            required=("code", "name"),
            optional=("hours", "usual_time"),
            columns=("code", "name", "hours", "usual_time"),
            check=_office,
            exported=("code", "name", "hours", "usual_time"),
        ),
    )
}
"""The tables by name. `exported` leaves KK numbers and PINs out: only keyed hashes are kept of them."""
