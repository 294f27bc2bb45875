"""Whole calls against a real Asterisk: every scenario of tests/calls goes as it says."""

import json
import warnings
from pathlib import Path

import pytest
from installation import Hotline

CALLS = Path(__file__).parent / "calls"
SPOKEN = CALLS / "spoken"  # they need a hotline that hears: test_call_spoken.py


def _files() -> list[Path]:
    return sorted(path for path in CALLS.rglob("*.yaml") if SPOKEN not in path.parents)


@pytest.fixture(scope="module")
def played(hotline: Hotline) -> dict[str, dict[str, object]]:
    """All scenarios, played side by side; by the name of their file.

    Sound is real time: on a machine that is busy with eight telephones a prompt may reach one of them in pieces. A
    call that went wrong is therefore played once more, by itself; what goes wrong then is a failure.
    """
    results = _play(hotline, [str(CALLS), str(CALLS / "impatient")])
    again = [str(result["file"]) for result in results.values() if not result["ok"]]
    if again:  # seen in pytest's summary: a call that often needs this is a defect
        warnings.warn(f"played again by themselves: {', '.join(again)}", stacklevel=1)
    return results | (_play(hotline, ["--parallel", "1", *again]) if again else {})


def _play(hotline: Hotline, words: list[str]) -> dict[str, dict[str, object]]:
    done = hotline.run("call", "--json", *words, limit_s=540, check=False)
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
