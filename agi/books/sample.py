"""The sample data: persons and applications that nobody has, in plain digits, for testers and tests.

A serial number of a NIK or a KK number counts the people of one district born on one day (or the families recorded
on it), from 0001; the sample's begin with 9, which no district reaches in a day.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TypeVar

from agi.books.draft import draft
from agi.books.errors import BookError
from agi.books.importing import Report, load_table
from agi.books.words import ApplicationStatus, Document, KtpState, Reason, ResidentStatus, Source

_T = TypeVar("_T")

ORDER = ("offices", "residents", "applications")
"""The tables in the order in which they can be imported: applications name offices."""


@dataclass(frozen=True, slots=True)
class SampleResident:
    """A made-up person: `nik` and `kk` have 16 digits; `kk_digits` is what a caller types after the NIK."""

    nik: str
    kk: str
    kk_digits: str
    status: ResidentStatus
    ktp: KtpState


@dataclass(frozen=True, slots=True)
class SampleApplication:
    """A made-up application: `number` has 12 digits, `pin` 6; `nik` is a resident's of the sample."""

    number: str
    pin: str
    nik: str
    document: Document
    status: ApplicationStatus
    since: date
    reason: Reason | None
    office: str


class NoneLikeThis(BookError):
    """The sample has nothing (or not enough) of what was asked for."""


@dataclass(frozen=True)
class Sample:
    """All of the sample, in the files' order."""

    residents: tuple[SampleResident, ...]
    applications: tuple[SampleApplication, ...]

    def resident(
        self, status: ResidentStatus | None = None, ktp: KtpState | None = None, nth: int = 0
    ) -> SampleResident:
        """The `nth` (from 0) resident with this status and KTP-el state. Raises NoneLikeThis."""
        return _nth(
            (r for r in self.residents if status in (None, r.status) and ktp in (None, r.ktp)),
            nth,
            f"resident {status} {ktp}",
        )

    def application(
        self,
        document: Document | None = None,
        status: ApplicationStatus | None = None,
        reason: Reason | None = None,
        nth: int = 0,
    ) -> SampleApplication:
        """The `nth` (from 0) application for this document with this status and reason. Raises NoneLikeThis."""
        return _nth(
            (
                a
                for a in self.applications
                if document in (None, a.document) and status in (None, a.status) and reason in (None, a.reason)
            ),
            nth,
            f"application {document} {status} {reason}",
        )

    def applications_of(self, resident: SampleResident) -> tuple[SampleApplication, ...]:
        """The applications of this resident, newest first, as the registry gives them."""
        own = [a for a in self.applications if a.nik == resident.nik]
        return tuple(sorted(own, key=lambda a: (-a.since.toordinal(), a.number)))

    def resident_with(self, applications: int, nth: int = 0) -> SampleResident:
        """The `nth` (from 0) ACTIVE resident who has exactly so many applications. Raises NoneLikeThis."""
        return _nth(
            (
                r
                for r in self.residents
                if r.status is ResidentStatus.ACTIVE and len(self.applications_of(r)) == applications
            ),
            nth,
            f"resident with {applications} applications",
        )


def load(folder: Path, kk_digits: int) -> Sample:
    """The sample in `folder` (data/sample), where callers type the last `kk_digits` of the KK number.

    Raises OSError, and ValueError if the files are not the sample's.
    """
    return Sample(
        residents=tuple(
            SampleResident(
                row["nik"], row["kk"], row["kk"][-kk_digits:], ResidentStatus(row["status"]), KtpState(row["ktp"])
            )
            for row in _rows(folder / "residents.csv")
        ),
        applications=tuple(
            SampleApplication(
                number=row["number"],
                pin=row["pin"],
                nik=row["nik"],
                document=Document(row["document"]),
                status=ApplicationStatus(row["status"]),
                since=date.fromisoformat(row["since"]),
                reason=Reason(row["reason"]) if row["reason"] else None,
                office=row["office"],
            )
            for row in _rows(folder / "applications.csv")
        ),
    )


def install(registry: Path, key: bytes, kk_digits: int, folder: Path) -> tuple[Report, ...]:
    """Build the registry at `registry` anew from the sample in `folder`, whatever it held before.

    Raises what `importing.import_csv` raises.
    """
    with draft(registry, key, fresh=True) as connection:
        return tuple(
            load_table(connection, key, kk_digits, table, folder / f"{table}.csv", Source.SAMPLE, replace=True)
            for table in ORDER
        )


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _nth(found: Iterable[_T], nth: int, what: str) -> _T:
    for one in islice(found, nth, None):
        return one
    raise NoneLikeThis(f"the sample has no {what} (number {nth + 1})")
