"""Calls that are played once more are counted, named, and too many of them fail the suite."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from played_calls import Replays

TESTS = Path(__file__).parent


def test_one_replay_is_named_and_fails_nothing() -> None:
    replays = Replays()
    replays.add(30, [])
    replays.add(5, ["silence.yaml: help was not heard"])
    assert not replays.too_many
    assert str(replays).splitlines() == ["1 of 35 calls were played once more", "silence.yaml: help was not heard"]


@pytest.mark.parametrize(
    ("calls", "again", "too_many"), [(40, 2, True), (100, 2, False), (100, 3, True), (1, 1, False)]
)
def test_more_than_two_in_a_hundred_are_too_many(calls: int, again: int, too_many: bool) -> None:
    replays = Replays()
    replays.add(calls, ["x"] * again)
    assert replays.too_many is too_many


@pytest.mark.parametrize("rows", ["0", "2"])
@pytest.mark.parametrize(("again", "code"), [(0, 0), (2, 1)])
def test_a_suite_whose_tests_pass_fails_when_too_many_calls_were_replayed(
    tmp_path: Path, rows: str, again: int, code: int
) -> None:
    (tmp_path / "conftest.py").write_text((TESTS / "conftest.py").read_text())
    (tmp_path / "test_played.py").write_text(
        f"from played_calls import REPLAYS\n\ndef test_calls():\n    REPLAYS.add(20, ['a call: unheard'] * {again})\n"
    )
    done = subprocess.run(
        (sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-n", rows, str(tmp_path)),
        env=os.environ | {"PYTHONPATH": f"{TESTS}:{TESTS.parent}"},
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    assert f"{again} of 20 calls were played once more" in done.stdout
    assert ("1 passed" in done.stdout) and done.stdout.count("a call: unheard") == again
