"""Sound goes before all other work of the machine, where that is allowed; where it is not, all goes on as before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from installation import Hotline

from agi.ops import priority
from agi.ops.supervise import Supervisor
from agi.settings.tables import Voice
from agi.voice.engine import engine
from agi.voice.synthesis import BEHIND_CALLS, Synthesis

ALLOWED = priority.may_go_first()
only_root = pytest.mark.skipif(not ALLOWED, reason="left out: only root may, and not in every container")


@pytest.fixture
def not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refused)


@only_root
@pytest.mark.parametrize("name", ["asterisk", "line", "watch"])
def test_who_carries_sound_goes_before_others(hotline: Hotline, name: str) -> None:
    pid = Supervisor(hotline.settings).process(name).pid
    assert os.getpriority(os.PRIO_PROCESS, pid) == max(-20, os.nice(0) - 15)


@pytest.mark.usefixtures("not_allowed")
def test_where_it_is_not_allowed_commands_are_as_they_were() -> None:
    assert priority.before_others(("line", "serve")) == ("line", "serve")
    before = os.nice(0)
    priority.go_first()
    assert os.nice(0) == before


def test_asking_changes_nothing() -> None:
    before = os.nice(0)
    priority.may_go_first()
    assert os.nice(0) == before


@only_root
def test_a_command_goes_first_and_is_itself() -> None:
    told = subprocess.run(priority.before_others(("/usr/bin/nice",)), capture_output=True, text=True, check=True).stdout
    assert int(told) == max(-20, os.nice(0) - 15)


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="left out: this kernel groups no sessions")
def test_who_stands_behind_others_does_so_with_its_whole_session() -> None:
    behind = "from agi.ops.priority import stand_behind; stand_behind(7); print(open('/proc/self/autogroup').read())"
    command = (sys.executable, "-c", behind)
    own = subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=True).stdout
    assert own.split()[-1] == "7"
    shared = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert shared.split() == Path("/proc/self/autogroup").read_text().split()  # no words: a session Linux grouped not


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="left out: this kernel groups no sessions")
def test_what_no_caller_waits_for_is_spoken_behind_all_else(tmp_path: Path) -> None:
    speaking = Synthesis(engine(Voice(engine="espeak")), tmp_path, BEHIND_CALLS)
    try:
        with speaking._borrowed() as child:
            group = Path(f"/proc/{child._process.pid}/autogroup").read_text()
        assert group.split()[-1] == str(BEHIND_CALLS)
    finally:
        speaking.close()
