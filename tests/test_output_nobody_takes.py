"""A command whose output can't be written says so in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agi.settings import ROOT


@pytest.mark.parametrize("words", [("--help",), ("calls", "list"), ("registry", "export", "offices")])
def test_a_full_disk_is_one_sentence(tmp_path: Path, words: tuple[str, ...]) -> None:
    variables = {"HOTLINE_PLACES__DATA": str(tmp_path), "HOTLINE_PLACES__VAR": str(tmp_path / "var")}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-m", "agi.cli"]
    subprocess.run(
        [*command, "registry", "import", "offices", str(ROOT / "data/sample/offices.csv")],
        env=environment,
        check=True,
        capture_output=True,
        timeout=60,
    )
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*command, *words], env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("Error: ")
