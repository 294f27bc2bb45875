"""Damage to the book of calls is noticed by `doctor`, and what is recorded meanwhile is kept."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from books_data import KEY, START, registry_of

from agi.books.calls import CallBook
from agi.books.calls_schema import fault
from agi.books.errors import BookError
from agi.books.reader import CallReader
from agi.ops import doctor
from agi.ops.doctor import Level
from agi.settings import Settings


@pytest.fixture
def book(tmp_path: Path) -> Iterator[CallBook]:
    made = CallBook.open(tmp_path / "calls.db", KEY)
    made.begin("1.1", "", START)
    assert made.flush(60)
    yield made
    made.close()


def another_schema(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE calls (id, caller)")
        made.execute("CREATE TABLE events (seq)")


def another_database(path: Path) -> None:
    other = path.parent / "other"
    other.mkdir()
    shutil.move(registry_of(other, 1), path)


def link_to_a_full_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/full")


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def no_database(path: Path) -> None:
    path.write_bytes(b"nonsense" * 1000)


DAMAGES = (another_schema, another_database, link_to_a_full_device, emptied, no_database)


@pytest.mark.parametrize("damage", DAMAGES)
def test_doctor_fails_with_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    monkeypatch.setenv("HOTLINE_PLACES__DATA", str(tmp_path))
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(tmp_path / "var"))
    path = tmp_path / "calls.db"
    CallBook.open(path, KEY).close()
    assert fault(path) is None
    damage(path)
    (found,) = [one for one in doctor.examine(Settings()) if one.about == "call records"]
    assert found.level is Level.FAIL
    assert found.advice


@pytest.mark.parametrize("damage", [another_schema, another_database])
def test_a_reader_does_not_take_another_database_for_an_empty_book(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = tmp_path / "calls.db"
    CallBook.open(path, KEY).close()
    damage(path)
    with CallReader(path) as reader, pytest.raises(BookError, match="lacks"):
        reader.calls()


@pytest.mark.parametrize("damage", [another_schema, another_database, no_database])
def test_the_writer_sets_aside_what_is_not_its_book_and_goes_on(book: CallBook, damage: Callable[[Path], None]) -> None:
    damage(book.path)
    book.begin("1.2", "", START)
    assert wait(book)
    assert fault(book.path) is None
    assert "1.2" in ids(book.path)
    aside = list(book.path.parent.glob("calls.db.damaged-*"))
    assert bool(aside) is (damage is not no_database)  # of which the WAL had all


def test_records_wait_while_nothing_can_be_written(book: CallBook) -> None:
    kept = book.path.with_name("kept")
    shutil.move(book.path, kept)
    book.path.symlink_to("/dev/full")
    book.begin("1.2", "", START)
    assert not book.flush(0.5)
    assert fault(book.path) == "it is no file"
    book.path.unlink()
    shutil.move(kept, book.path)
    assert wait(book)
    assert "1.2" in ids(book.path)


def test_a_removed_wal_costs_no_record_of_what_comes_after(book: CallBook) -> None:
    book.path.with_name("calls.db-wal").unlink()
    book.begin("1.2", "", START)
    assert wait(book)
    assert "1.2" in ids(book.path)


def test_an_emptied_book_is_begun_anew(book: CallBook) -> None:
    emptied(book.path)
    book.path.with_name("calls.db-wal").unlink()
    book.begin("1.2", "", START)
    assert wait(book)
    assert "1.2" in ids(book.path)
    assert fault(book.path) is None


def wait(book: CallBook) -> bool:
    """Whether all that was handed over reaches the disk; what stands in the way is tried again meanwhile."""
    return any(book.flush(10) for _ in range(3))


def ids(path: Path) -> set[str]:
    with CallReader(path) as reader:
        return {call.id for call in reader.calls(-1)}
