"""Three failed tries lock for 15 minutes, ten for a day; the lock is on the disk before the next try."""

import fcntl
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from books_data import KEY, START, nik

from agi.books.calls import CallBook
from agi.books.guesses import BookGuesses, MemoryGuesses
from agi.books.ports import GuessStore
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit, Try
from agi.privacy import keyed_hash
from agi.settings.tables import Lockout

NOBODY = Visitor()
MINUTES_15, DAY = timedelta(minutes=15), timedelta(hours=24)


class SetClock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[CallBook]:
    book = CallBook.open(tmp_path / "calls.db", KEY)
    yield book
    book.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def on_disk(book: CallBook, clock: SetClock) -> GuessLimit:
    return GuessLimit(BookGuesses(book), Lockout(), clock)


@pytest.fixture(params=["book", "memory"])
def store(request: pytest.FixtureRequest) -> GuessStore:
    """Every place where guesses may be kept."""
    return BookGuesses(request.getfixturevalue("book")) if request.param == "book" else MemoryGuesses()


@pytest.fixture
def limit(store: GuessStore, clock: SetClock) -> GuessLimit:
    return GuessLimit(store, Lockout(), clock)


def fail(limit: GuessLimit, times: int, subject: str = "s") -> timedelta | None:
    for _ in range(times):
        limit.reserve(NOBODY, subject)
    return limit.locked(NOBODY, subject)


def match(limit: GuessLimit, visitor: Visitor = NOBODY, subject: str = "s") -> None:
    tried = limit.reserve(visitor, subject)
    assert isinstance(tried, Try)
    limit.matched(tried)


def test_the_third_failure_locks_for_fifteen_minutes(limit: GuessLimit, clock: SetClock) -> None:
    assert fail(limit, 2) is None
    assert limit.locked(NOBODY, "s") is None
    assert fail(limit, 1) == MINUTES_15
    clock.forward(minutes=14)
    assert limit.locked(NOBODY, "s") == timedelta(minutes=1)
    clock.forward(minutes=1)
    assert limit.locked(NOBODY, "s") is None


def test_other_subjects_are_not_locked(limit: GuessLimit) -> None:
    fail(limit, 3, "nik:1")
    assert limit.locked(Visitor("1")) is None


def test_after_a_lock_three_more_failures_lock_again(limit: GuessLimit, clock: SetClock) -> None:
    fail(limit, 3)
    clock.forward(minutes=16)
    assert fail(limit, 2) is None
    assert fail(limit, 1) == MINUTES_15


def test_the_tenth_failure_within_a_day_locks_for_a_day(limit: GuessLimit, clock: SetClock) -> None:
    for _ in range(3):
        fail(limit, 3)
        clock.forward(minutes=16)
    assert fail(limit, 1) == DAY
    clock.forward(hours=23, minutes=59)
    assert limit.locked(NOBODY, "s") == timedelta(minutes=1)
    clock.forward(minutes=2)
    assert limit.locked(NOBODY, "s") is None
    assert fail(limit, 1) is None


def test_failures_of_yesterday_are_forgotten(limit: GuessLimit, clock: SetClock) -> None:
    fail(limit, 2)
    clock.forward(hours=25)
    assert fail(limit, 2) is None


def test_a_right_try_clears_the_short_count_but_not_the_days(limit: GuessLimit) -> None:
    fail(limit, 2)
    match(limit)
    assert fail(limit, 2) is None
    for _ in range(2):
        match(limit)
        assert fail(limit, 2) is None
    match(limit)
    assert fail(limit, 1) is None
    assert fail(limit, 1) == DAY


def test_it_survives_a_restart(book: CallBook, clock: SetClock, on_disk: GuessLimit) -> None:
    fail(on_disk, 3)
    book.close()
    again = CallBook.open(book.path, KEY)
    assert GuessLimit(BookGuesses(again), Lockout(), clock).locked(NOBODY, "s") == MINUTES_15
    again.close()


_FAIL_AND_DIE = """
import os, signal, sys
from pathlib import Path
from agi.books.calls import CallBook
from agi.books.guesses import BookGuesses
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit
from agi.settings.tables import Lockout
limit = GuessLimit(BookGuesses(CallBook.open(Path(sys.argv[1]), bytes(range(32)))), Lockout())
for _ in range(3):
    limit.reserve(Visitor(), "s")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_right_after_has_not_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    died = subprocess.run([sys.executable, "-c", _FAIL_AND_DIE, str(path)], check=False)
    assert died.returncode == -signal.SIGKILL
    book = CallBook.open(path, KEY)
    assert GuessLimit(BookGuesses(book), Lockout()).locked(NOBODY, "s") is not None
    book.close()


def test_a_clock_set_back_does_not_lock_for_years(limit: GuessLimit, clock: SetClock) -> None:
    clock.forward(days=700)
    fail(limit, 3)
    clock.now = START
    assert limit.locked(NOBODY, "s") is None
    assert fail(limit, 2) is None
    assert fail(limit, 1) == MINUTES_15


def test_a_clock_set_back_a_little_keeps_the_lock(limit: GuessLimit, clock: SetClock) -> None:
    fail(limit, 3)
    clock.forward(seconds=-30)
    assert limit.locked(NOBODY, "s") is not None


def test_limits_are_settings(store: GuessStore, clock: SetClock) -> None:
    limit = GuessLimit(store, Lockout(tries=1, minutes=2, day_tries=2, hours=3), clock)
    assert fail(limit, 1) == timedelta(minutes=2)
    clock.forward(minutes=2)
    assert fail(limit, 1) == timedelta(hours=3)


def test_the_number_is_not_in_the_file(book: CallBook, on_disk: GuessLimit) -> None:
    fail(on_disk, 3, f"nik:{nik(1)}")
    book.close()
    content = b"".join(file.read_bytes() for file in book.path.parent.iterdir())
    assert nik(1).encode() not in content


def test_guessing_is_stopped_even_when_the_disk_is_in_trouble(
    book: CallBook, on_disk: GuessLimit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agi.books import writer

    monkeypatch.setattr(writer, "_LOCK_WAIT_S", 0.05)
    with book.path.with_name("calls.db.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert fail(on_disk, 3) == MINUTES_15
        assert on_disk.locked(NOBODY, "s") == MINUTES_15
    assert on_disk.locked(NOBODY, "s") == MINUTES_15


def test_locks_and_proofs_are_found_under_the_hashes_that_older_books_have(
    book: CallBook, on_disk: GuessLimit, clock: SetClock
) -> None:
    now, until = (at.isoformat(timespec="milliseconds") for at in (clock.now, clock.now + MINUTES_15))
    proof = (keyed_hash(KEY, "proof", "0811", "nik:2"), keyed_hash(KEY, "prover", "0811"), now)

    def as_before(connection: sqlite3.Connection) -> None:
        for subject in ("nik:1", "nik:2", "caller:0811"):
            lock = (keyed_hash(KEY, "lockout", subject), 3, now, until)
            connection.execute("INSERT INTO locks (subject, counted_from, since, until) VALUES (?, ?, ?, ?)", lock)
        connection.execute("INSERT INTO proofs (pair, caller, at) VALUES (?, ?, ?)", proof)

    book.writer.run(as_before, 30)
    assert on_disk.locked(NOBODY, "nik:1") == on_disk.locked(Visitor("0811"), "nik:3") == MINUTES_15
    assert on_disk.locked(Visitor("0811")) is on_disk.locked(Visitor("0811"), "nik:2") is None
