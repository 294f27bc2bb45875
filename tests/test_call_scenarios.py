"""Whole calls against a real Asterisk: scenarios of tests/calls go as they say.

Every suite plays those that only a telephone and Asterisk can show; `--all` plays others, too. All of them are held by
test_calls_in_process.py without either.
"""

from pathlib import Path

import pytest
import soundfile
from installation import Hotline
from played_calls import Result, play_all, told

from agi.books.hours import HoursBook, OwnHours
from agi.settings.tables import Dialogue
from agi.workshop.softphone.play import HEAR_S

CALLS = Path(__file__).parent / "calls"
SPOKEN = CALLS / "spoken"  # they need a hotline that hears: test_call_spoken.py
DOUBTFUL = SPOKEN / "doubtful"  # and one that is never sure: test_call_doubtful.py
OWN_WORDS = SPOKEN / "own_words"
IMPATIENT = CALLS / "impatient"
SURVEYED = CALLS / "surveyed"  # a hotline with the survey on: test_calls_in_process.py
OFF_DUTY = CALLS / "off_duty"  # a hotline whose agents are never on duty
FROZEN = CALLS / "frozen"  # what others may not meet: a NIK that nobody may ask about any more
FILES = {path.stem: path for folder in (CALLS, IMPATIENT) for path in sorted(folder.glob("*.yaml"))}
TRANSFERS = (
    "agent-answers", "agent-does-not-answer", "hang-up-in-queue", "no-agent-from-main", "nonsense-keys",
    "queue-timeout",
)  # fmt: skip
SERVICES = (
    "nik-then-right", "document-kk-siap-diambil", "applications-several", "requirements-kk", "goodbye",
    "life-event-birth-late", "called-me-no", "fraud-report-no-consent", "own-nik-history",
    "diagnosis-stale-bank",
)  # fmt: skip
TELEPHONE = (
    "hang-up-in-mid-entry",
    "hang-up-in-welcome",
    "nik-locked-out",
    "star-goes-back",
    "type-ahead",
    "whole-prompts",
)
"""What the wire may spoil: an end in the middle, keys in a row, every word of a prompt; and the longest entry."""
ALWAYS = (*TRANSFERS, *SERVICES, *TELEPHONE)
BRANCHES = (
    "diagnosis-",
    "own-nik-",
    "fraud-",
    "called-me-",
    "life-event-",
    "institution-",
    "callback-",
    "hang-up-at-freeze",
)
"""What the names of calls through the branches of one service begin with: a telephone shows nothing of these that one
such call (SERVICES) does not show, so that test_calls_in_process.py alone plays the others."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", sorted(_names(metafunc.config)))


def _names(config: pytest.Config) -> tuple[str, ...]:
    every = tuple(name for name in FILES if name in ALWAYS or not name.startswith(BRANCHES))
    return every if config.getoption("everything") else ALWAYS


@pytest.fixture(scope="module")
def played(hotline: Hotline, request: pytest.FixtureRequest) -> dict[str, Result]:
    """The scenarios of this suite, played side by side; by the name of their file."""
    return play_all(hotline, [FILES[name] for name in _names(request.config)], "--parallel", "12")


def test_every_file_of_a_call_is_played_by_the_suite() -> None:
    elsewhere = {*SPOKEN.glob("*.yaml"), *DOUBTFUL.glob("*.yaml"), *OWN_WORDS.glob("*.yaml")}
    elsewhere |= {*(SPOKEN / "off_duty").glob("*.yaml")}  # in this process alone: test_calls_in_process.py
    elsewhere |= {*FROZEN.glob("*.yaml"), *(SPOKEN / "frozen").glob("*.yaml")}
    elsewhere |= {*OFF_DUTY.glob("*.yaml"), *SURVEYED.glob("*.yaml")}
    elsewhere |= {*(CALLS / "closed").glob("*.yaml"), *(SPOKEN / "closed").glob("*.yaml")}
    assert set(CALLS.rglob("*.y*ml")) == {*FILES.values()} | elsewhere


def test_a_prompt_is_waited_for_longer_than_a_caller_has_patience(hotline: Hotline) -> None:
    menu = soundfile.info(hotline.settings.sounds / "menu" / "main.wav").duration
    patience = Dialogue().first_key_ms / 1000
    assert 1.5 * (menu + patience) < HEAR_S


def test_the_call_goes_as_told(name: str, played: dict[str, Result]) -> None:
    result = played[FILES[name].name]
    assert result["ok"], told(result)


@pytest.mark.thorough
def test_outside_their_hours_nobody_waits_for_agents(hotline: Hotline, played: dict[str, Result]) -> None:
    book = HoursBook(hotline.settings.hours_file)
    book.write(OwnHours())
    try:
        done = play_all(hotline, sorted(OFF_DUTY.glob("*.yaml")), "--parallel", "12")
    finally:
        book.clear()
    assert done
    for result in done.values():
        assert result["ok"], told(result)


@pytest.mark.thorough
def test_a_nik_is_frozen_by_its_owner(hotline: Hotline, played: dict[str, Result]) -> None:
    try:
        for result in play_all(hotline, sorted(FROZEN.glob("*.yaml"))).values():
            assert result["ok"], told(result)
    finally:
        hotline.settings.safety_db.unlink()
