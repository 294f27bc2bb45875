"""Whole calls against a real Asterisk: every scenario of tests/calls goes as it says."""

import json
from pathlib import Path

import pytest
from installation import Hotline

CALLS = Path(__file__).parent / "calls"


@pytest.fixture(scope="module")
def played(hotline: Hotline) -> dict[str, dict[str, object]]:
    """All scenarios, played once side by side; by the name of their file."""
    folders = [str(CALLS), str(CALLS / "impatient")]
    done = hotline.run("call", "--json", *folders, limit_s=420, check=False)
    assert done.stdout, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    return {Path(result["file"]).name: result for result in results}


def test_there_are_scenarios_for_every_outcome() -> None:
    text = "".join(path.read_text() for path in CALLS.rglob("*.yaml"))
    assert len(list(CALLS.rglob("*.yaml"))) >= 25
    for outcome in ("completed", "transferred", "abandoned", "locked out"):
        assert f"outcome: {outcome}" in text


@pytest.mark.parametrize("name", sorted(path.name for path in CALLS.rglob("*.yaml")))
def test_the_call_goes_as_told(name: str, played: dict[str, dict[str, object]]) -> None:
    result = played[name]
    assert result["ok"], json.dumps(result["lines"], indent=1, ensure_ascii=False)
