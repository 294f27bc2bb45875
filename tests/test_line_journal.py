"""The journal keeps what happened, never what was entered."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from agi.books.calls import CallBook
from agi.books.events import Answered, Asked, Event, Noted, NoteKind, Outcome, Said, Told
from agi.books.reader import CallReader
from agi.dialogue.question import Answer, Digits, Mode, Options, Prompt, Question, Result
from agi.line.journal import CallJournal

AGI = Path(__file__).parent.parent / "agi"
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
    assert book.flush(60)
    with CallReader(book.path) as reader:
        return reader.events("1.1")


def answers(book: CallBook) -> list[Asked]:
    return [one for one in events(book) if isinstance(one, Asked)]


def asked(question: Question, value: str, journal: CallJournal) -> None:
    journal.asked(question, Answer(Result.MATCH, value, Mode.KEYS, took_ms=900), 2)


def test_a_private_answer_keeps_only_its_length(journal: CallJournal, book: CallBook) -> None:
    asked(Question("nik", (Prompt("nik.ask"),), Digits(16, 16), private=True), NIK, journal)
    (event,) = events(book)
    answer = Answered("match", "keys", "•" * 16, 900)
    assert event == Asked(at=AT, question="nik", prompts=(Said("nik.ask"),), attempt=2, answer=answer)


def test_an_option_keeps_its_key_and_another_entry_is_masked(journal: CallJournal, book: CallBook) -> None:
    asked(Question("menu", (), Options("123")), "2", journal)
    asked(Question("number", (), Digits(4, 12)), "271500990106", journal)
    assert [one.answer.value for one in answers(book)] == ["2", "••••••••0106"]


@pytest.mark.parametrize("value", [NIK, "3273 0500 0000 0001", "123456", "1234"])
def test_numbers_in_places_become_dots(journal: CallJournal, book: CallBook, value: str) -> None:
    journal.said([Prompt("x", {"number": value, "minutes": 15, "since": date(2026, 1, 2), "office": "Kantor 2"})])
    (told,) = events(book)
    assert isinstance(told, Told)
    places = told.prompts[0].places
    assert places["number"] == "•" * len(value)
    assert {**places, "number": ""} == {"number": "", "minutes": 15, "since": date(2026, 1, 2), "office": "Kantor 2"}


def test_a_note_with_a_number_in_it_loses_the_number(journal: CallJournal, book: CallBook) -> None:
    journal.noted("nik.checked", f"number {NIK}")
    assert events(book) == (Noted(at=AT, kind=NoteKind.NIK_CHECKED, detail="number ••••••••••••0001"),)


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
    ("answer", "confidence", "sure", "fell_back"),
    [
        (Answer(Result.MATCH, "2", Mode.KEYS), None, True, ""),
        (Answer(Result.MATCH, "2", Mode.KEYS, fell_back="off"), None, True, ""),
        (Answer(Result.MATCH, "2", Mode.KEYS, fell_back="slow"), None, True, "slow"),
        (Answer(Result.MATCH, "2", Mode.SPEECH, 0.934), 0.934, True, ""),
        (Answer(Result.MATCH, "2", Mode.SPEECH, 0.6, sure=False, alternatives=("1",)), 0.6, False, ""),
    ],
)
def test_how_sure_speech_was_or_why_it_did_not_listen_is_kept(
    journal: CallJournal, book: CallBook, answer: Answer, confidence: float | None, sure: bool, fell_back: str
) -> None:
    journal.asked(Question("menu", (), Options("123"), grammar="menu:main"), answer, 1)
    (one,) = answers(book)
    assert (one.answer.confidence, one.answer.sure, one.answer.fell_back) == (confidence, sure, fell_back)


def test_a_caller_who_comes_back_from_a_fault_has_failed_before(journal: CallJournal, book: CallBook) -> None:
    asked(Question("menu", (), Options("1")), "1", journal)
    journal.came_back("line stopped")
    journal.ended(Outcome.ABANDONED, "start", "hung up")
    assert book.flush(60)
    with CallReader(book.path) as reader:
        call = reader.call("1.1")
        assert (call.outcome, call.why) == (Outcome.ABANDONED, "hung up")
        assert reader.course(call).first_failure == "failed at menu: line stopped"


def test_every_note_that_a_call_may_hold_has_a_kind() -> None:
    """The dialogue knows no books and gives words, which are looked for in its code; the others give the kinds."""
    word = re.compile(r"\b(?:note|noted)\(\s*f?\"([^\"]+)\"(?: if [^,\"]* else \"([^\"]+)\")?")

    def given(room: str) -> set[str]:
        code = "".join(path.read_text() for path in (AGI / room).rglob("*.py"))
        return {one for found in word.findall(code) for one in found} - {""}

    assert {"speech.confirmed", "speech.denied"} <= given("dialogue") <= {*NoteKind}
    assert given("services") | given("line") == set()
