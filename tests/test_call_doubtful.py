"""Calls by voice in which no NIK is taken unasked: it is read back, agreed to, corrected, denied."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import brought_up

from agi.ops.speech import speech_is_on

DOUBTFUL = Path(__file__).parent / "calls" / "spoken" / "doubtful"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, object]]]:
    """All calls of the folder, played against a hotline that is never sure of a NIK; by the name of their file."""
    more = {"HOTLINE_SPEECH__ENABLED": "true", "HOTLINE_SPEECH__ACCEPT__NIK": "1.01"}
    with brought_up(tmp_path_factory.mktemp("doubtful"), **more) as hotline:
        assert speech_is_on(hotline.settings), f"there is no speech model in {hotline.settings.speech_model}"
        done = hotline.run("call", "--json", str(DOUBTFUL), limit_s=150, check=False)
        assert done.stdout, done.stderr
        results = [json.loads(line) for line in done.stdout.splitlines()]
        yield {Path(one["file"]).name: one for one in results}


@pytest.mark.parametrize("name", sorted(path.name for path in DOUBTFUL.glob("*.yaml")))
def test_a_nik_heard_in_doubt_goes_as_told(name: str, played: dict[str, dict[str, object]]) -> None:
    assert played[name]["ok"], json.dumps(played[name]["lines"], indent=1, ensure_ascii=False)
