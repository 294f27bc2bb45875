"""Call records on the disk: what the line hands over is there for readers, whoever is killed."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from books_data import KEY, START, asked, nik

from agi.books.calls import CallBook
from agi.books.reader import CallReader


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.db"


@pytest.fixture
def book(path: Path) -> Iterator[CallBook]:
    book = CallBook.open(path, KEY)
    yield book
    book.close()


def test_no_number_is_in_the_files(book: CallBook) -> None:
    book.begin("1", "081234567890", START)
    book.about("1", nik(1))
    book.close()
    content = b"".join(file.read_bytes() for file in book.path.parent.iterdir())
    assert nik(1).encode() not in content
    assert b"081234567890" not in content


def test_a_book_that_is_not_there_reads_as_empty(tmp_path: Path) -> None:
    with CallReader(tmp_path / "none.db") as reader:
        assert reader.calls() == reader.open_calls() == reader.events("1") == ()


def test_old_calls_are_deleted_with_their_events(book: CallBook) -> None:
    for place in range(3):
        book.begin(str(place), "", START + timedelta(days=place))
        book.event(str(place), asked())
    assert book.purge(START + timedelta(days=2)) == 2
    with CallReader(book.path) as reader:
        assert [call.id for call in reader.calls()] == ["2"]
        assert reader.events("1") == ()
        assert len(reader.events("2")) == 1


def test_twenty_thousand_events_at_once_are_written(book: CallBook) -> None:
    for _ in range(20_000):
        book.event("1", asked())
    assert book.flush(30)
    assert book.writer.dropped == 0


def test_closing_writes_what_is_left(path: Path) -> None:
    book = CallBook.open(path, KEY)
    for place in range(5000):
        book.begin(str(place), "", START)
    book.close()
    with CallReader(path) as reader:
        assert len(reader.calls(-1)) == 5000
    book.begin("late", "", START)  # neither raises nor is written
    assert book.writer.dropped == 1


_WRITE_FOR_EVER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from agi.books.calls import CallBook
from agi.books.events import Noted, NoteKind
book = CallBook.open(Path(sys.argv[1]), bytes(32))
book.begin("killed", "", datetime.now(UTC))
book.flush(60)
print("begun", flush=True)
while True:
    book.event("killed", Noted(at=datetime.now(UTC), kind=NoteKind.LOCKOUT))
    book.flush(60)
"""


def test_a_killed_line_leaves_its_open_call_readable(path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", _WRITE_FOR_EVER, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"begun\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    book = CallBook.open(path, KEY)
    assert [call.id for call in book.open_calls()] == ["killed"]
    book.close()
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _write_many(path: Path, name: str) -> None:
    book = CallBook.open(path, KEY)
    for place in range(400):
        book.begin(f"{name}{place}", "", START)
        book.event(f"{name}{place}", asked())
        book.flush(60)
    book.close()


def test_several_processes_write_one_after_another(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(path, name)) for name in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    with CallReader(path) as reader:
        assert len(reader.calls(-1)) == 1200
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_reader_that_closes_last_does_not_checkpoint(path: Path) -> None:
    book = CallBook.open(path, KEY)
    book.begin("1", "", START)
    assert book.flush(60)
    reader = CallReader(path)
    assert reader.calls()
    book.close()  # not the last: the reader still has the file open
    before = path.with_name("calls.db-wal").stat().st_size
    assert before > 0
    reader.close()
    assert path.with_name("calls.db-wal").stat().st_size == before
