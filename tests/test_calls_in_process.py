"""Every scenario of tests/calls in this process: the same conversation without Asterisk, sound and waiting."""

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sample_office import KEY, KK_DIGITS, MENU, TEXTS, SampleOffice
from virtual_telephone import Played, play

from agi.books.events import Asked, Noted, Outcome
from agi.books.hours import HoursBook, OwnHours, spans
from agi.books.importing import import_sample
from agi.dialogue.question import Mode
from agi.settings import ROOT
from agi.settings.tables import Survey
from agi.workshop.softphone import sample
from agi.workshop.softphone.numbers import Numbers
from agi.workshop.softphone.scenariofile import load

pytest_plugins = ["office_fixtures"]

CALLS = Path(__file__).parent / "calls"
SPOKEN = CALLS / "spoken"
DOUBTFUL = SPOKEN / "doubtful"
OFF_DUTY = (CALLS / "off_duty", SPOKEN / "off_duty")
CLOSED = (CALLS / "closed", SPOKEN / "closed")
SURVEYED = CALLS / "surveyed"
FILES = sorted(str(path.relative_to(CALLS)) for path in CALLS.rglob("*.yaml"))
KNOWN = {key: frozenset(text.places) for key, text in TEXTS.items()}
SAMPLE = ROOT / "data" / "sample"
PEOPLE = sample.load(SAMPLE, KK_DIGITS)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's, as a new installation has it."""
    path = tmp_path_factory.mktemp("registry") / "registry.db"
    import_sample(path, KEY, KK_DIGITS, SAMPLE)
    return path


@pytest.fixture
def office(registry: Path, tmp_path: Path, patient_books: None) -> Iterator[SampleOffice]:
    """An office with records and lock-outs of its own."""
    with closing(SampleOffice.open(registry, tmp_path)) as opened:
        yield opened


@pytest.fixture(scope="module")
def played(registry: Path, tmp_path_factory: pytest.TempPathFactory, patient_books: None) -> dict[str, Played]:
    """All calls, each at an office of its own; by the name of their file."""
    found = {}
    for name in FILES:
        path = CALLS / name
        spoken = MENU.spoken if SPOKEN in path.parents else None
        unsure = frozenset(("nik",)) if DOUBTFUL in path.parents else frozenset[str]()
        survey = Survey(enabled=SURVEYED in path.parents)
        with closing(SampleOffice.open(registry, tmp_path_factory.mktemp("office"), survey=survey)) as own:
            if path.parent in OFF_DUTY:
                HoursBook(own.settings.hours_file).write(OwnHours())
            if path.parent in CLOSED:
                HoursBook(own.settings.hours_file).write(OwnHours((spans("00:00-00:01"),) * 7))
            found[name] = play(load(path, KNOWN), own, Numbers(PEOPLE, random.Random(name)), spoken, unsure)
    return found


@pytest.mark.parametrize("name", FILES)
def test_the_call_goes_as_told(name: str, played: dict[str, Played]) -> None:
    assert not played[name].wrong, "\n".join((*played[name].told, *played[name].wrong))


def test_the_calls_end_in_every_way_that_a_conversation_can_end(played: dict[str, Played]) -> None:
    assert {one.call.outcome for one in played.values()} == {*Outcome} - {Outcome.FAILED}


def test_every_service_is_called_by_keys_and_by_voice(played: dict[str, Played]) -> None:
    for spoken in (False, True):
        calls = [one.events for name, one in played.items() if name.startswith("spoken/") is spoken]
        assert {event.kind for events in calls for event in events if isinstance(event, Noted)} >= {
            "nik.checked", "application.told", "applications.told", "transfer",
        }  # fmt: skip


def test_every_kind_of_question_is_answered_by_voice(played: dict[str, Played]) -> None:
    asked = [event for one in played.values() for event in one.events if isinstance(event, Asked)]
    assert {event.question for event in asked if event.answer.mode == Mode.SPEECH} >= {
        "main", "status", "requirements", "requirements_akta", "other", "more", "applications", "nik", "kk",
        "registration", "pin", "nik_confirm",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "expect", "found"),
    [
        ("{hear: menu.main}, {press: 4}, {hear: menu.status}", "", "hear menu.status: instead: menu.other"),
        ("{hear: lockout.minutes minutes=15}", "", "instead: call.welcome"),
        ("{hear: menu.main}, {press: 412}, {hear: info.hours}, {press: 2}, {wait: 60 s}", "", "the hotline hung up"),
        ("{hear: menu.main}, they hang up", "", "they did not"),
        ("{hear: call.welcome}, {silence: 9 s}", "", "something was said"),
        ("{hear: menu.main}, hang up", "outcome: completed", "the record's outcome is 'abandoned'"),
        ("{hear: menu.main}, hang up", "where: status", "the call ended at 'main'"),
        ("{hear: menu.main}, hang up", "events: [main match]", "the record has no event 'main match'"),
        ("{hear: menu.main}, hang up", "never: [call.welcome]", "call.welcome was heard"),
        ("{hear: menu.main}, {press: 0}, {wait: 9 s}", "case: {topic: nik_check}", "the agent was shown topic 'main'"),
    ],
)
def test_a_call_that_goes_otherwise_is_told(
    steps: str, expect: str, found: str, tmp_path: Path, office: SampleOffice
) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(f"title: A scenario\nsteps: [{steps}]\nexpect: {{{expect}}}\n")
    wrong = play(load(path, KNOWN), office, Numbers(PEOPLE)).wrong
    assert any(found in one for one in wrong), wrong
