"""Calls by voice in which no NIK is taken unasked: it is read back, agreed to, corrected, denied."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import lend_tree, lend_voice, private_environment, run_hotline, settings_of

from agi.ops.speech import speech_is_on

DOUBTFUL = Path(__file__).parent / "calls" / "spoken" / "doubtful"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, object]]]:
    """All calls of the folder, played against a hotline that is never sure of a NIK; by the name of their file."""
    environment = private_environment(tmp_path_factory.mktemp("doubtful"), HOTLINE_SPEECH__ACCEPT__NIK="1.01")
    settings = settings_of(environment)
    assert speech_is_on(settings), f"there is no speech model in {settings.speech_model}"
    lend_tree(settings.var)
    lend_voice(settings.var)
    try:
        run_hotline(environment, "up", limit_s=120)
        done = run_hotline(environment, "call", "--json", str(DOUBTFUL), limit_s=150, check=False)
        assert done.stdout, done.stderr
        results = [json.loads(line) for line in done.stdout.splitlines()]
        yield {Path(one["file"]).name: one for one in results}
    finally:
        run_hotline(environment, "down", check=False)


@pytest.mark.parametrize("name", sorted(path.name for path in DOUBTFUL.glob("*.yaml")))
def test_a_nik_heard_in_doubt_goes_as_told(name: str, played: dict[str, dict[str, object]]) -> None:
    assert played[name]["ok"], json.dumps(played[name]["lines"], indent=1, ensure_ascii=False)
