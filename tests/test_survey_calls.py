"""One question of the survey after an answer: to whom, how it is passed by, and what is kept of it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sample_office import SampleOffice, kk_digits, nik
from scripted_caller import ScriptedKeypad, ScriptedPhone

from agi.books.contacts import Contact
from agi.books.counting import CallCounter
from agi.books.errors import BookError
from agi.books.events import Noted, NoteKind, Outcome
from agi.books.survey import Element, Rating
from agi.line.journal import CallJournal
from agi.services.recorded import scenario
from agi.settings.tables import Survey

pytest_plugins = ["office_fixtures"]

LOCKED = f"{nik(1)}{' 9999999999' * 3}"
QUESTIONS = {f"survey.{element}" for element in Element}


@pytest.fixture
def asking(registry_file: Path, tmp_path: Path, patient_books: None) -> Iterator[SampleOffice]:
    """An office whose survey is on."""
    with closing(SampleOffice.open(registry_file, tmp_path, survey=Survey(enabled=True))) as opened:
        yield opened


class Recorder:
    """Calls that are written down."""

    def __init__(self, office: SampleOffice) -> None:
        self.office = office
        self._calls = 0

    def call(self, script: str, caller: str = "628110001") -> tuple[Contact, list[str], list[Noted]]:
        """The record, what was heard, and what was noted of the survey."""
        self._calls += 1
        call_id = f"{self._calls}.0"
        self.office.book.begin(call_id, caller, self.office.clock.now)
        journal = CallJournal(self.office.book, call_id, self.office.clock)
        called = self.office.called(ScriptedPhone(ScriptedKeypad(script)), caller=caller, journal=journal)
        journal.ended(called.ending.outcome, called.ending.where, called.ending.why)
        assert self.office.book.flush(60)
        with CallCounter(self.office.book.path) as reader:
            events = reader.events(call_id)
            told = [event for event in events if isinstance(event, Noted) and event.kind.startswith("survey.")]
            return reader.call(call_id), called.heard, told


def test_after_an_answer_one_element_is_asked_and_its_rating_kept(asking: SampleOffice) -> None:
    call, heard, noted = Recorder(asking).call("412 2 3")
    assert heard[-4:-3] == ["survey.intro"]
    assert heard[-3] in QUESTIONS
    assert heard[-2:] == ["survey.scale", "call.goodbye"]
    assert call.outcome is Outcome.COMPLETED
    element = Element(heard[-3].removeprefix("survey."))
    assert [(one.kind, one.detail) for one in noted] == [
        (NoteKind.SURVEY_ASKED, element), (NoteKind.SURVEY_RATED, f"{element} 3"),
    ]  # fmt: skip
    with CallCounter(asking.book.path) as reader:
        tally = reader.tally(asking.clock.now, asking.clock.now + timedelta(hours=1))
    assert tally.ratings == {Rating(element, 3): 1}
    assert tally.noted == {NoteKind.SURVEY_ASKED: 1}


@pytest.mark.parametrize("passes", [",", "7", "*", "!", "^"])
def test_silence_another_key_star_and_hanging_up_do_no_harm(asking: SampleOffice, passes: str) -> None:
    call, heard, noted = Recorder(asking).call(f"412 2 {passes}")
    assert "survey.intro" in heard
    assert [one.kind for one in noted] == [NoteKind.SURVEY_ASKED]
    assert call.outcome is Outcome.COMPLETED
    if passes not in "!^":
        assert heard[-1] == "call.goodbye"
        assert not [key for key in heard if key.startswith("help.")]


def test_zero_leads_to_an_agent_as_everywhere(asking: SampleOffice) -> None:
    call, heard, _ = Recorder(asking).call("412 2 0")
    assert heard[-1] == "agent.connecting"
    assert call.outcome is Outcome.TRANSFERRED


@pytest.mark.parametrize(
    "script",
    [
        "0",  # to an agent
        ", , ,",  # silent
        "7 7 7",  # given up
        "412 , ,",  # answered, and then gone from the telephone
        f"412 1 1 {LOCKED} 2",  # answered, and then locked
    ],
)
def test_nobody_is_asked_who_was_not_answered_or_is_gone(asking: SampleOffice, script: str) -> None:
    assert not QUESTIONS & set(Recorder(asking).call(script)[1])


def test_nobody_is_asked_after_a_book_failed(asking: SampleOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    def failed(*_: object) -> None:
        raise BookError("gone")

    monkeypatch.setattr(type(asking.office), "check_nik", failed)
    heard = Recorder(asking).call(f"1 {nik(1)} {kk_digits(1)} 1 412 2")[1]
    assert "registration.unavailable" in heard
    assert not QUESTIONS & set(heard)


def test_no_number_is_asked_twice_within_the_days(asking: SampleOffice) -> None:
    calls = Recorder(asking)
    assert calls.call("412 2 ,")[2]
    assert not calls.call("412 2")[2]  # also who did not answer
    assert calls.call("412 2 4", caller="628110002")[2]
    asking.clock.pass_by(timedelta(days=Survey().days, hours=1))
    assert calls.call("412 2 4")[2]


def test_who_withholds_the_number_or_a_book_that_is_late_costs_no_question(
    asking: SampleOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not Recorder(asking).call("412 2", caller="")[2]

    def failed(*_: object) -> bool:
        raise BookError("late")

    monkeypatch.setattr(type(asking.book), "surveyed", failed)
    assert not Recorder(asking).call("412 2")[2]


def test_it_is_off_until_it_is_switched_on(office: SampleOffice) -> None:
    assert not QUESTIONS & set(Recorder(office).call("412 2")[1])


def test_a_scenario_made_of_such_a_call_waits_for_no_question_of_it(asking: SampleOffice) -> None:
    call, *_ = Recorder(asking).call("412 2 3")
    with CallCounter(asking.book.path) as reader:
        assert "survey" not in scenario(call, reader.events(call.id))
