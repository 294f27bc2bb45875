"""Trouble with the disk never reaches a call: it is retried, counted, logged, and mended where it can be."""

import fcntl
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from books_data import KEY, START, asked, ended
from structlog.testing import capture_logs

from agi.books import calls_schema
from agi.books import writer as writing
from agi.books.calls import CallBook
from agi.books.events import Outcome
from agi.books.reader import CallReader


def wait_for(what: Callable[[], object], limit_s: float = 10) -> None:
    until = time.monotonic() + limit_s
    while not what():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.005)


def ids(path: Path) -> set[str]:
    with CallReader(path) as reader:
        return {call.id for call in reader.calls(-1)}


def test_a_locked_database_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_LOCK_WAIT_S", 0.1)
    path = tmp_path / "calls.db"
    book = CallBook.open(path, KEY)
    with (tmp_path / "calls.db.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        book.begin("1", "", START)
        wait_for(lambda: book.writer.trouble)
        book.begin("2", "", START)
    wait_for(lambda: ids(path) == {"1", "2"})
    wait_for(lambda: not book.writer.trouble)
    book.close()


def test_a_full_disk_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "calls.db"
    book = CallBook.open(path, KEY)
    connection = book.writer._connection
    assert connection is not None
    book.writer.run(lambda c: c.execute("SELECT 1"), 5)
    connection.execute("PRAGMA max_page_count=1").fetchall()  # SQLite then says SQLITE_FULL, as for a full disk
    for place in range(500):
        book.begin(str(place), "x" * 200, START)
    wait_for(lambda: "full" in book.writer.trouble)
    book.begin("whole", "", START)
    book.event("whole", asked())
    book.event("whole", ended(Outcome.COMPLETED, "menu", "", START))
    connection.execute("PRAGMA max_page_count=1000000").fetchall()
    wait_for(lambda: len(ids(path)) == 501)
    assert book.flush(60)
    with CallReader(path) as reader:
        assert reader.call("whole").outcome is Outcome.COMPLETED
        assert reader.events("whole")[0] == asked()
    assert book.writer.dropped == 0
    book.close()


def test_a_file_that_is_no_database_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    path.write_bytes(b"this was a database once" * 200)
    book = CallBook.open(path, KEY)
    book.begin("1", "", START)
    wait_for(lambda: ids(path) == {"1"})
    book.close()
    assert (tmp_path / "calls.db.damaged-1").read_bytes().startswith(b"this was")


def test_a_file_that_is_damaged_meanwhile_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    CallBook.open(path, KEY).close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    book = CallBook.open(path, KEY)
    for place in range(10):
        book.begin(str(place), "", START)
        book.event(str(place), asked())
    wait_for(lambda: len(ids(path)) == 10)
    book.close()
    assert list(tmp_path.glob("calls.db.damaged-*"))


def test_a_file_that_was_deleted_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    book = CallBook.open(path, KEY)
    book.begin("lost", "", START)
    assert book.flush(60)
    for file in tmp_path.glob("calls.db*"):
        file.unlink()
    book.begin("1", "", START)
    assert book.flush(60)
    assert ids(path) == {"1"}
    book.close()


def test_a_folder_that_does_not_exist_yet_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_LOCK_WAIT_S", 0.2)
    path = tmp_path / "later" / "calls.db"
    book = CallBook.open(path, KEY)
    book.begin("1", "", START)
    wait_for(lambda: book.writer.trouble)
    path.parent.mkdir()
    wait_for(lambda: ids(path) == {"1"})
    book.close()


def test_a_first_start_that_is_cut_off_leaves_all_tables_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "calls.db"

    def cut_off(_: sqlite3.Connection) -> str:
        raise OSError("cut off")

    with monkeypatch.context() as patched:
        patched.setattr(calls_schema, "lacking", cut_off)  # asked once the tables are made
        book = CallBook.open(path, KEY)
        wait_for(lambda: book.writer.trouble)
        with closing(sqlite3.connect(path)) as connection:
            assert not connection.execute("SELECT name FROM sqlite_schema").fetchall()
    book.begin("1", "", START)
    wait_for(lambda: ids(path) == {"1"})
    book.close()


def test_one_bad_row_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    book = CallBook.open(path, KEY)
    book.begin("1", "", START)
    nothing = dict.fromkeys(("caller_hash", "caller", "started", "channel", "edition"))
    book.writer.put({"kind": "begun", "call": "bad", **nothing})  # NOT NULL
    book.event("2\udc80", ended(Outcome.FAILED, "", "not UTF-8", START))
    book.begin("3", "", START)
    assert book.flush(60)
    assert ids(path) == {"1", "2?", "3"}
    assert book.writer.dropped == 1
    book.close()


def test_events_are_dropped_before_memory_is_full_but_ends_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "WAITING_EVENTS", 50)
    path = tmp_path / "calls.db"
    book = CallBook.open(path, KEY)
    with (tmp_path / "calls.db.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for _ in range(500):
            book.event("1", asked())
        book.event("1", ended(Outcome.COMPLETED, "", "", START))
        assert book.writer.dropped >= 400
    wait_for(lambda: ids(path) == {"1"})
    with capture_logs() as logged:
        book.close()
    assert logged == [{"event": "books.rows_lost", "rows": book.writer.dropped, "log_level": "error"}]


def test_closing_gives_up_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_LOCK_WAIT_S", 0.1)
    book = CallBook.open(tmp_path / "calls.db", KEY)
    with (tmp_path / "calls.db.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        book.begin("1", "", START)
        begin = time.monotonic()
        book.close(wait_s=0.3)
        assert time.monotonic() - begin < 3
    assert book.writer.dropped == 1


def test_a_newly_made_book_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    CallBook.open(tmp_path / "calls.db", KEY).close()
    assert (tmp_path / "calls.db").stat().st_mode & 0o777 == 0o600
    assert sqlite3.connect(tmp_path / "calls.db").execute("PRAGMA journal_mode").fetchone() == ("wal",)
