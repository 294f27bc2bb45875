"""`hotline calls show ID --yaml`: a record becomes a scenario that can be played, and holds no number."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from books_data import KEY, START, ended, nik

from agi.books.calls import CallBook
from agi.books.events import Answered, Asked, Event, Noted, Outcome, Said, Told
from agi.books.reader import CallReader
from agi.services.recorded import scenario
from agi.workshop.softphone.scenario import Do, Scenario
from agi.workshop.softphone.scenariofile import load

CALL = "1764000000.12"
KNOWN = {
    key: frozenset[str]()
    for key in ("menu.main", "help.menu.silent", "nik.ask", "kk.ask", "pin.ask", "registration.ask", "menu.status",
                "identity.mismatch", "ktp.card_shipped", "application.ditolak", "menu.more", "call.goodbye")
}  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> CallBook:
    book = CallBook.open(tmp_path / "calls.db", KEY)
    book.begin(CALL, "081234567890", START)
    return book


def asked(node: str, key: str, result: str, value: str = "", mode: str = "keys") -> Event:
    answer = Answered(result, mode, value, 900)
    return Asked(at=START + timedelta(seconds=1), question=node, prompts=(Said(key),), answer=answer)


def said(key: str, **places: str) -> Event:
    return Told(at=START, prompts=(Said(key, places),))


def noted(node: str, detail: str = "") -> Event:
    return Noted.of(START, node, detail)


def made(book: CallBook, tmp_path: Path, outcome: Outcome, *events: Event) -> Scenario:
    for event in events:
        book.event(CALL, event)
    book.about(CALL, nik(1))
    book.event(CALL, ended(outcome, "nik_check.more", "", START + timedelta(seconds=50)))
    book.close()
    with CallReader(tmp_path / "calls.db") as reader:
        call = reader.call(CALL)
        text = scenario(call, reader.events(CALL))
    assert re.findall(r"\d{6,}", text.replace(CALL, "")) == []
    assert "•" not in text
    (tmp_path / "made.yaml").write_text(text)
    return load(tmp_path / "made.yaml", KNOWN)


def test_numbers_become_people_to_whom_the_same_would_be_said(book: CallBook, tmp_path: Path) -> None:
    found = made(
        book, tmp_path, Outcome.COMPLETED,
        said("call.welcome"),
        asked("main", "menu.main", "no-input"),
        asked("main", "help.menu.silent", "match", "1"),
        asked("nik", "nik.ask", "match", "•" * 16),
        asked("kk", "kk.ask", "match", "•" * 10),
        noted("mismatch", "nik_check"),
        said("identity.mismatch"),
        asked("nik", "nik.ask", "match", "•" * 16, "speech"),
        asked("kk", "kk.ask", "match", "•" * 10),
        noted("nik.checked", "ktp.card_shipped"),
        said("ktp.card_shipped"),
        asked("more", "menu.more", "repeat"),
        asked("more", "menu.more", "match", "2"),
        said("call.goodbye"),
    )  # fmt: skip
    assert [str(step) for step in found.steps] == [
        "hear menu.main",
        "hear help.menu.silent",
        "press 1",
        "hear nik.ask",
        "press {resident ACTIVE CARD_SHIPPED nik}",
        "hear kk.ask",
        "press {resident ACTIVE CARD_SHIPPED wrong kk}",
        "hear identity.mismatch",
        "hear nik.ask",
        "press {resident ACTIVE CARD_SHIPPED nik}",
        "hear kk.ask",
        "press {resident ACTIVE CARD_SHIPPED kk}",
        "hear ktp.card_shipped",
        "hear menu.more",
        "press 9",
        "hear menu.more",
        "press 2",
        "hear call.goodbye",
        "hang up",
    ]
    assert found.expect.outcome is Outcome.COMPLETED
    assert found.expect.events == ("mismatch nik_check", "nik.checked ktp.card_shipped")


def test_an_application_is_found_by_its_document_and_its_status(book: CallBook, tmp_path: Path) -> None:
    found = made(
        book, tmp_path, Outcome.COMPLETED,
        asked("registration", "registration.ask", "no-match", "•••••"),
        asked("registration", "registration.ask", "agent"),
        asked("registration", "registration.ask", "match", "•" * 12),
        asked("pin", "pin.ask", "match", "•" * 6),
        noted("application.told", "ditolak"),
        said("application.ditolak", document="document.kk"),
    )  # fmt: skip
    assert [step.text for step in found.steps if step.do is Do.PRESS] == [
        "11111#",
        "0#",
        "{application KK DITOLAK number}",
        "{application KK DITOLAK pin}",
    ]


def test_who_is_locked_is_somebody_no_other_call_needs(book: CallBook, tmp_path: Path) -> None:
    found = made(
        book, tmp_path, Outcome.LOCKED_OUT,
        asked("nik", "nik.ask", "match", "•" * 16), asked("kk", "kk.ask", "match", "•" * 10), noted("mismatch"),
    )  # fmt: skip
    assert "press {resident spare ACTIVE wrong kk}" in [str(step) for step in found.steps]


def test_a_number_that_was_not_looked_up_is_no_wrong_one(book: CallBook, tmp_path: Path) -> None:
    found = made(
        book, tmp_path, Outcome.ABANDONED,
        asked("kk", "kk.ask", "match", "•" * 10),
        asked("nik", "nik.ask", "match", "•" * 16), asked("kk", "kk.ask", "match", "•" * 10), noted("mismatch"),
    )  # fmt: skip
    assert [step.text for step in found.steps if step.do is Do.PRESS] == [
        "{resident ACTIVE kk}",
        "{resident ACTIVE nik}",
        "{resident ACTIVE wrong kk}",
    ]


def test_what_a_record_does_not_tell_is_left_to_be_written(book: CallBook, tmp_path: Path) -> None:
    found = made(book, tmp_path, Outcome.ABANDONED, asked("other", "menu.main", "match", "berikutnya", "speech"))
    assert [step.do for step in found.steps] == [Do.HEAR, Do.WAIT, Do.HANG_UP]
    assert "write what is pressed or said" in (tmp_path / "made.yaml").read_text()


def test_the_readme_lists_every_word_of_a_scenario() -> None:
    from agi.settings import ROOT
    from agi.workshop.softphone import numbers, scenariofile
    from agi.workshop.softphone.speaking import SPEAKERS

    table = (ROOT / "README.md").read_text().partition("| word of a scenario |")[2].partition("\n\n")[0]
    words = {*Do, *Outcome, *SPEAKERS, *scenariofile._TOP, *scenariofile._CASE, *scenariofile._EXPECT, "wrong"}
    words |= {numbers.SPARE, *(wanted for kind in numbers._WANTED.values() for wanted in kind), *numbers._WANTED}
    assert [word for word in sorted(words) if not re.search(rf"\b{re.escape(word)}\b", table)] == []
    assert numbers._WITH.search(table)
