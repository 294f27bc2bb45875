"""When agents are on duty, as the office has set it: a small file that a page and a command write.

Without the file nothing is set: then agents are asked at any time, and the queue tells whether one is there.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path

from agi import tomlfile
from agi.books.errors import BookError
from agi.privacy import private_file

WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
CLOSED, ALL_DAY, USUAL = "tutup", "24 jam", "seperti biasa"
MINUTES = 24 * 60
_SPAN = re.compile(r"([01]?\d|2[0-4])[:.]([0-5]\d)\s*(?:-|–|sampai)\s*([01]?\d|2[0-4])[:.]([0-5]\d)")
_NAME = re.compile(r"[^\x00-\x1f\x7f\"\\]{1,80}")
_MOST_SPANS = 6
_HEAD = """# Jam petugas: diubah di halaman Jam petugas, atau dengan `hotline hours`.
# "08:00-12:00, 13:00-16:00"; "tutup"; "24 jam"; untuk hari khusus juga "seperti biasa".
"""


class HoursError(BookError):
    """Hours or a day cannot be taken, or the file cannot be used; one sentence, in Indonesian, that says what to do."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From minute `begin` of a day to before minute `end` of the same day (at most 24:00)."""

    begin: int
    end: int

    def __str__(self) -> str:
        return "-".join(f"{at // 60:02d}:{at % 60:02d}" for at in (self.begin, self.end))


Spans = tuple[Span, ...]
"""The hours of one day, in order, not touching; none: nobody is on duty."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day unlike its weekday, or a holiday that is none here. `hours`: None is as on that weekday."""

    name: str
    hours: Spans | None = ()


@dataclass(frozen=True, slots=True)
class OwnHours:
    """The hours of Monday to Sunday, and the days that the office has set itself."""

    week: tuple[Spans, ...] = ((),) * 7
    days: Mapping[date, SpecialDay] = field(default_factory=dict)

    def with_weekday(self, weekday: int, hours: Spans) -> "OwnHours":
        """The same, with `hours` on a weekday (0: Monday)."""
        return replace(self, week=(*self.week[:weekday], hours, *self.week[weekday + 1 :]))

    def with_day(self, day: date, special: SpecialDay | None) -> "OwnHours":
        """The same, with `day` as it is told; None: as the calendar has it."""
        others = {one: told for one, told in self.days.items() if one != day}
        return replace(self, days={**others, day: special} if special else others)


def spans(text: str) -> Spans:
    """The hours in `text`: "08:00-12:00, 13.00-16.00", "24 jam", "tutup". Raises HoursError."""
    told = text.strip().lower()
    if told == CLOSED:
        return ()
    if told == ALL_DAY:
        return (Span(0, MINUTES),)
    found = []
    for part in told.split(","):
        read = _SPAN.fullmatch(part.strip())
        if not read:
            raise HoursError(
                f'"{text[:40]}" bukan jam: tulis misalnya 08:00-12:00, 13:00-16:00, atau 24 jam, atau tutup.'
            )
        begin, end = (int(read[nth]) * 60 + int(read[nth + 1]) for nth in (1, 3))
        if not begin < end <= MINUTES:
            raise HoursError(f"{part.strip()}: akhirnya harus sesudah awalnya, dan paling lambat 24:00.")
        found.append(Span(begin, end))
    found.sort()
    if len(found) > _MOST_SPANS or any(one.end > after.begin for one, after in pairwise(found)):
        raise HoursError(f'"{text[:40]}": jamnya tumpang tindih, atau lebih dari {_MOST_SPANS} bagian.')
    return _joined(found)


def _joined(found: list[Span]) -> Spans:
    """Those that touch as one."""
    joined: list[Span] = []
    for one in found:
        if joined and joined[-1].end == one.begin:
            joined[-1] = Span(joined[-1].begin, one.end)
        else:
            joined.append(one)
    return tuple(joined)


def written(hours: Spans | None) -> str:
    """`hours` as `spans` reads them; None as a special day has it."""
    if hours is None:
        return USUAL
    if hours == (Span(0, MINUTES),):
        return ALL_DAY
    return ", ".join(map(str, hours)) or CLOSED


def special(name: str, hours: str) -> SpecialDay:
    """A special day as a person tells it. Raises HoursError."""
    if not _NAME.fullmatch(name.strip()):
        raise HoursError("Nama hari: 1 sampai 80 huruf, tanpa tanda kutip.")
    return SpecialDay(name.strip(), None if hours.strip().lower() == USUAL else spans(hours))


class HoursBook:
    """The file at `path`. Any process may read it while another writes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> OwnHours | None:
        """What is set; None where nothing is. Raises HoursError."""
        if not self._path.exists():
            return None
        try:
            tables = tomlfile.read(self._path).tables
            week = tuple(spans(tables["week"][name]) for name in WEEKDAYS)
            days = {
                date.fromisoformat(day): special(told["name"], told["hours"])
                for day, told in tables.get("days", {}).items()
            }
        except HoursError as wrong:
            raise HoursError(f"{self._path}: {wrong}") from wrong
        except (tomlfile.TomlError, KeyError, TypeError, ValueError, AttributeError) as wrong:
            raise HoursError(f"{self._path} tidak bisa dibaca: hapus berkas ini, lalu tentukan lagi jamnya.") from wrong
        return OwnHours(week, days)

    def write(self, hours: OwnHours) -> None:
        """Let it be so from now on. Raises OSError."""
        lines = [_HEAD, "[week]"]
        lines += [f'{name} = "{written(told)}"' for name, told in zip(WEEKDAYS, hours.week, strict=True)]
        for day, told in sorted(hours.days.items()):
            name = json.dumps(told.name, ensure_ascii=False)
            lines += [f"\n[days.{day}]", f"name = {name}", f'hours = "{written(told.hours)}"']
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with private_file(self._path) as out:
            out.write(("\n".join(lines) + "\n").encode())

    def clear(self) -> None:
        """Nothing is set any more."""
        self._path.unlink(missing_ok=True)
