"""Calls by voice in which no NIK is taken unasked: it is read back, agreed to, corrected, denied."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import brought_up
from played_calls import Result, play_all, told

from agi.ops.speech import speech_is_on

DOUBTFUL = Path(__file__).parent / "calls" / "spoken" / "doubtful"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Result]]:
    """All calls of the folder, played against a hotline that is never sure of a NIK; by the name of their file."""
    more = {"HOTLINE_SPEECH__ENABLED": "true", "HOTLINE_SPEECH__ACCEPT__NIK": "1.01"}
    with brought_up(tmp_path_factory.mktemp("doubtful"), **more) as hotline:
        assert speech_is_on(hotline.settings), f"there is no speech model in {hotline.settings.speech_model}"
        yield play_all(hotline, [DOUBTFUL])


@pytest.mark.parametrize("name", sorted(path.name for path in DOUBTFUL.glob("*.yaml")))
def test_a_nik_heard_in_doubt_goes_as_told(name: str, played: dict[str, Result]) -> None:
    assert played[name]["ok"], told(played[name])
