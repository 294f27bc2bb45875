"""The number of a call opens what it was about, for a while, and nothing that is anybody's; it can't be guessed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from office_fixtures import patient_books
from scripted_caller import SetClock

from agi.books.case import CaseFile, case_valid
from agi.books.cases import CaseBook
from agi.books.cases_schema import SCHEMA
from agi.books.guesses import MemoryGuesses
from agi.books.small_book import FileBook, MemoryBook
from agi.office.cases import About, Cases
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit
from agi.office.results import Invalid, Locked, Subject, Wrong
from agi.settings.tables import Cases as Limits
from agi.settings.tables import Lockout

__all__ = ["patient_books"]
pytestmark = pytest.mark.usefixtures("patient_books")

CALLER = "+6281234567890"
ABOUT = About("nik_check", "nik+kk", "nik_check.more", "••••9610", "ktp.card_issued")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(params=["SQLite", "memory"])
def cases(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Cases:
    file = tmp_path / "cases" / "cases.db"
    book = FileBook(file, SCHEMA) if request.param == "SQLite" else MemoryBook(SCHEMA)
    return Cases(CaseBook(book), GuessLimit(MemoryGuesses(), Lockout(), clock), bytes(32), Limits(), clock)


def agent() -> Visitor:
    return Visitor(account="halaman:budi")


def test_a_case_keeps_its_number_however_often_it_is_written(cases: Cases, clock: SetClock) -> None:
    first = cases.keep("1.1", CALLER, About("main"))
    clock.pass_by(timedelta(minutes=1))
    second = cases.keep("1.1", CALLER, ABOUT)
    assert case_valid(first.number)
    assert second.number == first.number
    assert cases.opened(agent(), first.number) == second
    assert (second.topic, second.verified, second.about) == ("nik_check", "nik+kk", "••••9610")


def test_of_the_caller_only_a_hash_is_kept(tmp_path: Path, cases: Cases) -> None:
    kept = cases.keep("1.1", CALLER, ABOUT)
    assert kept.caller and CALLER.encode() not in kept.caller
    assert cases.keep("1.2", "", ABOUT).caller == b""
    for path in tmp_path.rglob("*.db"):
        assert CALLER[-8:].encode() not in path.read_bytes()


def test_a_slip_is_told_without_a_try_and_an_unknown_number_counts(cases: Cases) -> None:
    number = cases.keep("1.1", CALLER, ABOUT).number
    slip = f"{(int(number[0]) + 1) % 10}{number[1:]}"
    visitor = Visitor(number="+62811")
    assert cases.opened(visitor, slip) == Invalid(Subject.CASE)
    others = [one for one in map(str, range(1000000, 1000200)) if case_valid(one) and one != number]
    assert cases.opened(visitor, others[0]) == Wrong(Subject.CASE)
    assert cases.opened(visitor, others[1]) == Wrong(Subject.CASE)
    stopped = cases.opened(visitor, others[2])
    assert isinstance(stopped, Wrong) and isinstance(stopped.stop, Locked)
    assert isinstance(cases.opened(Visitor(number="+62811"), number), Locked)


def test_after_its_days_it_opens_nothing_and_is_deleted(cases: Cases, clock: SetClock) -> None:
    number = cases.keep("1.1", CALLER, ABOUT).number
    clock.pass_by(timedelta(days=14, seconds=1))
    assert cases.opened(agent(), number) == Wrong(Subject.CASE)
    assert cases.purge() == 1
    assert cases.book.by_number(number) is None


def waiting(cases: Cases, clock: SetClock) -> CaseFile:
    return cases.keep("1.1", CALLER, ABOUT, joined=clock.now)


def test_who_is_cut_off_in_the_queue_is_known_for_ten_minutes(cases: Cases, clock: SetClock) -> None:
    kept = waiting(cases, clock)
    assert cases.interrupted(CALLER) is None
    cases.dropped("1.1", clock.now)
    clock.pass_by(timedelta(minutes=10))
    found = cases.interrupted(CALLER)
    assert found is not None and found.number == kept.number
    assert found.joined == kept.joined
    assert cases.interrupted("+6281111111111") is None
    clock.pass_by(timedelta(seconds=1))
    assert cases.interrupted(CALLER) is None


def test_who_goes_on_does_so_once_and_has_nothing_proved(cases: Cases, clock: SetClock) -> None:
    number = waiting(cases, clock).number
    cases.dropped("1.1", clock.now)
    taken = cases.go_on(number, "1.2")
    assert taken is not None
    assert (taken.call, taken.verified, taken.status, taken.about) == ("1.2", "", "", "••••9610")
    assert cases.go_on(number, "1.3") is None
    assert cases.interrupted(CALLER) is None
    assert cases.keep("1.2", CALLER, ABOUT).number == number


def test_who_does_not_wait_any_more_was_not_cut_off(cases: Cases, clock: SetClock) -> None:
    waiting(cases, clock)
    cases.keep("1.1", CALLER, ABOUT)
    cases.dropped("1.1", clock.now)
    cases.dropped("no such call", clock.now)
    assert cases.interrupted(CALLER) is None


def test_who_withholds_the_number_is_never_known_again(cases: Cases, clock: SetClock) -> None:
    cases.keep("1.1", "", ABOUT, joined=clock.now)
    cases.dropped("1.1", clock.now)
    assert cases.interrupted("") is None
    cases.cut_off("1.2", "", ABOUT)
    assert cases.book.by_call("1.2") is None


def test_zero_minutes_switch_it_off(cases: Cases, clock: SetClock) -> None:
    off = Cases(cases.book, cases.guesses, cases.key, Limits(resume_minutes=0), clock)
    off.cut_off("1.1", CALLER, ABOUT)
    assert off.interrupted(CALLER) is None


def test_times_come_back_as_they_were_kept(cases: Cases, clock: SetClock) -> None:
    clock.now = datetime(2026, 11, 24, 7, 0, 0, 123456, UTC)
    kept = cases.keep("1.1", CALLER, ABOUT)
    assert cases.book.by_call("1.1") == kept
