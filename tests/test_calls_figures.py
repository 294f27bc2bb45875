"""The figures of a period are those of calls that were counted by hand."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from books_data import KEY, START, ended

from agi.books.calls import CallBook
from agi.books.counting import CallCounter
from agi.books.events import QUEUE, Answered, Asked, Carried, Outcome, Said, Waited, WaitEnd
from agi.books.figures import Confidence, Figures, Reached, Trouble
from agi.books.tally import Fate, Tally, Wait

DAY = timedelta(days=1)
MATCH, SILENT, UNFIT = Answered("match", "keys", "1"), Answered("no-input", "none"), Answered("no-match", "keys", "8")
SPOKEN, UNSURE = Answered("match", "speech", "2", 0, 0.93), Answered("match", "speech", "2", 0, 0.41, sure=False)


def call(book: CallBook, name: str, number: str, begun: datetime, outcome: Outcome | None, *answers: Answered) -> None:
    """One that was asked at the menu as often as there are `answers`."""
    book.begin(name, number, begun)
    prompts = (Said("call.welcome"), Said("menu.main"))
    for nth, answer in enumerate(answers, 1):
        book.event(name, Asked(at=begun + timedelta(seconds=nth), question="main", prompts=prompts, answer=answer))
    if outcome:
        book.event(name, ended(outcome, "main" if answers else "", "", begun + timedelta(seconds=20)))


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[CallCounter]:
    book = CallBook.open(tmp_path / "calls.db", KEY)
    call(book, "served", "0811111111", START, Outcome.COMPLETED, SILENT, MATCH)
    call(book, "again", "0822222222", START, Outcome.COMPLETED, MATCH)
    call(book, "a day later", "0822222222", START + DAY, Outcome.COMPLETED, MATCH)
    call(book, "after a day", "0811111111", START + DAY + timedelta(minutes=1), Outcome.COMPLETED, MATCH)
    call(book, "unanswered", "0833333333", START, Outcome.COMPLETED, SILENT)
    call(book, "withheld", "", START, Outcome.COMPLETED, SPOKEN)
    call(book, "withheld too", "", START, Outcome.COMPLETED, UNSURE)
    call(book, "early", "0844444444", START, Outcome.ABANDONED)
    call(book, "abandoned", "0855555555", START, Outcome.ABANDONED, UNFIT)
    call(book, "gave up", "0866666666", START, Outcome.GAVE_UP, UNFIT, UNFIT)
    call(book, "failed", "0877777777", START, Outcome.FAILED)
    call(book, "handed", "0888888888", START, Outcome.TRANSFERRED, MATCH)
    call(book, "queue", "0899999999", START, Outcome.TRANSFERRED, MATCH)
    book.event("queue", ended(Outcome.ABANDONED, QUEUE, "hung up while waiting", START + timedelta(seconds=65)))
    waited = START + timedelta(seconds=60)
    book.event("handed", Waited(at=waited, seconds=40, end=WaitEnd.ANSWERED))
    for name, lost in (("served", 0), ("handed", 200)):
        told = {"codec": "alaw", "jitter_ms": 1.0, "rtt_ms": 1.0, "sent": 1, "lost_there": 0}
        book.event(name, Carried(at=waited, received=1000, lost=lost, **told))
    call(book, "going on", "0812121212", START, None, MATCH)
    book.close()
    with CallCounter(tmp_path / "calls.db") as made:
        yield made


@pytest.fixture
def figures(reader: CallCounter) -> Figures:
    tally = reader.tally(START - timedelta(hours=1), START + timedelta(hours=1))
    assert Tally.unpacked(json.loads(json.dumps(tally.packed()))) == tally
    return Figures.of(tally)


def test_served_is_who_was_answered_and_did_not_call_again_within_a_day(figures: Figures) -> None:
    wanted = {
        Fate.SERVED: 3, Fate.AGAIN: 1, Fate.UNANSWERED: 1, Fate.ABANDONED: 2, Fate.GAVE_UP: 1, Fate.FAILED: 1,
        Fate.HANDED: 1, Fate.EARLY: 1, Fate.GOING_ON: 1,
    }  # fmt: skip
    assert dict(figures.fates) == wanted
    assert (figures.calls, figures.counted) == (12, 10)
    assert figures.served_share == pytest.approx(0.3)


def test_a_sentence_that_confuses_stands_first(figures: Figures) -> None:
    assert figures.troubles == (Trouble("main", "menu.main", 12, 2, 3),)


def test_questions_tell_how_many_came_and_ended_there(figures: Figures) -> None:
    assert figures.reached == (Reached("main", 10, hung_up=1, gave_up=1, failed=0),)


def test_keys_stand_against_voice_and_its_confidence(figures: Figures) -> None:
    assert (figures.by_keys, figures.by_voice) == (8, 2)
    assert len(figures.confidence) == 10
    assert [one for one in figures.confidence if one.answers] == [Confidence(4, 1, 0), Confidence(9, 1, 1)]


def test_waits_are_told_by_how_they_ended_also_of_who_hung_up_before_waits_were_events(figures: Figures) -> None:
    assert figures.waits == {Wait(45, WaitEnd.HUNG_UP): 1, Wait(40, WaitEnd.ANSWERED): 1}


def test_bad_connections_are_counted_among_those_that_are_known(figures: Figures) -> None:
    assert (figures.carried, figures.bad) == (2, 1)


def test_now_are_the_open_calls_and_those_with_the_agents(reader: CallCounter) -> None:
    now = reader.now(START + timedelta(minutes=5))
    assert (now.talking, now.handed) == (1, 2)  # the agents may still have who was handed over or given up


def test_a_period_without_calls_is_empty(reader: CallCounter) -> None:
    empty = Figures.of(reader.tally(START + 9 * DAY, START + 10 * DAY))
    assert (empty.begun, empty.counted, empty.served_share, empty.reached) == ({}, 0, None, ())


def test_a_book_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    with CallCounter(tmp_path / "none.db") as made:
        assert made.tally(START, START + DAY) == Tally()
        assert made.now(START).talking == 0
