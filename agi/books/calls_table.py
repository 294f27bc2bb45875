"""Calls as a table for others: CSV or a sheet of Excel, times of the office, and their sums."""

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, TextIO
from zoneinfo import ZoneInfo

from agi.books.contacts import Contact
from agi.books.course import Course, Turns
from agi.privacy import private_file, visible

Record = tuple[Contact, Course]
Cell = str | int | float | datetime | None

MOST_ROWS = 1_048_575  # of a sheet, below its heading (Excel's specifications and limits)
COLUMNS = (
    "id", "started", "ended", "lasted_s", "caller", "outcome", "where", "why", "afterwards", "about",
    "first_failure", "last_question", "tries", "questions", "no_inputs", "no_matches", "confidence", "fell_back",
    "channel", "edition",
)  # fmt: skip
_SUM_COLUMNS = ("per", "of", "calls", "minutes", "questions", "no_inputs", "no_matches")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def when(at: datetime, zone: ZoneInfo) -> str:
    """A moment at the office: 2026-11-24 13:55:02 WIB."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")


@dataclass(slots=True)
class Sum:
    """The calls of one day, outcome, first failure or question, their minutes (None for a question) and turns."""

    per: str
    of: str
    calls: int = 0
    minutes: float | None = None
    turns: Turns = field(default_factory=Turns)

    def cells(self) -> tuple[Cell, ...]:
        """What stands in the columns."""
        minutes = None if self.minutes is None else round(self.minutes, 1)
        return (self.per, self.of, self.calls, minutes, self.turns.asked, self.turns.no_inputs, self.turns.no_matches)


def sums(told: Iterable[Record], zone: ZoneInfo) -> list[Sum]:
    """All calls together, then per day of the office, outcome, first failure, and per question asked.

    Those that tried a draft are no caller's.
    """
    found: dict[tuple[str, str], Sum] = {}

    def count(per: str, of: str, turns: Turns, minutes: float | None) -> None:
        one = found.setdefault((per, of), Sum(per, of))
        one.calls += 1
        one.turns.add(turns)
        if minutes is not None:
            one.minutes = (one.minutes or 0) + minutes

    for call, course in told:
        if call.tries_draft:
            continue
        minutes = (call.lasted_s or 0) / 60
        count("all", "", course.turns, minutes)
        count("day", f"{call.started.astimezone(zone):%Y-%m-%d}", course.turns, minutes)
        count("outcome", call.outcome or "going on", course.turns, minutes)
        if course.failed:
            count("first failure", course.failed, course.turns, minutes)
        for question, turns in course.questions.items():
            count("question", question, turns, None)
    order = ("all", "day", "outcome", "first failure", "question")
    return sorted(found.values(), key=lambda one: (order.index(one.per), one.of))


def report_lines(found: list[Sum]) -> Iterator[str]:
    """The sums as a table for the terminal."""
    per = ""
    yield f"{'':<28}{'calls':>8}{'minutes':>10}{'questions':>11}{'no input':>10}{'no match':>10}"
    for one in found:
        if one.per not in ("all", per):
            yield f"per {one.per}"
        per = one.per
        minutes = "" if one.minutes is None else f"{one.minutes:.1f}"
        turns = one.turns
        yield (
            f"{f'  {one.of}' if one.of else 'all':<28}{one.calls:>8}{minutes:>10}"
            f"{turns.asked:>11}{turns.no_inputs:>10}{turns.no_matches:>10}"
        )


@contextmanager
def csv_output(file: Path | None) -> Iterator[TextIO]:
    """Where a table goes as CSV: `file`, which only its owner may read, or the terminal without one."""
    if file is None:
        yield sys.stdout
        return
    with private_file(file) as raw:
        out = io.TextIOWrapper(raw, encoding="utf-8", newline="")
        yield out
        out.detach()


def named_cells(call: Contact, course: Course) -> dict[str, Cell]:
    """What stands in the columns of one call, by their names."""
    return dict(zip(COLUMNS, _cells(call, course), strict=True))


def write_csv(out: TextIO, told: Iterable[Record], zone: ZoneInfo) -> None:
    """The calls as CSV. What a spreadsheet would compute stands behind an apostrophe."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in told:
        writer.writerow([_plain(cell, zone) for cell in _cells(*one)])


def write_xlsx(out: IO[bytes], told: list[Record], zone: ZoneInfo) -> None:
    """The calls as a workbook: sheet "calls", and sheet "sums"."""
    from openpyxl import Workbook  # it takes a quarter of a second that the other commands need not wait
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)

    def fill(title: str, heading: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> None:
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        sheet.append(heading)
        for row in rows:
            cells = []
            for value in row:
                if isinstance(value, datetime):
                    local = value.astimezone(zone)
                    cell = WriteOnlyCell(sheet, local.replace(tzinfo=None, microsecond=0))
                    cell.number_format = f'yyyy-mm-dd hh:mm:ss "{local:%Z}"'
                elif isinstance(value, str):
                    cell = WriteOnlyCell(sheet, visible(value))
                    cell.data_type = "s"  # text also when it begins with "="
                else:
                    cell = WriteOnlyCell(sheet, value)
                cells.append(cell)
            sheet.append(cells)

    fill("calls", COLUMNS, (_cells(*one) for one in told))
    fill("sums", _SUM_COLUMNS, (one.cells() for one in sums(told, zone)))
    book.save(out)


def _cells(call: Contact, course: Course) -> tuple[Cell, ...]:
    turns = course.turns
    return (
        call.id, call.started, call.ended, call.lasted_s, call.sender, call.outcome, call.where, call.why,
        call.afterwards, call.about, course.first_failure, course.last_question, course.tries,
        turns.asked, turns.no_inputs, turns.no_matches, course.confidence, course.fell_back, call.channel,
        call.edition,
    )  # fmt: skip


def _plain(cell: Cell, zone: ZoneInfo) -> Cell:
    if isinstance(cell, datetime):
        return when(cell, zone)
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
