"""`hotline speech serve` as the supervisor runs it."""

import os
import subprocess
import sys
from pathlib import Path

from books_data import nik
from installation import run_hotline
from speech_voices import acoustic_model

from agi.workshop.bench.installation import lend_voice

NUMBER = nik(1)
BREAKS = f"""
from agi.cli.speech_serve import serve
from agi.hearing.worker_process import WorkerProcess
def breaks(self, sock): raise ValueError("{NUMBER}")
WorkerProcess._receive = breaks
serve([])
"""


def test_a_service_whose_sound_stands_still_ends_to_be_started_anew(tmp_path: Path) -> None:
    (tmp_path / "var" / "run").mkdir(parents=True)
    places = {"HOTLINE_SPEECH__MODEL": str(acoustic_model()), "HOTLINE_PLACES__VAR": str(tmp_path / "var")}
    environment = {**os.environ, **places, "HOTLINE_SPEECH__ENABLED": "true"}
    lend_voice(tmp_path / "var")
    run_hotline(environment, "prompts", "publish")
    command = (sys.executable, "-c", BREAKS)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1, done.stderr
    assert "speech.broke" in done.stderr
    assert "ValueError" in done.stderr
    assert NUMBER not in done.stderr
