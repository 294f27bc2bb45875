"""Whole calls against a real Asterisk: every scenario of tests/calls goes as it says."""

import json
from pathlib import Path

import pytest
from installation import Hotline

CALLS = Path(__file__).parent / "calls"
SPOKEN = CALLS / "spoken"  # they need a hotline that hears: test_call_spoken.py


def _files() -> list[Path]:
    return sorted(path for path in CALLS.rglob("*.yaml") if SPOKEN not in path.parents)


@pytest.fixture(scope="module")
def played(hotline: Hotline) -> dict[str, dict[str, object]]:
    """All scenarios, played once side by side; by the name of their file."""
    folders = [str(CALLS), str(CALLS / "impatient")]
    done = hotline.run("call", "--json", "--parallel", "12", *folders, limit_s=540, check=False)
    assert done.stdout, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    return {Path(result["file"]).name: result for result in results}


def test_there_are_scenarios_for_every_outcome() -> None:
    text = "".join(path.read_text() for path in _files())
    assert len(_files()) >= 25
    for outcome in ("completed", "transferred", "abandoned", "locked out"):
        assert f"outcome: {outcome}" in text


@pytest.mark.parametrize("name", sorted(path.name for path in _files()))
def test_the_call_goes_as_told(name: str, played: dict[str, dict[str, object]]) -> None:
    result = played[name]
    assert result["ok"], json.dumps(result["lines"], indent=1, ensure_ascii=False)
