"""Reading prompts/facts.toml: where what callers are told is from, and until when it may be said unchecked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from agi import tomlfile
from agi.dialogue.finding import Finding, likely
from agi.errors import HotlineError

FILE = "facts.toml"
OVERDUE = "facts.overdue"
"""What is said in place of a sentence whose fact is overdue."""
SOON = timedelta(days=30)
"""How long before its day a fact is to be checked again."""


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)


class Standing(StrEnum):
    """How far a fact may be relied on, the worst first."""

    OVERDUE = "terlambat"  # the day to check it again is over: it is not spoken
    UNCHECKED = "belum diperiksa"  # spoken, but no office has ever checked it
    SOON = "segera diperiksa"
    GOOD = "berlaku"


class FactFields(BaseModel):
    """What stands in one table of the file.

    `sentences`: the keys that tell it. `checked`: the day on which somebody of the office compared it with its source,
    None where nobody did. `again`: the last day on which it is spoken without having been checked again.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    about: Annotated[str, Field(min_length=1)]
    sentences: Annotated[tuple[str, ...], Field(min_length=1), BeforeValidator(_listed)]
    source: Annotated[str, Field(min_length=1)]
    checked: date | None = None
    again: date
    owner: Annotated[str, Field(min_length=1)]


class Fact(FactFields):
    """One fact, by its `name`, the table it stands in."""

    name: str

    def standing(self, today: date) -> Standing:
        """How far it may be relied on on the day `today` at the office."""
        if today > self.again:
            return Standing.OVERDUE
        if self.checked is None:
            return Standing.UNCHECKED
        return Standing.SOON if today > self.again - SOON else Standing.GOOD


class FactsError(HotlineError):
    """The file of facts cannot be used; the text is one finding with file and line for each line."""


@dataclass(slots=True)
class FactsFile:
    """What stands in a file of facts, as far as it could be read, and what is wrong with it."""

    path: Path
    facts: dict[str, Fact] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    lines: Mapping[str, int] = field(default_factory=dict)

    def wrong(self, code: str, name: str, message: str) -> None:
        """Keep what is wrong at the dotted `name`."""
        line = self.lines.get(name) or self.lines.get(name.partition(".")[0], 0)
        self.findings.append(Finding(code, self.path, line, message))


def read(path: Path) -> FactsFile:
    """Read `path`; a folder of prompts without one has no facts. Never raises for what stands in the file."""
    if not path.exists():
        return FactsFile(path)
    try:
        source = tomlfile.read(path)
    except tomlfile.TomlError as broken:
        return FactsFile(path, findings=[Finding("F001", path, broken.line, broken.message)])
    file = FactsFile(path, lines=source.lines)
    for name, body in source.tables.items():
        if isinstance(body, dict):
            _read(file, name, body)
        else:
            file.wrong("F002", name, f"{name!r} tidak ada di dalam tabel: tulis di bawah [nama]")
    return file


def _read(file: FactsFile, name: str, body: dict[str, object]) -> None:
    try:
        file.facts[name] = Fact.model_validate({**body, "name": name})
    except ValidationError as wrong:
        for fault in wrong.errors():
            key = str(fault["loc"][0])
            known = FactFields.model_fields.get(key)
            if known is None:
                hint = likely(key, FactFields.model_fields) or f"yang ada: {', '.join(FactFields.model_fields)}"
                file.wrong("F002", f"{name}.{key}", f"nama {key!r} di [{name}] tidak dikenal: {hint}")
            elif fault["type"] == "missing":
                file.wrong("F002", name, f"[{name}] belum memuat {key}: {tomlfile.expected(known)}")
            else:
                file.wrong("F002", f"{name}.{key}", f"{key} di [{name}] harus {tomlfile.expected(known)}")


def load(path: Path) -> tuple[Fact, ...]:
    """All facts in the file at `path`. Raises FactsError."""
    found = read(path)
    if found.findings:
        raise FactsError("\n".join(map(str, found.findings)))
    return tuple(found.facts.values())


def overdue(facts: Iterable[Fact], today: date) -> frozenset[str]:
    """The sentences that are not spoken on the day `today` at the office."""
    late = (fact for fact in facts if fact.standing(today) is Standing.OVERDUE)
    return frozenset(key for fact in late for key in fact.sentences)


def most_urgent_first(facts: Iterable[Fact], today: date) -> list[Fact]:
    """Overdue ones first, then those never checked, then by the day on which they are to be checked again."""
    order = list(Standing)
    return sorted(facts, key=lambda fact: (order.index(fact.standing(today)), fact.again, fact.name))
