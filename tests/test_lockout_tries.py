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
from office_fixtures import patient_books
from scripted_caller import SetClock

from agi.books.calls import CallBook
from agi.books.calls_schema import SCHEMA
from agi.books.guesses import BookGuesses, MemoryGuesses
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit, Try
from agi.settings.tables import Lockout

__all__ = ["patient_books"]
OWN, OTHER, WITHHELD = Visitor("+62811234567"), Visitor("+62811234568"), Visitor()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(params=["book", "memory"])
def limit(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[GuessLimit]:
    if request.param == "memory":
        yield GuessLimit(MemoryGuesses(), Lockout(), clock)
        return
    book = CallBook.open(tmp_path / "calls.db", KEY)
    yield GuessLimit(BookGuesses(book), Lockout(), clock)
    book.close()


def prove(limit: GuessLimit, visitor: Visitor, target: str) -> None:
    tried = limit.reserve(visitor, target)
    assert isinstance(tried, Try)
    limit.matched(tried)
    limit.locked(visitor)  # comes behind it: the clock may go on


def fail(limit: GuessLimit, visitor: Visitor, target: str, times: int = 3) -> timedelta | None:
    for _ in range(times):
        limit.reserve(visitor, target)
    return limit.locked(visitor, target)


@pytest.mark.usefixtures("patient_books")
def test_of_a_hundred_at_once_on_fifty_numbers_no_more_are_looked_up_than_the_limit(limit: GuessLimit) -> None:
    targets = [f"nik:{nik(serial)}" for serial in range(50)]
    together = Barrier(100)

    def caller(number: int) -> list[str]:
        together.wait(30)
        visitor = Visitor(f"+6281123{number:04d}")
        return [one for one in targets if isinstance(limit.reserve(visitor, one), Try)][:50]

    with ThreadPoolExecutor(100) as calls:
        looked_up = Counter(target for found in calls.map(caller, range(100)) for target in found)
    assert max(looked_up.values()) == Lockout().tries


def test_a_try_that_was_right_is_given_back_with_the_lock_it_alone_had_set(limit: GuessLimit) -> None:
    fail(limit, OWN, "s", 2)
    prove(limit, OWN, "s")
    assert limit.locked(OTHER, "s") is None
    assert fail(limit, OTHER, "s", 2) is None


def test_a_try_that_was_right_leaves_the_lock_that_another_has_set(limit: GuessLimit) -> None:
    fail(limit, WITHHELD, "s", 1)
    right = limit.reserve(OWN, "s")
    assert isinstance(right, Try)
    assert fail(limit, OTHER, "s", 1) == timedelta(minutes=15)
    limit.matched(right)
    assert limit.locked(OTHER, "s") == timedelta(minutes=15)


def test_a_try_that_could_not_be_looked_up_never_was(limit: GuessLimit) -> None:
    fail(limit, OWN, "s", 2)
    tried = limit.reserve(OWN, "s")
    assert isinstance(tried, Try)
    limit.not_looked_up(tried)
    assert limit.locked(OWN, "s") is None
    assert fail(limit, OWN, "s", 1) == timedelta(minutes=15)


_KILLED_BEFORE_GIVING_BACK = """
import os, signal, sys
from pathlib import Path
from agi.books.calls import CallBook
from agi.books.guesses import BookGuesses, MemoryGuesses
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit
from agi.settings.tables import Lockout
limit = GuessLimit(BookGuesses(CallBook.open(Path(sys.argv[1]), bytes(range(32)))), Lockout(tries=1))
tried = limit.reserve(Visitor(), "s")
os.kill(os.getpid(), signal.SIGKILL)
limit.matched(tried)
"""


def test_a_process_killed_between_reserving_and_giving_back_has_counted(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _KILLED_BEFORE_GIVING_BACK, str(tmp_path / "calls.db")], check=False)
    book = CallBook.open(tmp_path / "calls.db", KEY)
    assert GuessLimit(BookGuesses(book), Lockout(tries=1)).locked(OWN, "s") is not None
    book.close()


def test_callers_without_a_number_share_one_count(limit: GuessLimit, clock: SetClock) -> None:
    for serial in range(29):
        assert isinstance(limit.reserve(WITHHELD, f"nik:{serial}"), Try)
    assert limit.locked(WITHHELD) is None
    prove(limit, WITHHELD, "nik:99")  # buys no more guesses
    limit.reserve(WITHHELD, "nik:30")
    assert limit.locked(WITHHELD) == timedelta(minutes=15)
    assert limit.locked(OWN) is None
    clock.pass_by(timedelta(minutes=15))
    assert limit.locked(WITHHELD) is None


def test_wrong_tries_of_callers_without_a_number_are_forgotten_after_a_quarter_of_an_hour(
    limit: GuessLimit, clock: SetClock
) -> None:
    for serial in range(60):
        assert isinstance(limit.reserve(WITHHELD, f"nik:{serial}"), Try)
        clock.pass_by(timedelta(seconds=32))


def test_an_account_may_not_invent_numbers_without_end(limit: GuessLimit) -> None:
    invented = [Visitor(f"+6281123{number:04d}", "tester-1") for number in range(31)]
    for number, visitor in enumerate(invented[:30]):
        assert isinstance(limit.reserve(visitor, f"nik:{number}"), Try)
    assert limit.locked(invented[30]) == timedelta(minutes=15)
    assert limit.locked(Visitor(invented[30].number, "tester-2")) is None


def test_who_has_proved_a_number_is_not_locked_out_of_it_by_others(limit: GuessLimit) -> None:
    prove(limit, OWN, "nik:1")
    assert fail(limit, OTHER, "nik:1") == timedelta(minutes=15)
    assert limit.locked(OWN, "nik:1") is None
    assert isinstance(limit.reserve(OWN, "nik:1"), Try)


def test_guesses_at_other_numbers_under_a_caller_s_number_do_not_lock_what_that_caller_has_proved(
    limit: GuessLimit,
) -> None:
    prove(limit, OWN, "nik:1")
    fail(limit, OWN, "nik:2")
    assert limit.locked(OWN) is None  # not before the number asked about is known
    assert limit.locked(OWN, "nik:3") == timedelta(minutes=15)
    assert limit.locked(OWN, "nik:1") is None


def test_what_was_proved_has_the_same_limit_of_its_own(limit: GuessLimit) -> None:
    prove(limit, OWN, "nik:1")
    assert fail(limit, OWN, "nik:1") == timedelta(minutes=15)
    assert limit.locked(OTHER, "nik:1") is None


def test_a_proof_is_forgotten_after_ninety_days(limit: GuessLimit, clock: SetClock) -> None:
    prove(limit, OWN, "nik:1")
    clock.pass_by(timedelta(days=90, seconds=1))
    assert fail(limit, OTHER, "nik:1") is not None
    assert limit.locked(OWN, "nik:1") is not None


def test_a_book_of_the_version_before_gets_the_table_and_keeps_its_locks(tmp_path: Path) -> None:
    from sqlite_utils import Database

    path = tmp_path / "calls.db"
    book = CallBook.open(path, KEY)
    fail(GuessLimit(BookGuesses(book), Lockout()), WITHHELD, "s")
    book.close()
    database = Database(path)
    database.execute("DROP TABLE proofs")
    database.execute("DELETE FROM _sqlite_migrations WHERE name = 'proofs'")
    database.conn.commit()
    assert [one.name for one in SCHEMA.pending(database)] == ["proofs"]
    database.close()
    book = CallBook.open(path, KEY)
    limit = GuessLimit(BookGuesses(book), Lockout())
    assert limit.locked(WITHHELD, "s") is not None
    prove(limit, OWN, "nik:1")
    book.close()
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert OWN.number.encode() not in content
