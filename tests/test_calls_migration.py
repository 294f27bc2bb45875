"""A book of calls of an earlier version comes to this one when it is first opened, and nothing in it is lost."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from books_data import CONTACTS_SINCE, KEY, START, asked, earlier_book

from agi.books.calls import CallBook
from agi.books.calls_schema import fault
from agi.books.events import Answered, Asked, Channel, Ended, Noted, NoteKind, Outcome, Said, Told
from agi.books.reader import CallReader
from agi.books.rows import stored

EVENT = "INSERT INTO events (call, at, kind, node, prompts, result, mode, attempt, value, took_ms, detail) VALUES"
MANY = 20_000
TURNS = 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A book of the version before with one call: each kind of event as that version wrote it."""
    path = tmp_path / "calls.db"
    with closing(earlier_book(path)) as book:
        at = stored(START)
        call = ("1.1", b"hash", "•••890", at, at, "abandoned", "start", "hung up", "", b"about", "••••9001")
        book.execute("INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", call)
        for values in (
            ("said", "", '[["call.welcome",{}]]', "", "", 0, "", 0, ""),
            ("asked", "main", '[["menu.main",{}]]', "match", "speech", 1, "1", 900, "confidence 0.61, unsure"),
            ("asked", "nik", "[]", "match", "speech", 2, "••••", 800, "confidence 1.00"),
            ("asked", "kk", "[]", "no-input", "none", 1, "", 7000, "keys only: speech slow"),
            ("noted", "nik.checked", "[]", "", "", 0, "", 0, "active"),
            ("noted", "queue", "[]", "failed", "", 0, "", 0, "RegistryUnavailable"),
        ):
            book.execute(f"{EVENT} (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ("1.1", at, *values))
    return path


def the_call(path: Path) -> None:
    """Hold that it reads as if this version had written it."""
    with CallReader(path) as reader:
        call = reader.call("1.1")
        assert (call.sender, call.outcome, call.where, call.why) == ("•••890", Outcome.ABANDONED, "start", "hung up")
        assert (call.about, call.channel, call.edition) == ("••••9001", Channel.TELEPHONE, 0)
        assert reader.events("1.1") == (
            Told(at=START, prompts=(Said("call.welcome"),)),
            Asked(
                at=START, question="main", prompts=(Said("menu.main"),),
                answer=Answered("match", "speech", "1", 900, confidence=0.61, sure=False),
            ),
            Asked(
                at=START, question="nik", attempt=2, answer=Answered("match", "speech", "••••", 800, confidence=1.0)
            ),
            Asked(at=START, question="kk", answer=Answered("no-input", "none", "", 7000, fell_back="slow")),
            Noted(at=START, kind=NoteKind.NIK_CHECKED, detail="active"),
            Ended(at=START, outcome=Outcome.FAILED, why="RegistryUnavailable"),
        )  # fmt: skip
        assert reader.course(call).first_failure == "failed at kk: RegistryUnavailable"


def test_the_line_brings_it_to_this_version_and_goes_on_in_it(path: Path) -> None:
    book = CallBook.open(path, KEY)
    the_call(path)
    book.event("1.1", asked("more"))
    assert book.flush(300)
    with CallReader(path) as reader:
        assert len(reader.events("1.1")) == 7
    assert book.writer.trouble == ""
    book.close()
    assert not list(path.parent.glob("*.damaged-*"))


def test_a_reader_that_comes_first_brings_it_to_this_version(path: Path) -> None:
    the_call(path)


def test_doctor_finds_nothing_wrong_with_it(path: Path) -> None:
    assert fault(path) is None
    with closing(sqlite3.connect(path)) as book:
        book.execute("ALTER TABLE events RENAME COLUMN detail TO details")
    assert "lacks events.detail" in (fault(path) or "")


def test_a_line_of_the_version_before_goes_on_writing_beside(path: Path) -> None:
    """Whoever reads first may be a command of the new version, while the old line still talks."""
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("SELECT count(*) FROM events").fetchone()
        the_call(path)
        old.execute("INSERT INTO calls (id, started) VALUES (?, ?)", ("1.2", stored(START)))
        values = ("1.2", stored(START), "asked", "main", "[]", "match", "keys", 1, "1", 900, "")
        old.executemany(f"{EVENT} (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [values, values])
    with CallReader(path) as reader:
        assert [call.id for call in reader.calls()] == ["1.2", "1.1"]
        assert len(reader.events("1.2")) == 2


def test_a_book_that_cannot_be_brought_to_this_version_says_why(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from agi.books import reader

    monkeypatch.setattr(reader, "_BROUGHT_UP_S", 0.2)
    path.with_name("calls.db.lock").mkdir()
    with CallReader(path) as history, pytest.raises(reader.BookUnreadable, match=r"earlier version.*directory"):
        history.calls()


# ---- many calls ----


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed book of the version before, with many calls; to be copied."""
    path = tmp_path_factory.mktemp("large") / "calls.db"
    with closing(earlier_book(path)) as book:
        at = stored(START)
        book.execute("BEGIN")
        book.executemany(
            "INSERT INTO calls (id, started, ended, outcome) VALUES (?, ?, ?, 'completed')",
            ((f"{number}.0", at, at) for number in range(MANY)),
        )
        book.executemany(
            f"{EVENT} (?, ?, 'asked', 'main', '[]', 'match', 'speech', 1, '1', 900, 'confidence 0.61, unsure')",
            ((f"{number}.0", at) for number in range(MANY) for _ in range(TURNS)),
        )
        book.execute("COMMIT")
    return path


@pytest.fixture
def copied(large: Path, tmp_path: Path) -> Path:
    path = tmp_path / "calls.db"
    path.write_bytes(large.read_bytes())
    return path


def all_there(path: Path) -> None:
    with CallReader(path) as reader:
        assert len(reader.calls(-1)) == MANY
        assert len(reader.events("1.0")) == TURNS
    with closing(sqlite3.connect(path)) as book:
        told = "SELECT count(*), count(confidence), sum(sure), count(nullif(detail, '')) FROM events"
        assert book.execute(told).fetchone() == (MANY * TURNS, MANY * TURNS, 0, 0)
        of_a_number = "EXPLAIN QUERY PLAN SELECT id FROM calls WHERE caller_hash = ?"
        assert "calls_caller" in book.execute(of_a_number, (b"",)).fetchone()[3]
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert fault(path) is None


_OPEN = """
import sys
from pathlib import Path
from agi.books.calls import CallBook
print("opens", flush=True)
book = CallBook.open(Path(sys.argv[1]), bytes(32))
print("opened", flush=True)
book.close()
"""


def test_killed_in_the_middle_nothing_is_lost(copied: Path) -> None:
    """The WAL grows while tables are rewritten: as soon as it holds something, the migration is under way."""
    wal = copied.with_name("calls.db-wal")
    killed = 0
    for size in (1, 1 << 20, 16 << 20):
        child = subprocess.Popen([sys.executable, "-c", _OPEN, str(copied)], stdout=subprocess.PIPE)
        while child.poll() is None and (not wal.exists() or wal.stat().st_size < size):
            time.sleep(0.001)
        os.kill(child.pid, signal.SIGKILL)
        told, _ = child.communicate()
        killed += b"opened" not in told
        with closing(sqlite3.connect(f"file:{copied}?mode=ro", uri=True)) as book:
            (columns,) = book.execute("SELECT count(*) FROM pragma_table_info('events')").fetchone()
            assert columns == 12, "half of the migration is there"
            assert book.execute("SELECT count(*) FROM calls").fetchone() == (MANY,)
    assert killed == 3
    all_there(copied)


def _opened(path: Path) -> None:
    book = CallBook.open(path, KEY)
    assert book.flush(300)
    book.begin(f"of-{os.getpid()}", "", START)
    book.close()


def test_two_that_open_it_at_once_bring_it_to_this_version_once(copied: Path) -> None:
    context = multiprocessing.get_context("spawn")
    openers = [context.Process(target=_opened, args=(copied,)) for _ in range(2)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join(600)
        assert opener.exitcode == 0
    assert not list(copied.parent.glob("*.damaged-*"))
    with closing(sqlite3.connect(copied)) as book:
        assert book.execute("DELETE FROM calls WHERE id LIKE 'of-%'").rowcount == 2
        book.commit()
        (times,) = book.execute("SELECT count(*) FROM _sqlite_migrations WHERE name = ?", (CONTACTS_SINCE,)).fetchone()
        assert times == 1
    all_there(copied)
