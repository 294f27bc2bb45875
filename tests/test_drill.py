"""The drill tells for each fault what became of the calls and what they heard, and ends what it started."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from installation import run_hotline

from agi.settings import ROOT
from agi.workshop.bench.drill import End, Heard, Trial, heard, report
from agi.workshop.bench.faults import Fault, Part
from agi.workshop.softphone.matching import RATE, Sound
from agi.workshop.softphone.wavfile import Recording

_FILL = """
import sys
from pathlib import Path
from agi.workshop.bench import disks

disks.enter((sys.executable, *sys.argv))
disk = Path(sys.argv[1])
if not disks.can_be_mounted():
    sys.exit(print("none can be mounted"))
with disks.mounted(disk):
    (disk / "old").write_bytes(bytes(100_000))
    with disks.full(disk):
        try:
            (disk / "new").write_bytes(b"x")
        except OSError as error:
            print("full" if error.errno == 28 else error, end=", ")
    (disk / "new").write_bytes(bytes(100_000))
    print("roomy")
"""
_RNG = np.random.default_rng(1)


def rows(printed: str) -> dict[str, list[str]]:
    """The cells of each row of a table, by the first."""
    lines = [line for line in printed.splitlines() if line.startswith("| ")][2:]
    return {first: rest for first, *rest in ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines)}


def said(seconds: float) -> Sound:
    """Sound that is like no other."""
    return _RNG.normal(0, 3000, round(seconds * RATE)).astype(np.float32)


def recorded(path: Path, *parts: Sound) -> Path:
    recording = Recording(path)
    recording.add(np.concatenate(parts).astype("<i2").tobytes())
    recording.close()
    return path


def pause(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE), np.float32)


def test_the_table_counts_calls_and_tells_the_worst() -> None:
    told = report(
        [
            Trial(
                Part.LINE,
                Fault.KILLED,
                (Heard(End.WENT_ON, 1.5), Heard(End.APOLOGY, 2.5), Heard(End.LOST, 9.0)),
                Heard(End.WENT_ON, 0.4),
                2.0,
            ),
            Trial(Part.ASTERISK, Fault.FROZEN, (Heard(End.LOST, 9.0),), None, None),
        ]
    )
    assert rows(told) == {
        "line killed": ["1 of 3", "1 of 3", "1 of 3", "2.5", "went on", "0.4", "2.0"],
        "asterisk frozen": ["0 of 1", "0 of 1", "1 of 1", "–", "not answered", "–", "not in 25"],
    }


def test_a_silence_counts_when_it_ends_after_the_fault(tmp_path: Path) -> None:
    apology = said(3)
    call = recorded(tmp_path / "call.wav", said(1), pause(5), said(2), pause(2), said(1), pause(1), said(3))
    assert heard(call, 4.0, apology, cut=False) == Heard(End.WENT_ON, 5.0)
    assert heard(call, 7.0, apology, cut=False) == Heard(End.WENT_ON, 2.0)
    assert heard(call, 7.0, apology, cut=True).end is End.LOST
    mute = recorded(tmp_path / "mute.wav", said(1), pause(7))
    assert heard(mute, 0.5, apology, cut=False) == Heard(End.LOST, 7.0)
    sorry = recorded(tmp_path / "sorry.wav", said(2), pause(1), apology[:4000], pause(0.2), apology[4000:])
    assert heard(sorry, 2.0, apology, cut=False) == Heard(End.APOLOGY, 1.0)


def test_a_full_disk_has_no_room_until_it_is_full_no_more(tmp_path: Path) -> None:
    script = tmp_path / "fill.py"
    script.write_text(_FILL)
    words = (sys.executable, str(script), str(tmp_path / "disk"))
    done = subprocess.run(
        words, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout in ("full, roomy\n", "none can be mounted\n")
    assert not list(tmp_path.glob("disk/*"))


def test_a_killed_line_and_a_full_disk_lose_nobody() -> None:
    words = ("drill", "--moments", "2", "--part", "line", "--part", "data", "--fault", "killed", "--fault", "full")
    done = run_hotline({**os.environ, "PYTHONPATH": str(ROOT)}, *words, limit_s=240)
    table = rows(done.stdout)
    wanted = ["line killed", "data full"] if "No disk is filled" not in done.stderr else ["line killed"]
    assert list(table) == wanted
    for _, _, lost, _, new, *_ in table.values():
        assert lost == "0 of 2", done.stdout
        assert new in ("went on", "apology"), done.stdout
