"""Three failed tries lock for 15 minutes, ten for a day; the lock is on the disk before the next try."""

import fcntl
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from books_data import KEY, START, nik

from agi.books.calls import CallBook
from agi.books.lockout import Lockouts
from agi.books.tries import Guesser, Try
from agi.settings import Lockout

NOBODY = Guesser()
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
def lockouts(book: CallBook, clock: SetClock) -> Lockouts:
    return Lockouts(book, Lockout(), clock)


def fail(lockouts: Lockouts, times: int, subject: str = "s") -> timedelta | None:
    for _ in range(times):
        lockouts.reserve(NOBODY, subject)
    return lockouts.locked(NOBODY, subject)


def match(lockouts: Lockouts, guesser: Guesser = NOBODY, subject: str = "s") -> None:
    tried = lockouts.reserve(guesser, subject)
    assert isinstance(tried, Try)
    lockouts.matched(tried)


def test_the_third_failure_locks_for_fifteen_minutes(lockouts: Lockouts, clock: SetClock) -> None:
    assert fail(lockouts, 2) is None
    assert lockouts.locked(NOBODY, "s") is None
    assert fail(lockouts, 1) == MINUTES_15
    clock.forward(minutes=14)
    assert lockouts.locked(NOBODY, "s") == timedelta(minutes=1)
    clock.forward(minutes=1)
    assert lockouts.locked(NOBODY, "s") is None


def test_other_subjects_are_not_locked(lockouts: Lockouts) -> None:
    fail(lockouts, 3, "nik:1")
    assert lockouts.locked(Guesser("1")) is None


def test_after_a_lock_three_more_failures_lock_again(lockouts: Lockouts, clock: SetClock) -> None:
    fail(lockouts, 3)
    clock.forward(minutes=16)
    assert fail(lockouts, 2) is None
    assert fail(lockouts, 1) == MINUTES_15


def test_the_tenth_failure_within_a_day_locks_for_a_day(lockouts: Lockouts, clock: SetClock) -> None:
    for _ in range(3):
        fail(lockouts, 3)
        clock.forward(minutes=16)
    assert fail(lockouts, 1) == DAY
    clock.forward(hours=23, minutes=59)
    assert lockouts.locked(NOBODY, "s") == timedelta(minutes=1)
    clock.forward(minutes=2)
    assert lockouts.locked(NOBODY, "s") is None
    assert fail(lockouts, 1) is None


def test_failures_of_yesterday_are_forgotten(lockouts: Lockouts, clock: SetClock) -> None:
    fail(lockouts, 2)
    clock.forward(hours=25)
    assert fail(lockouts, 2) is None


def test_a_right_try_clears_the_short_count_but_not_the_days(lockouts: Lockouts) -> None:
    fail(lockouts, 2)
    match(lockouts)
    assert fail(lockouts, 2) is None
    for _ in range(2):
        match(lockouts)
        assert fail(lockouts, 2) is None
    match(lockouts)
    assert fail(lockouts, 1) is None
    assert fail(lockouts, 1) == DAY


def test_it_survives_a_restart(book: CallBook, clock: SetClock, lockouts: Lockouts) -> None:
    fail(lockouts, 3)
    book.close()
    again = CallBook.open(book.path, KEY)
    assert Lockouts(again, Lockout(), clock).locked(NOBODY, "s") == MINUTES_15
    again.close()


_FAIL_AND_DIE = """
import os, signal, sys
from pathlib import Path
from agi.books.calls import CallBook
from agi.books.lockout import Lockouts
from agi.books.tries import Guesser
from agi.settings import Lockout
lockouts = Lockouts(CallBook.open(Path(sys.argv[1]), bytes(range(32))), Lockout())
for _ in range(3):
    lockouts.reserve(Guesser(), "s")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_right_after_has_not_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    died = subprocess.run([sys.executable, "-c", _FAIL_AND_DIE, str(path)], check=False)
    assert died.returncode == -signal.SIGKILL
    book = CallBook.open(path, KEY)
    assert Lockouts(book, Lockout()).locked(NOBODY, "s") is not None
    book.close()


def test_a_clock_set_back_does_not_lock_for_years(lockouts: Lockouts, clock: SetClock) -> None:
    clock.forward(days=700)
    fail(lockouts, 3)
    clock.now = START
    assert lockouts.locked(NOBODY, "s") is None
    assert fail(lockouts, 2) is None
    assert fail(lockouts, 1) == MINUTES_15


def test_a_clock_set_back_a_little_keeps_the_lock(lockouts: Lockouts, clock: SetClock) -> None:
    fail(lockouts, 3)
    clock.forward(seconds=-30)
    assert lockouts.locked(NOBODY, "s") is not None


def test_limits_are_settings(book: CallBook, clock: SetClock) -> None:
    lockouts = Lockouts(book, Lockout(tries=1, minutes=2, day_tries=2, hours=3), clock)
    assert fail(lockouts, 1) == timedelta(minutes=2)
    clock.forward(minutes=2)
    assert fail(lockouts, 1) == timedelta(hours=3)


def test_the_number_is_not_in_the_file(book: CallBook, lockouts: Lockouts) -> None:
    fail(lockouts, 3, f"nik:{nik(1)}")
    book.close()
    content = b"".join(file.read_bytes() for file in book.path.parent.iterdir())
    assert nik(1).encode() not in content


def test_guessing_is_stopped_even_when_the_disk_is_in_trouble(
    book: CallBook, lockouts: Lockouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agi.books import writer

    monkeypatch.setattr(writer, "_LOCK_WAIT_S", 0.05)
    with book.path.with_name("calls.db.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert fail(lockouts, 3) == MINUTES_15
        assert lockouts.locked(NOBODY, "s") == MINUTES_15
    assert lockouts.locked(NOBODY, "s") == MINUTES_15
