"""The tallies of days, each counted once and kept, are those that counting anew gives, whatever comes late."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from books_data import KEY, ended
from hypothesis import given, settings
from hypothesis import strategies as st

from agi.books import days as days_module
from agi.books.calls import CallBook
from agi.books.counting import CallCounter
from agi.books.days import Days
from agi.books.events import QUEUE, Answered, Asked, Outcome, Said
from agi.books.reader import BookUnreadable
from agi.books.tally import Fate, Tally

ZONE = ZoneInfo("Asia/Jakarta")
FIRST = date(2026, 11, 20)
DAYS = 4
BEGIN = datetime(2026, 11, 20, tzinfo=ZONE).astimezone(UTC)
ANSWERS = (Answered("match", "keys", "1"), Answered("no-input", "none"), Answered("match", "speech", "2", 0, 0.55))


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_FRESH_S", "_SHARE", "_SAVE_S"):
        monkeypatch.setattr(days_module, name, 0)


class Office:
    """A book of calls, and the days that are counted of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.book = CallBook.open(folder / "calls.db", KEY)
        self.days = self.anew()
        self.calls = 0

    def anew(self) -> Days:
        """What another process has of them."""
        return Days(self.folder / "calls.db", self.folder / "days.jsonl", ZONE)

    def call(self, hour: int, caller: int, outcome: Outcome | None = Outcome.COMPLETED, answer: int = 0) -> str:
        self.calls += 1
        name, at = f"{self.calls}.0", BEGIN + timedelta(hours=hour, minutes=self.calls % 50)
        self.book.begin(name, f"08{caller:09d}", at)
        said = (Said("menu.main"),)
        self.book.event(name, Asked(at=at, question="main", prompts=said, answer=ANSWERS[answer]))
        if outcome:
            self.book.event(name, ended(outcome, "", "", at + timedelta(minutes=1)))
        return name

    def kept(self, days: Days | None = None) -> Tally:
        """All days, as they are told once counting is over."""
        days = days or self.days
        assert self.book.flush()
        days.of(FIRST, DAYS)
        assert days.settle(60)
        counted = days.of(FIRST, DAYS)
        assert counted.missing == 0
        return counted.tally

    def counted_anew(self) -> Tally:
        with CallCounter(self.folder / "calls.db") as reader:
            return reader.tally(BEGIN, BEGIN + timedelta(DAYS))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.book.close()


CALL = st.tuples(
    st.just("call"), st.integers(0, 24 * DAYS - 1), st.integers(0, 3), st.sampled_from([*Outcome, None]),
    st.integers(0, 2),
)  # fmt: skip
LATER = st.tuples(st.just("later"), st.integers(0, 30), st.sampled_from([*Outcome]))
PURGE = st.tuples(st.just("purge"), st.integers(0, 24 * DAYS))
LOOK = st.tuples(st.sampled_from(["look", "start anew"]))


@settings(max_examples=25)
@given(st.lists(st.one_of(CALL, CALL, CALL, LATER, PURGE, LOOK, LOOK), max_size=25))
def test_whatever_comes_in_whatever_order_they_equal_all_counted_anew(steps: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as folder:
        office = Office(Path(folder))
        for step in steps:
            match step:
                case ("call", hour, caller, outcome, answer):
                    office.call(hour, caller, outcome, answer)
                case ("later", number, outcome) if office.calls:
                    name = f"{number % office.calls + 1}.0"
                    office.book.event(name, ended(outcome, QUEUE, "hung up while waiting", BEGIN + timedelta(5)))
                case ("purge", hours):
                    office.book.flush()
                    office.book.purge(BEGIN + timedelta(hours=hours))
                case ("look",):
                    assert office.kept() == office.counted_anew()
                case ("start anew",):
                    office.days = office.anew()
        assert office.kept() == office.counted_anew()
        office.book.close()


def test_a_second_call_within_a_day_takes_back_that_yesterday_served(office: Office) -> None:
    office.call(20, 1)
    assert office.kept().fates == {Fate.SERVED: 1}
    office.call(40, 1)
    assert office.kept().fates == {Fate.SERVED: 1, Fate.AGAIN: 1}


def test_only_days_with_something_new_are_counted_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(DAYS):
        office.call(24 * day + 12, day)
    office.kept()
    counted = list[datetime]()
    tally = CallCounter.tally

    def watched(reader: CallCounter, since: datetime, until: datetime) -> Tally:
        counted.append(since)
        return tally(reader, since, until)

    monkeypatch.setattr(CallCounter, "tally", watched)
    office.kept(office.anew())
    assert counted == []
    office.call(24 * 2 + 13, 9)
    office.kept(office.anew())
    assert counted == [BEGIN + timedelta(2), BEGIN + timedelta(1)]


def test_deleted_calls_are_no_longer_counted(office: Office) -> None:
    for hour in (3, 13, 40, 50):
        office.call(hour, hour)
    office.kept()
    office.book.purge(BEGIN + timedelta(hours=8))
    assert office.kept() == office.counted_anew()
    assert office.kept().begun.total() == 3


def test_another_book_at_the_same_place_is_counted_anew(office: Office) -> None:
    for hour in range(30, 35):
        office.call(hour, hour)
    office.kept()
    office.book.close()
    for file in office.folder.glob("calls.db*"):
        file.unlink()
    office.book = CallBook.open(office.folder / "calls.db", KEY)
    for hour in range(7):
        office.call(hour + 30, hour, Outcome.FAILED)
    assert office.kept(office.anew()) == office.counted_anew()
    assert office.kept().fates == {Fate.FAILED: 7}


@pytest.mark.parametrize("garbage", ["", "{}", "[1", '{"rules": 1, "zone": "Asia/Jakarta", "days": 1}\n["x", {}]'])
def test_a_kept_file_that_cannot_be_read_is_made_anew(office: Office, garbage: str) -> None:
    office.call(3, 1)
    office.kept()
    kept = office.folder / "days.jsonl"
    whole = kept.read_text()
    kept.write_text(garbage)
    assert office.kept(office.anew()).begun.total() == 1
    assert kept.read_text() == whole


_COUNT = """
import sys
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo
from agi.books import days
days._FRESH_S = days._SHARE = days._SAVE_S = 0
folder = Path(sys.argv[1])
made = days.Days(folder / "calls.db", folder / "days.jsonl", ZoneInfo("Asia/Jakarta"))
while True:
    made.of(date(2026, 11, 20), 4)
    made.settle(60)
    print("counted", flush=True)
"""


def test_killed_at_any_moment_the_next_process_has_the_same(office: Office) -> None:
    for number in range(300):
        office.call(number % (24 * DAYS), number)
    office.book.flush()
    for rounds in (1, 2, 7):
        command = [sys.executable, "-c", _COUNT, str(office.folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]) as counting:
            assert counting.stdout
            for _ in range(rounds):
                assert counting.stdout.readline() == b"counted\n"
                office.call(rounds, rounds)
            os.kill(counting.pid, signal.SIGKILL)
        assert office.kept(office.anew()) == office.counted_anew()


def test_who_asks_first_does_not_wait_for_a_long_count(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.call(3, 1)
    office.book.flush()
    monkeypatch.setattr(days_module, "_WAIT_S", 0.01)
    monkeypatch.setattr(days_module, "_FIRST_WAIT_S", 0.01)
    tally = CallCounter.tally

    def slow(reader: CallCounter, since: datetime, until: datetime) -> Tally:
        days_module.threading.Event().wait(0.05)
        return tally(reader, since, until)

    monkeypatch.setattr(CallCounter, "tally", slow)
    assert office.days.of(FIRST, DAYS).missing > 0
    assert office.days.settle(60)
    assert office.days.of(FIRST, DAYS).missing == 0


def test_what_is_asked_for_as_counting_ends_is_counted_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.call(3, 1)
    office.book.flush()
    monkeypatch.setattr(days_module, "_WAIT_S", 0.001)
    save = Days._save
    asked = list[int]()

    def meanwhile(days: Days) -> None:
        if not asked:
            asked.append(days.of(FIRST, DAYS).missing)
        save(days)

    monkeypatch.setattr(Days, "_save", meanwhile)
    office.days.of(FIRST, 1)
    assert office.days.settle(60)
    assert asked == [DAYS - 1]
    assert office.days.of(FIRST, DAYS).missing == 0


def test_a_book_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "calls.db").write_bytes(b"no database" * 1000)
    with pytest.raises(BookUnreadable):
        Days(tmp_path / "calls.db", tmp_path / "days.jsonl", ZONE).of(FIRST, 1)
