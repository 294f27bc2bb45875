"""A try is counted before it is looked up, and given back when it was right; what it is counted under, for whom."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from books_data import KEY, nik
from scripted_caller import SetClock

from agi.books.calls import CallBook
from agi.books.calls_schema import SCHEMA
from agi.books.lockout import Lockouts
from agi.books.tries import Guesser, Try
from agi.settings import Lockout

OWN, OTHER, WITHHELD = Guesser("+62811234567"), Guesser("+62811234568"), Guesser()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def lockouts(tmp_path: Path, clock: SetClock) -> Iterator[Lockouts]:
    book = CallBook.open(tmp_path / "calls.db", KEY)
    yield Lockouts(book, Lockout(), clock)
    book.close()


def prove(lockouts: Lockouts, guesser: Guesser, target: str) -> None:
    tried = lockouts.reserve(guesser, target)
    assert isinstance(tried, Try)
    lockouts.matched(tried)
    lockouts.locked(guesser)  # comes behind it: the clock may go on


def fail(lockouts: Lockouts, guesser: Guesser, target: str, times: int = 3) -> timedelta | None:
    for _ in range(times):
        lockouts.reserve(guesser, target)
    return lockouts.locked(guesser, target)


def test_of_a_hundred_at_once_on_fifty_numbers_no_more_are_looked_up_than_the_limit(lockouts: Lockouts) -> None:
    targets = [f"nik:{nik(serial)}" for serial in range(50)]
    together = Barrier(100)

    def caller(number: int) -> list[str]:
        together.wait(30)
        guesser = Guesser(f"+6281123{number:04d}")
        return [one for one in targets if isinstance(lockouts.reserve(guesser, one), Try)][:50]

    with ThreadPoolExecutor(100) as calls:
        looked_up = Counter(target for found in calls.map(caller, range(100)) for target in found)
    assert max(looked_up.values()) == Lockout().tries


def test_a_try_that_was_right_is_given_back_with_the_lock_it_alone_had_set(lockouts: Lockouts) -> None:
    fail(lockouts, OWN, "s", 2)
    prove(lockouts, OWN, "s")
    assert lockouts.locked(OTHER, "s") is None
    assert fail(lockouts, OTHER, "s", 2) is None


def test_a_try_that_was_right_leaves_the_lock_that_another_has_set(lockouts: Lockouts) -> None:
    fail(lockouts, WITHHELD, "s", 1)
    right = lockouts.reserve(OWN, "s")
    assert isinstance(right, Try)
    assert fail(lockouts, OTHER, "s", 1) == timedelta(minutes=15)
    lockouts.matched(right)
    assert lockouts.locked(OTHER, "s") == timedelta(minutes=15)


def test_a_try_that_could_not_be_looked_up_never_was(lockouts: Lockouts) -> None:
    fail(lockouts, OWN, "s", 2)
    tried = lockouts.reserve(OWN, "s")
    assert isinstance(tried, Try)
    lockouts.not_looked_up(tried)
    assert lockouts.locked(OWN, "s") is None
    assert fail(lockouts, OWN, "s", 1) == timedelta(minutes=15)


_KILLED_BEFORE_GIVING_BACK = """
import os, signal, sys
from pathlib import Path
from agi.books.calls import CallBook
from agi.books.lockout import Lockouts
from agi.books.tries import Guesser
from agi.settings import Lockout
lockouts = Lockouts(CallBook.open(Path(sys.argv[1]), bytes(range(32))), Lockout(tries=1))
tried = lockouts.reserve(Guesser(), "s")
os.kill(os.getpid(), signal.SIGKILL)
lockouts.matched(tried)
"""


def test_a_process_killed_between_reserving_and_giving_back_has_counted(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _KILLED_BEFORE_GIVING_BACK, str(tmp_path / "calls.db")], check=False)
    book = CallBook.open(tmp_path / "calls.db", KEY)
    assert Lockouts(book, Lockout(tries=1)).locked(OWN, "s") is not None
    book.close()


def test_callers_without_a_number_share_one_count(lockouts: Lockouts, clock: SetClock) -> None:
    for serial in range(29):
        assert isinstance(lockouts.reserve(WITHHELD, f"nik:{serial}"), Try)
    assert lockouts.locked(WITHHELD) is None
    prove(lockouts, WITHHELD, "nik:99")  # buys no more guesses
    lockouts.reserve(WITHHELD, "nik:30")
    assert lockouts.locked(WITHHELD) == timedelta(minutes=15)
    assert lockouts.locked(OWN) is None
    clock.pass_by(timedelta(minutes=15))
    assert lockouts.locked(WITHHELD) is None


def test_wrong_tries_of_callers_without_a_number_are_forgotten_after_a_quarter_of_an_hour(
    lockouts: Lockouts, clock: SetClock
) -> None:
    for serial in range(60):
        assert isinstance(lockouts.reserve(WITHHELD, f"nik:{serial}"), Try)
        clock.pass_by(timedelta(seconds=32))


def test_an_account_may_not_invent_numbers_without_end(lockouts: Lockouts) -> None:
    invented = [Guesser(f"+6281123{number:04d}", "tester-1") for number in range(31)]
    for number, guesser in enumerate(invented[:30]):
        assert isinstance(lockouts.reserve(guesser, f"nik:{number}"), Try)
    assert lockouts.locked(invented[30]) == timedelta(minutes=15)
    assert lockouts.locked(Guesser(invented[30].number, "tester-2")) is None


def test_who_has_proved_a_number_is_not_locked_out_of_it_by_others(lockouts: Lockouts) -> None:
    prove(lockouts, OWN, "nik:1")
    assert fail(lockouts, OTHER, "nik:1") == timedelta(minutes=15)
    assert lockouts.locked(OWN, "nik:1") is None
    assert isinstance(lockouts.reserve(OWN, "nik:1"), Try)


def test_guesses_at_other_numbers_under_a_caller_s_number_do_not_lock_what_that_caller_has_proved(
    lockouts: Lockouts,
) -> None:
    prove(lockouts, OWN, "nik:1")
    fail(lockouts, OWN, "nik:2")
    assert lockouts.locked(OWN) is None  # not before the number asked about is known
    assert lockouts.locked(OWN, "nik:3") == timedelta(minutes=15)
    assert lockouts.locked(OWN, "nik:1") is None


def test_what_was_proved_has_the_same_limit_of_its_own(lockouts: Lockouts) -> None:
    prove(lockouts, OWN, "nik:1")
    assert fail(lockouts, OWN, "nik:1") == timedelta(minutes=15)
    assert lockouts.locked(OTHER, "nik:1") is None


def test_a_proof_is_forgotten_after_ninety_days(lockouts: Lockouts, clock: SetClock) -> None:
    prove(lockouts, OWN, "nik:1")
    clock.pass_by(timedelta(days=90, seconds=1))
    assert fail(lockouts, OTHER, "nik:1") is not None
    assert lockouts.locked(OWN, "nik:1") is not None


def test_a_book_of_the_version_before_gets_the_table_and_keeps_its_locks(tmp_path: Path) -> None:
    from sqlite_utils import Database

    path = tmp_path / "calls.db"
    book = CallBook.open(path, KEY)
    fail(Lockouts(book, Lockout()), WITHHELD, "s")
    book.close()
    database = Database(path)
    database.execute("DROP TABLE proofs")
    database.execute("DELETE FROM _sqlite_migrations WHERE name = 'proofs'")
    database.conn.commit()
    assert [one.name for one in SCHEMA.pending(database)] == ["proofs"]
    database.close()
    book = CallBook.open(path, KEY)
    lockouts = Lockouts(book, Lockout())
    assert lockouts.locked(WITHHELD, "s") is not None
    prove(lockouts, OWN, "nik:1")
    book.close()
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert OWN.number.encode() not in content
