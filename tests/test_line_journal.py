"""The journal keeps what happened, never what was entered."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from agi.books.calls import CallBook, Event, unpack
from agi.dialogue.question import Answer, Digits, Mode, Options, Prompt, Question, Result
from agi.line.journal import CallJournal

NIK = "3273050000000001"
AT = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[CallBook]:
    opened = CallBook.open(tmp_path / "calls.db", bytes(32))
    yield opened
    opened.close()


@pytest.fixture
def journal(book: CallBook) -> CallJournal:
    book.begin("1.1", "", AT)
    return CallJournal(book, "1.1", lambda: AT)


def events(book: CallBook) -> tuple[Event, ...]:
    assert book.flush()
    with CallBook.reader(book.path) as reader:
        return reader.events("1.1")


def asked(question: Question, value: str, journal: CallJournal) -> None:
    journal.asked(question, Answer(Result.MATCH, value, Mode.KEYS, took_ms=900), 2)


def test_a_private_answer_keeps_only_its_length(journal: CallJournal, book: CallBook) -> None:
    asked(Question("nik", (Prompt("nik.ask"),), Digits(16, 16), private=True), NIK, journal)
    (event,) = events(book)
    assert (event.node, event.result, event.mode, event.attempt, event.took_ms) == ("nik", "match", "keys", 2, 900)
    assert event.value == "•" * 16


def test_an_option_keeps_its_key_and_another_entry_is_masked(journal: CallJournal, book: CallBook) -> None:
    asked(Question("menu", (), Options("123")), "2", journal)
    asked(Question("number", (), Digits(4, 12)), "271500990106", journal)
    assert [event.value for event in events(book)] == ["2", "••••••••0106"]


@pytest.mark.parametrize("value", [NIK, "3273 0500 0000 0001", "123456", "1234"])
def test_numbers_in_places_become_dots(journal: CallJournal, book: CallBook, value: str) -> None:
    journal.said([Prompt("x", {"number": value, "minutes": 15, "since": date(2026, 1, 2), "office": "Kantor 2"})])
    ((_, places),) = unpack(events(book)[0].prompts)
    assert places["number"] == "•" * len(value)
    assert places | {"number": ""} == {"number": "", "minutes": 15, "since": date(2026, 1, 2), "office": "Kantor 2"}


def test_a_note_with_a_number_in_it_loses_the_number(journal: CallJournal, book: CallBook) -> None:
    journal.noted("nik.checked", f"number {NIK}")
    assert NIK not in events(book)[0].detail


def test_the_file_of_the_book_holds_no_number_that_was_given(journal: CallJournal, book: CallBook) -> None:
    journal.about(NIK)
    asked(Question("nik", (Prompt("x", {"nik": NIK}),), Digits(16, 16), private=True), NIK, journal)
    book.close()
    assert all(NIK.encode() not in path.read_bytes() for path in book.path.parent.glob("calls.db*"))


def test_where_a_call_failed_is_the_last_question(journal: CallJournal) -> None:
    assert journal.node == "start"
    asked(Question("menu", (), Options("1")), "1", journal)
    assert journal.node == "menu"


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (Answer(Result.MATCH, "2", Mode.KEYS), ""),
        (Answer(Result.MATCH, "2", Mode.KEYS, fell_back="off"), ""),
        (Answer(Result.MATCH, "2", Mode.KEYS, fell_back="slow"), "keys only: speech slow"),
        (Answer(Result.MATCH, "2", Mode.SPEECH, 0.934), "confidence 0.93"),
        (Answer(Result.MATCH, "2", Mode.SPEECH, 0.6, sure=False, alternatives=("1",)), "confidence 0.60, unsure"),
    ],
)
def test_how_sure_speech_was_or_why_it_did_not_listen_is_kept(
    journal: CallJournal, book: CallBook, answer: Answer, detail: str
) -> None:
    journal.asked(Question("menu", (), Options("123"), grammar="menu:main"), answer, 1)
    assert [event.detail for event in events(book)] == [detail]
