"""Call records: what the line hands over is there for readers, with numbers of persons only as hashes."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from books_data import KEY, START, asked, nik

from agi.books.calls import QUEUE, Call, CallBook, CallReader, Event, Kind, Outcome, number_hash, pack, unpack
from agi.books.reader import CallNotFound


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.db"


@pytest.fixture
def book(path: Path) -> Iterator[CallBook]:
    book = CallBook.open(path, KEY)
    yield book
    book.close()


def read(book: CallBook, call_id: str = "1") -> Call:
    assert book.flush()
    with book.reader(book.path) as reader:
        return reader.call(call_id)


def test_a_call_is_written_from_begin_to_end(book: CallBook) -> None:
    book.begin("1", "+6281234567890", START)
    book.event("1", asked())
    book.end("1", Outcome.COMPLETED, "goodbye", "", START + timedelta(seconds=42))
    call = read(book)
    assert (call.caller, call.started, call.lasted_s) == ("•••••••••••890", START, 42.0)
    assert (call.outcome, call.where) == (Outcome.COMPLETED, "goodbye")
    with book.reader(book.path) as reader:
        assert reader.events("1") == (asked(),)


def test_prompts_survive_packing() -> None:
    prompts = [("a.b", {"nik": "••••", "n": 3, "d": date(2026, 1, 2)}), ("c", {})]
    assert unpack(pack(prompts)) == prompts


def test_a_number_is_kept_as_hash_and_last_four_digits(book: CallBook) -> None:
    book.begin("1", "081234567890", START)
    book.about("1", nik(1))
    assert read(book).about == "••••••••••••9001"
    with book.reader(book.path) as reader:
        assert [call.id for call in reader.calls(about=number_hash(KEY, nik(1)))] == ["1"]
        assert reader.calls(about=number_hash(KEY, nik(2))) == ()
    book.close()
    content = b"".join(file.read_bytes() for file in book.path.parent.iterdir())
    assert nik(1).encode() not in content
    assert b"081234567890" not in content


@pytest.mark.parametrize(
    ("caller", "shown"), [("", ""), ("7001", "••••"), ("•••••890", "•••••890"), ("\udc80\x00x", "•••")]
)
def test_any_caller_is_taken(book: CallBook, caller: str, shown: str) -> None:
    book.begin("1", caller, START)
    assert read(book).caller == shown


def end(book: CallBook, outcome: Outcome, where: str, why: str, after_s: int) -> None:
    book.end("1", outcome, where, why, START + timedelta(seconds=after_s))


@pytest.mark.parametrize(
    ("first", "second", "kept", "afterwards"),
    [
        (Outcome.TRANSFERRED, Outcome.TRANSFERRED, (Outcome.TRANSFERRED, QUEUE, "late"), ""),
        (Outcome.TRANSFERRED, Outcome.ABANDONED, (Outcome.ABANDONED, QUEUE, "late"), ""),
        (Outcome.GAVE_UP, Outcome.TRANSFERRED, (Outcome.GAVE_UP, "nik", "early"), "transferred: late"),
        (Outcome.FAILED, Outcome.ABANDONED, (Outcome.FAILED, "nik", "early"), "abandoned: late"),
        (Outcome.LOCKED_OUT, Outcome.TRANSFERRED, (Outcome.LOCKED_OUT, "nik", "early"), "transferred: late"),
    ],
)
def test_of_two_ends_the_more_informative_stays(
    book: CallBook, first: Outcome, second: Outcome, kept: tuple[Outcome, str, str], afterwards: str
) -> None:
    book.begin("1", "", START)
    end(book, first, "nik", "early", 10)
    for _ in range(2):  # what is told twice changes nothing
        end(book, second, QUEUE, "late", 70)
    call = read(book)
    assert (call.outcome, call.where, call.why) == kept
    assert call.afterwards == afterwards
    assert call.lasted_s == 70


def test_a_hang_up_told_after_the_end_changes_nothing(book: CallBook) -> None:
    book.begin("1", "", START)
    end(book, Outcome.COMPLETED, "goodbye", "", 10)
    end(book, Outcome.ABANDONED, "", "hang-up", 11)
    call = read(book)
    assert (call.outcome, call.where, call.afterwards) == (Outcome.COMPLETED, "goodbye", "")


def test_an_end_without_begin_makes_the_record(book: CallBook) -> None:
    end(book, Outcome.FAILED, "", "line killed", 5)
    book.begin("1", "081234567890", START)  # the spool may tell them in any order
    call = read(book)
    assert (call.outcome, call.started, call.caller) == (Outcome.FAILED, START, "•••••••••890")


def test_a_call_back_from_the_queue_is_open_again_and_remembers(book: CallBook) -> None:
    book.begin("1", "", START)
    assert book.flush()
    assert book.open_calls() == ("1",)
    end(book, Outcome.TRANSFERRED, "menu", "asked", 10)
    assert book.flush()
    assert book.open_calls() == ()
    book.resume("1")
    assert book.flush()
    assert book.open_calls() == ("1",)
    end(book, Outcome.COMPLETED, "goodbye", "", 60)
    assert read(book).outcome is Outcome.COMPLETED
    with book.reader(book.path) as reader:
        (noted,) = reader.events("1")
    assert (noted.kind, noted.node, noted.result, noted.detail) == (Kind.NOTED, QUEUE, "transferred", "asked")


def test_a_clock_set_back_makes_nothing_negative(book: CallBook) -> None:
    book.begin("1", "", START)
    book.event("1", Event(START, Kind.ASKED, took_ms=-5))
    end(book, Outcome.COMPLETED, "", "", -3600)
    call = read(book)
    assert call.lasted_s == 0
    with book.reader(book.path) as reader:
        assert reader.events("1")[0].took_ms == 0


def test_calls_are_found_by_outcome_time_and_beginning_of_their_id(book: CallBook) -> None:
    for place in range(5):
        book.begin(f"17.{place}", "", START + timedelta(hours=place))
    book.end("17.3", Outcome.FAILED, "", "x", START + timedelta(hours=4))
    assert book.flush()
    with book.reader(book.path) as reader:
        assert [c.id for c in reader.calls(2)] == ["17.4", "17.3"]
        assert [c.id for c in reader.calls(outcome=Outcome.FAILED)] == ["17.3"]
        assert [c.id for c in reader.calls(since=START + timedelta(hours=3))] == ["17.4", "17.3"]
        assert reader.call("17.2").id == "17.2"
        for wrong in ("17", "99", "", "17.%"):
            with pytest.raises(CallNotFound):
                reader.call(wrong)


def test_a_book_that_is_not_there_reads_as_empty(tmp_path: Path) -> None:
    with CallReader(tmp_path / "none.db") as reader:
        assert reader.calls() == reader.open_calls() == reader.events("1") == ()


def test_new_events_and_ends_are_followed(book: CallBook) -> None:
    book.begin("old", "", START)
    assert book.flush()
    seen: list[object] = []
    ready, done = threading.Event(), threading.Event()

    def follow() -> None:
        with book.reader(book.path) as reader:
            following = reader.follow(poll_s=0.01)
            for new in following:
                seen.append(new.outcome if isinstance(new, Call) else new[1].node)
                ready.set()
                if len(seen) == 5:
                    following.close()
        done.set()

    thread = threading.Thread(target=follow)
    thread.start()
    until = time.monotonic() + 10
    while not ready.is_set() and time.monotonic() < until:  # a follower begins at the end: give it something
        book.event("old", asked("first"))
        ready.wait(0.05)
    firsts = len(seen)
    assert firsts
    book.begin("new", "", START)
    book.event("new", asked("second"))
    book.end("new", Outcome.COMPLETED, "", "", START)
    for _ in range(4):
        book.event("old", asked("third"))
    assert done.wait(10)
    thread.join()
    assert "first" in seen


def test_old_calls_are_deleted_with_their_events(book: CallBook) -> None:
    for place in range(3):
        book.begin(str(place), "", START + timedelta(days=place))
        book.event(str(place), asked())
    assert book.purge(START + timedelta(days=2)) == 2
    with book.reader(book.path) as reader:
        assert [call.id for call in reader.calls()] == ["2"]
        assert reader.events("1") == ()
        assert len(reader.events("2")) == 1


def test_twenty_thousand_events_at_once_are_written(book: CallBook) -> None:
    for _ in range(20_000):
        book.event("1", asked())
    assert book.flush(30)
    assert book.health.dropped == 0


def test_closing_writes_what_is_left(path: Path) -> None:
    book = CallBook.open(path, KEY)
    for place in range(5000):
        book.begin(str(place), "", START)
    book.close()
    with CallReader(path) as reader:
        assert len(reader.calls(-1)) == 5000
    book.begin("late", "", START)  # neither raises nor is written
    assert book.health.dropped == 1


_WRITE_FOR_EVER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from agi.books.calls import CallBook, Event, Kind
book = CallBook.open(Path(sys.argv[1]), bytes(32))
book.begin("killed", "", datetime.now(UTC))
book.flush()
print("begun", flush=True)
while True:
    book.event("killed", Event(datetime.now(UTC), Kind.NOTED, "n"))
    book.flush()
"""


def test_a_killed_line_leaves_its_open_call_readable(path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", _WRITE_FOR_EVER, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"begun\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    book = CallBook.open(path, KEY)
    assert book.open_calls() == ("killed",)
    book.close()
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _write_many(path: Path, name: str) -> None:
    book = CallBook.open(path, KEY)
    for place in range(400):
        book.begin(f"{name}{place}", "", START)
        book.event(f"{name}{place}", asked())
        book.flush()
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
    assert book.flush()
    reader = CallReader(path)
    assert reader.calls()
    book.close()  # not the last: the reader still has the file open
    before = path.with_name("calls.db-wal").stat().st_size
    assert before > 0
    reader.close()
    assert path.with_name("calls.db-wal").stat().st_size == before
