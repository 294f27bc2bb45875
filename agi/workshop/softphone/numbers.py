"""Numbers by description: `{resident ACTIVE CARD_ISSUED nik}` instead of digits, so that no scenario holds a number.

Inside the braces: `resident` or `application`, then words that narrow it down (states, a document, a reason, `with 2
applications`), then what is wanted: nik, kk (its last digits, as callers are asked for them; of an application those of
the person), number, pin; for a text's places also since, document, reason, office. `wrong` before it gives a
well-formed number that belongs to nobody there. The same person is meant by the same words throughout one call; among
several who fit, chance decides. A call that locks somebody says `spare`: it gets one of the first tenth of the sample,
whom no call without that word gets, so that its lock is not met by another.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from agi.workshop.softphone.sample import Sample, SampleApplication, SampleResident

BRACES = re.compile(r"\{([^{}]*)\}")
_WANTED = {
    "resident": ("nik", "kk"),
    "application": ("number", "pin", "nik", "kk", "since", "document", "reason", "office"),
}
SPARE = "spare"
_Row = TypeVar("_Row")
_WITH = re.compile(r"\bwith (\d) applications?\b")


class BadDescription(ValueError):
    """A description nobody can be found by; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Description:
    """A parsed description: kind of row, words that must all fit, what is wanted of it."""

    kind: str
    words: frozenset[str]
    applications: int | None
    wanted: str
    wrong: bool

    @classmethod
    def parse(cls, text: str) -> "Description":
        """Raises BadDescription."""
        counted = _WITH.search(text)
        words = _WITH.sub("", text).split()
        if not words or words[0] not in _WANTED:
            raise BadDescription(f"'{{{text}}}' must begin with 'resident' or 'application'")
        kind, wanted = words[0], words[-1]
        if wanted not in _WANTED[kind] or len(words) < 2:
            raise BadDescription(f"'{{{text}}}' must end with one of {', '.join(_WANTED[kind])}")
        wrong = "wrong" in words
        if wrong and wanted not in ("nik", "kk", "pin"):
            raise BadDescription(f"'{{{text}}}': only a nik, kk or pin can be wrong")
        narrowing = frozenset(words[1:-1]) - {"wrong"}
        return cls(kind, narrowing, int(counted[1]) if counted else None, wanted, wrong)


class Numbers:
    """The sample's numbers for one call."""

    def __init__(self, sample: Sample, chance: random.Random | None = None) -> None:
        self._sample = sample
        self._chance = chance or random.Random()
        self._chosen: dict[tuple[str, frozenset[str], int | None], SampleResident | SampleApplication] = {}

    def fill(self, text: str) -> str:
        """`text` with every description replaced by digits. Raises BadDescription."""
        return BRACES.sub(lambda found: str(self.value(found[1])), text)

    def misfits(self, text: str) -> list[str]:
        """Why descriptions in `text` can't be filled, each as a sentence; empty when all can."""
        wrong = []
        for inside in BRACES.findall(text):
            try:
                self.value(inside)
            except BadDescription as error:
                wrong.append(str(error))
        return wrong

    def value(self, text: str) -> str | date:
        """What one description stands for; phrases come as keys of prompts, dates as dates. Raises BadDescription."""
        asked = Description.parse(text)
        row = self._row(asked, text)
        if isinstance(row, SampleResident):
            value = row.nik if asked.wanted == "nik" else row.kk_digits
            return self._wrong(value) if asked.wrong else value
        match asked.wanted:
            case "nik":
                return self._wrong(row.nik) if asked.wrong else row.nik
            case "kk":
                [kk] = [one.kk_digits for one in self._sample.residents if one.nik == row.nik]
                return self._wrong(kk) if asked.wrong else kk
            case "number":
                return row.number
            case "pin":
                return self._wrong(row.pin) if asked.wrong else row.pin
            case "since":
                return row.since
            case "document":
                return f"document.{row.document.lower()}"
            case "reason":
                return f"reason.{row.reason.lower()}" if row.reason else ""
        return row.office

    def _row(self, asked: Description, text: str) -> SampleResident | SampleApplication:
        key = (asked.kind, asked.words, asked.applications)
        if key not in self._chosen:
            fitting: Sequence[SampleResident | SampleApplication] = (
                self._residents(asked) if asked.kind == "resident" else self._applications(asked)
            )
            if not fitting:
                raise BadDescription(f"nobody in data/sample fits '{{{text}}}'; look at its states and documents")
            self._chosen[key] = self._chance.choice(fitting)
        return self._chosen[key]

    def _residents(self, asked: Description) -> list[SampleResident]:
        counts: dict[str, int] = {}
        if asked.applications is not None:
            for application in self._sample.applications:
                counts[application.nik] = counts.get(application.nik, 0) + 1
        return [
            resident
            for resident in _drawn_from(self._sample.residents, asked)
            if asked.words - {SPARE} <= {resident.status.value, resident.ktp.value}
            and asked.applications in (None, counts.get(resident.nik, 0))
        ]

    def _applications(self, asked: Description) -> list[SampleApplication]:
        return [
            one
            for one in _drawn_from(self._sample.applications, asked)
            if asked.words - {SPARE} <= {one.document.value, one.status.value, one.reason.value if one.reason else ""}
        ]

    @staticmethod
    def _wrong(value: str) -> str:
        """Another number of the same form: a NIK with serial 0001, which the sample never uses, or other digits."""
        if len(value) == 16:
            return value[:12] + "0001"
        return value[:-1] + str((int(value[-1]) + 1) % 10)


def _drawn_from(rows: Sequence[_Row], asked: Description) -> Sequence[_Row]:
    """The tenth kept for calls that lock somebody, or the rest."""
    tenth = len(rows) // 10
    return rows[:tenth] if SPARE in asked.words else rows[tenth:]
