"""`calls export` writes what a spreadsheet opens rightly: a real workbook or CSV, the office's time, no formula."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from books_data import KEY, START, ended
from click.testing import CliRunner, Result

from agi.books.calls import CallBook
from agi.books.calls_table import COLUMNS
from agi.books.events import Answered, Asked, Outcome
from agi.cli import main
from agi.settings import ROOT

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)")


@pytest.fixture(autouse=True)
def four_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call a day at 01:30 at the office, the day before in UTC, with a reason that a spreadsheet would compute."""
    monkeypatch.setenv("HOTLINE_PLACES__DATA", str(tmp_path))
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(tmp_path / "var"))
    monkeypatch.setenv("HOTLINE_OFFICE__ZONE", "Asia/Jayapura")
    monkeypatch.setenv("HOTLINE_SETTINGS", str(tmp_path / "none.toml"))
    book = CallBook.open(tmp_path / "calls.db", KEY)
    for day, why in enumerate(FORMULAS):
        at = START + timedelta(days=day, hours=-13.5)
        book.begin(f"call-{day}", "", at)
        book.event(
            f"call-{day}", ended(Outcome.FAILED if day else Outcome.COMPLETED, "menu", why, at + timedelta(seconds=90))
        )
    book.close()


def calls(*words: object) -> Result:
    return CliRunner().invoke(main, ["calls", *map(str, words)])


def test_a_workbook_is_one_and_holds_the_offices_time_and_sums(tmp_path: Path) -> None:
    file = tmp_path / "boss.XLSX"
    assert "boss.XLSX: 4." in calls("export", file).output
    assert file.stat().st_mode & 0o777 == 0o600
    book = openpyxl.load_workbook(file)
    heading, *rows = book["calls"].iter_rows(values_only=True)
    oldest = dict(zip(heading, rows[-1], strict=True))
    assert (oldest["started"], oldest["lasted_s"]) == (datetime(2026, 11, 24, 1, 30), 90)
    assert "WIT" in book["calls"]["B2"].number_format
    sums = [row[:4] for row in book["sums"].iter_rows(values_only=True)]
    assert ("all", None, 4, 6) in sums
    assert [row[1:] for row in sums if row[0] == "day"] == [(f"2026-11-{day}", 1, 1.5) for day in range(24, 28)]
    assert ("outcome", "failed", 3, 4.5) in sums


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    calls("export", tmp_path / "boss.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "boss.xlsx")["calls"].iter_rows() for cell in row]
    assert {cell.value for cell in cells} >= set(FORMULAS)
    assert "f" not in {cell.data_type for cell in cells}
    rows = csv.DictReader(io.StringIO(calls("export").output))
    assert {row["why"] for row in rows} == {f"'{why}" for why in FORMULAS}


def test_csv_tells_the_offices_time_as_the_list_does(tmp_path: Path) -> None:
    row = list(csv.DictReader(io.StringIO(calls("export").output)))[-1]
    assert row["started"] == "2026-11-24 01:30:00 WIT"
    assert row["started"] in calls("list").output


def test_a_byte_order_mark_is_written_when_asked_for(tmp_path: Path) -> None:
    calls("export", "--bom", tmp_path / "a.csv")
    calls("export", tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"\xef\xbb\xbf" + (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize("command", ["list", "export"])
def test_a_span_of_dates_holds_its_last_day(command: str) -> None:
    told = calls(command, "--since", "2026-11-25", "--until", "2026-11-26").output
    assert [day for day in range(4) if f"call-{day}" in told] == [1, 2]
    assert "No call fits." in calls("report", "--until", "2026-11-23").output


def test_the_report_counts_days_of_the_office() -> None:
    lines = [line.split() for line in calls("report", "--until", "2026-11-25").output.splitlines()]
    assert ["all", "2", "3.0", "0", "0", "0"] in lines
    assert ["2026-11-24", "1", "1.5", "0", "0", "0"] in lines
    assert ["failed", "1", "1.5", "0", "0", "0"] in lines


def test_an_older_file_stays_when_the_book_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "boss.xlsx"
    file.write_bytes(b"older")
    (tmp_path / "calls.db").write_bytes(b"rubbish" * 1000)
    assert calls("export", file).exit_code == 1
    assert file.read_bytes() == b"older"


def test_the_readme_says_what_every_column_is() -> None:
    records = (ROOT / "README.md").read_text().partition("- **Records.**")[2].partition("\n- **")[0]
    assert [column for column in COLUMNS if f"`{column}`" not in records] == []


def test_a_row_tells_how_surely_its_caller_was_heard(tmp_path: Path) -> None:
    book = CallBook.open(tmp_path / "calls.db", KEY)
    book.begin("spoken", "", START + timedelta(days=9), edition=4)
    for answer in (Answered("match", "speech", confidence=0.61), Answered("match", "keys", fell_back="slow")):
        book.event("spoken", Asked(at=START, question="main", answer=answer))
    book.close()
    row = next(csv.DictReader(io.StringIO(calls("export").output)))
    assert (row["confidence"], row["fell_back"], row["channel"], row["edition"]) == ("0.61", "slow", "telephone", "4")
