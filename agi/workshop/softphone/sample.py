"""The sample data: persons and applications that nobody has, in plain digits, for testers and tests.

A serial number of a NIK or a KK number counts the people of one district born on one day (or the families recorded
on it), from 0001; the sample's begin with 9, which no district reaches in a day.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from agi.books.words import ApplicationStatus, Document, KtpState, Reason, ResidentStatus


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


@dataclass(frozen=True)
class Sample:
    """All of the sample, in the files' order."""

    residents: tuple[SampleResident, ...]
    applications: tuple[SampleApplication, ...]


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


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
