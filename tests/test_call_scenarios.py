"""Whole calls against a real Asterisk: scenarios of tests/calls go as they say.

Every suite plays those that only a telephone and Asterisk can show; `--all` plays the others too, which
test_calls_in_process.py holds without either.
"""

from pathlib import Path

import pytest
import soundfile
from installation import Hotline
from played_calls import Result, play_all, told

from agi.settings import Dialogue
from agi.workshop.softphone.play import HEAR_S

CALLS = Path(__file__).parent / "calls"
SPOKEN = CALLS / "spoken"  # they need a hotline that hears: test_call_spoken.py
DOUBTFUL = SPOKEN / "doubtful"  # and one that is never sure: test_call_doubtful.py
OWN_WORDS = SPOKEN / "own_words"
IMPATIENT = CALLS / "impatient"
FILES = {path.stem: path for folder in (CALLS, IMPATIENT) for path in sorted(folder.glob("*.yaml"))}
TRANSFERS = (
    "agent-answers", "agent-does-not-answer", "hang-up-in-queue", "no-agent-from-main", "nonsense-keys",
    "queue-timeout",
)  # fmt: skip
SERVICES = ("nik-then-right", "document-kk-siap-diambil", "applications-several", "requirements-kk", "goodbye")
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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", sorted(_names(metafunc.config)))


def _names(config: pytest.Config) -> tuple[str, ...]:
    return tuple(FILES) if config.getoption("everything") else ALWAYS


@pytest.fixture(scope="module")
def played(hotline: Hotline, request: pytest.FixtureRequest) -> dict[str, Result]:
    """The scenarios of this suite, played side by side; by the name of their file."""
    return play_all(hotline, [FILES[name] for name in _names(request.config)], "--parallel", "12")


def test_every_file_of_a_call_is_played_by_the_suite() -> None:
    elsewhere = {*SPOKEN.glob("*.yaml"), *DOUBTFUL.glob("*.yaml"), *OWN_WORDS.glob("*.yaml")}
    assert set(CALLS.rglob("*.y*ml")) == {*FILES.values()} | elsewhere


def test_a_prompt_is_waited_for_longer_than_a_caller_has_patience(hotline: Hotline) -> None:
    menu = soundfile.info(hotline.settings.sounds / "menu" / "main.wav").duration
    patience = Dialogue().first_key_ms / 1000
    assert 1.5 * (menu + patience) < HEAR_S


def test_the_call_goes_as_told(name: str, played: dict[str, Result]) -> None:
    result = played[FILES[name].name]
    assert result["ok"], told(result)
