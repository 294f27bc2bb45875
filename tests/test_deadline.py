"""A disk that does not answer: nobody waits for it longer than the limit, and nothing is lost or granted by that."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from books_data import KEY
from structlog.testing import capture_logs

from agi import deadline
from agi.books.calls import CallBook
from agi.books.guesses import BookGuesses
from agi.books.late import Late
from agi.deadline import MOST_STUCK, Deadline
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit, Try
from agi.settings import ROOT
from agi.settings.tables import Lockout

CALLER = Visitor("+62811234567")


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Somebody writes in the database at `path` and does not end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def until(met: Callable[[], object]) -> None:
    """Wait until `met()`."""
    end = time.monotonic() + 30
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)


def answers(ask: Callable[[], object]) -> bool:
    """Whether the disk that was away answers again: what it was asked meanwhile it does first."""
    try:
        ask()
    except Late:
        return False
    return True


def test_however_many_come_while_a_disk_is_away_few_threads_wait_for_it_and_all_is_well_when_it_is_back() -> None:
    asked, back, before = Deadline(0.25), threading.Event(), set(threading.enumerate())

    def left_behind() -> int:
        return len(set(threading.enumerate()) - before)

    for _ in range(MOST_STUCK):
        with pytest.raises(TimeoutError):
            asked.run(back.wait)
    asked.limit_s = 100.0
    for _ in range(5 * MOST_STUCK):
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            asked.run(back.wait)
        assert time.monotonic() - begun < 50, "it was not refused at once"
    assert left_behind() == MOST_STUCK
    back.set()
    until(lambda: not left_behind())
    assert [asked.run(lambda: 1) for _ in range(5 * MOST_STUCK)] == [1] * 5 * MOST_STUCK
    assert left_behind() == 1


def test_no_answer_is_lost_or_given_to_another_however_many_ask_at_once() -> None:
    asked = Deadline(60.0)
    with ThreadPoolExecutor(5 * MOST_STUCK) as callers:
        assert list(callers.map(lambda number: asked.run(lambda: number), range(2000))) == list(range(2000))


def test_a_thread_that_nothing_is_asked_of_ends_and_not_when_it_is_just_being_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deadline, "_IDLE_S", 0.001)
    before, asked = set(threading.enumerate()), Deadline(30.0)
    for number in range(500):
        assert asked.run(lambda: number) == number  # noqa: B023 - it is called now
        time.sleep(0.001 + number % 50 * 0.00001)  # so that now and then the two meet
    until(lambda: not set(threading.enumerate()) - before)
    assert asked.run(lambda: 1) == 1


def test_what_a_look_up_raises_is_raised_where_it_was_asked() -> None:
    asked = Deadline(30.0)
    for _ in range(2 * MOST_STUCK):
        with pytest.raises(ZeroDivisionError):
            asked.run(lambda: 1 // 0)
    assert asked.run(lambda: 1) == 1


def test_a_machine_that_has_no_thread_left_for_a_look_up_refuses_it_until_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    asked = Deadline(30.0)
    with monkeypatch.context() as none_left:
        none_left.setattr(threading.Thread, "start", refused)
        for _ in range(2 * MOST_STUCK):
            with pytest.raises(TimeoutError):
                asked.run(lambda: 1)
    assert asked.run(lambda: 1) == 1


def test_a_program_ends_while_what_it_has_asked_for_hangs() -> None:
    words = (
        "import threading, agi.deadline\n"
        "try: agi.deadline.Deadline(0.01).run(threading.Event().wait)\n"
        "except TimeoutError: print('left')"
    )
    done = subprocess.run(
        (sys.executable, "-c", words), capture_output=True, text=True, check=True, timeout=60, cwd=ROOT
    )
    assert done.stdout == "left\n"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[CallBook]:
    book = CallBook.open(tmp_path / "calls.db", KEY)
    yield book
    book.close()


def failures(book: CallBook) -> int:
    """How many tries are counted, when all is done that was begun."""
    assert book.flush(60)
    with closing(sqlite3.connect(book.path)) as connection:
        return int(connection.execute("SELECT count(*) FROM failures").fetchone()[0])


def test_a_try_that_is_reserved_too_late_is_given_back(book: CallBook) -> None:
    limit = GuessLimit(BookGuesses(book), Lockout(tries=1))
    with capture_logs() as logged:
        with held(book.path):
            for _ in range(3):
                with pytest.raises(Late):
                    limit.reserve(CALLER, "s")
        until(lambda: not failures(book))
    assert limit.locked(CALLER, "s") is None
    assert isinstance(limit.reserve(CALLER, "s"), Try)
    assert limit.locked(CALLER, "s") is not None
    assert [line["event"] for line in logged] == ["books.silent"]


def test_a_lock_is_not_forgotten_while_the_disk_is_away(book: CallBook) -> None:
    limit = GuessLimit(BookGuesses(book), Lockout(tries=1))
    limit.reserve(CALLER, "s")
    with held(book.path):
        for _ in range(3):
            with pytest.raises(Late):
                limit.reserve(CALLER, "s")
            with pytest.raises(Late):
                limit.locked(CALLER, "s")
    assert failures(book) == 2  # under the number and the caller
    until(lambda: answers(lambda: limit.locked(CALLER, "s")))
    assert limit.locked(CALLER, "s") is not None


def test_a_right_try_is_given_back_when_the_disk_is_back_and_its_caller_does_not_wait(book: CallBook) -> None:
    limit = GuessLimit(BookGuesses(book), Lockout(tries=1))
    tried = limit.reserve(CALLER, "s")
    assert isinstance(tried, Try)
    with held(book.path):
        limit.matched(tried)
    assert limit.locked(CALLER, "s") is None
    assert failures(book) == 0
