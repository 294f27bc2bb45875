"""Whole calls against a real Asterisk: every scenario of tests/calls goes as it says."""

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
IMPATIENT = CALLS / "impatient"


def _files() -> list[Path]:
    return sorted(path for path in CALLS.rglob("*.yaml") if SPOKEN not in path.parents)


@pytest.fixture(scope="module")
def played(hotline: Hotline) -> dict[str, Result]:
    """All scenarios, played side by side; by the name of their file."""
    return play_all(hotline, [CALLS, IMPATIENT])


def test_every_file_of_a_call_is_played_by_the_suite() -> None:
    elsewhere = {*SPOKEN.glob("*.yaml"), *DOUBTFUL.glob("*.yaml")}
    here = {*CALLS.glob("*.yaml"), *IMPATIENT.glob("*.yaml")}
    assert set(CALLS.rglob("*.y*ml")) == here | elsewhere


def test_a_prompt_is_waited_for_longer_than_a_caller_has_patience(hotline: Hotline) -> None:
    menu = soundfile.info(hotline.settings.var / "prompts" / "id" / "menu" / "main.wav").duration
    patience = Dialogue().first_key_ms / 1000
    assert 1.5 * (menu + patience) < HEAR_S


def test_there_are_scenarios_for_every_outcome() -> None:
    text = "".join(path.read_text() for path in _files())
    assert len(_files()) >= 25
    for outcome in ("completed", "transferred", "abandoned", "locked out"):
        assert f"outcome: {outcome}" in text


@pytest.mark.parametrize("name", sorted(path.name for path in _files()))
def test_the_call_goes_as_told(name: str, played: dict[str, Result]) -> None:
    assert played[name]["ok"], told(played[name])
