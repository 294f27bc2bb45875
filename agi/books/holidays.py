"""The holidays that are shipped: data with source, date checked and date to check again, a table a year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from agi import tomlfile
from agi.settings import ROOT

SHIPPED = ROOT / "data" / "holidays" / "id.toml"


@dataclass(frozen=True, slots=True)
class Year:
    """The holidays of a year by day. `unsure`: those that wait for the government's decision, and do not count yet.

    `source`: whence they are known; `checked`: when that was looked at; `again`: when it must be looked at again.
    """

    year: int
    source: str
    checked: date
    again: date
    days: Mapping[date, str]
    unsure: Mapping[date, str]


@cache
def shipped() -> tuple[Year, ...]:
    """All years, the oldest first."""
    tables = tomlfile.read(SHIPPED).tables
    return tuple(
        Year(
            int(year), told["source"], told["checked"], told["again"],
            _days(told["days"]), _days(told.get("unsure", {})),
        )
        for year, told in sorted(tables.items())
    )  # fmt: skip


def due(today: date, years: tuple[Year, ...] | None = None) -> Year | None:
    """The calendar's first year that must be looked at again by `today`, None where all is well."""
    found = shipped() if years is None else years
    return next((year for year in found if year.again <= today and year.year >= today.year), None)


def _days(told: Mapping[str, str]) -> Mapping[date, str]:
    return {date.fromisoformat(day): name for day, name in told.items()}
