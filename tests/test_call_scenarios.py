"""Whole calls against a real Asterisk: every scenario of tests/calls goes as it says."""

from pathlib import Path

import pytest
from installation import Hotline
from played_calls import Result, play_all, told

CALLS = Path(__file__).parent / "calls"
SPOKEN = CALLS / "spoken"  # they need a hotline that hears: test_call_spoken.py


def _files() -> list[Path]:
    return sorted(path for path in CALLS.rglob("*.yaml") if SPOKEN not in path.parents)


@pytest.fixture(scope="module")
def played(hotline: Hotline) -> dict[str, Result]:
    """All scenarios, played side by side; by the name of their file."""
    return play_all(hotline, [CALLS, CALLS / "impatient"])


def test_there_are_scenarios_for_every_outcome() -> None:
    text = "".join(path.read_text() for path in _files())
    assert len(_files()) >= 25
    for outcome in ("completed", "transferred", "abandoned", "locked out"):
        assert f"outcome: {outcome}" in text


@pytest.mark.parametrize("name", sorted(path.name for path in _files()))
def test_the_call_goes_as_told(name: str, played: dict[str, Result]) -> None:
    assert played[name]["ok"], told(played[name])
