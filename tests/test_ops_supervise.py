"""supervisord keeps Asterisk and the line up, and ends exactly what it started."""

import os
import shutil
import signal
import socket
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from installation import private_environment, settings_of

from agi.ops import asterisk, configure, launch, ready, supervise
from agi.ops.asterisk import Program
from agi.ops.places import run_folder
from agi.ops.supervise import Supervisor, _alive
from agi.settings import Settings
from agi.workshop.bench.installation import lend_tree

# Stands in for the line: says that it serves on the FastAGI port, ends on SIGTERM.
_SERVE = """
import socket
server = socket.socket(fileno=0)
while True:
    peer = server.accept()[0]
    peer.recv(1000)
    peer.sendall(b"NOOP\\n")
    peer.close()
"""


def write_silence(path: Path) -> None:
    """A second of music on hold."""
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes(16000))


@pytest.fixture
def installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Supervisor, Settings, Program, dict[str, str]]]:
    environment = private_environment(tmp_path)
    settings = settings_of(environment)
    lend_tree(settings.var)
    program = asterisk.find(settings.var)
    assert program is not None
    configure.write(settings, program)
    write_silence(settings.var / "asterisk" / "share" / "moh" / "silence.wav")
    script = tmp_path / "accept.py"
    script.write_text(_SERVE)
    monkeypatch.setattr(supervise, "LINE", (sys.executable, str(script)))
    supervisor = Supervisor(settings)
    ours = {name: value for name, value in environment.items() if name.startswith("HOTLINE_")}
    supervisor.start(program, ours)
    try:
        assert ready.wait(settings, program, 10) is None
        yield supervisor, settings, program, ours
    finally:
        supervisor.stop()


def until(met: Callable[[], object], limit_s: float = 60) -> None:
    """Wait until `met()`."""
    begun = time.monotonic()
    while not met():
        assert time.monotonic() - begun < limit_s, "it did not happen in time"
        time.sleep(0.01)


def test_a_killed_line_is_back_soon(installation) -> None:
    supervisor, settings, _, _ = installation
    until(lambda: supervisor.process("line").running)
    pid = supervisor.process("line").pid
    os.kill(pid, signal.SIGKILL)
    until(lambda: supervisor.process("line").pid not in (pid, None))
    until(lambda: ready.line_answers(settings.var, settings.line.agi_port))


def is_free(port: int) -> bool:
    """Whether a neighbour could listen there now."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def takes(neighbour: socket.socket, port: int) -> bool:
    """Whether a neighbour gets that port now."""
    try:
        neighbour.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def test_the_lines_port_is_never_free_and_who_comes_meanwhile_waits(installation) -> None:
    supervisor, settings, program, ours = installation
    until(lambda: supervisor.process("line").running)
    port = settings.line.agi_port
    pid = supervisor.process("line").pid
    os.kill(pid, signal.SIGKILL)
    until(lambda: not _alive(pid))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as early:
        early.sendall(b"x")
        while supervisor.process("line").pid in (pid, None):
            assert not is_free(port)
        assert early.recv(5) == b"NOOP\n"
    supervisor._call("stopProcess", "line", True)
    assert not is_free(port)
    # Another way of starting it: supervisord forgets the line and learns it anew.
    changing = threading.Thread(target=supervisor.start, args=(program, {**ours, "HOTLINE_LINE__MAX_CALLS": "7"}))
    changing.start()
    while changing.is_alive():
        assert not is_free(port)
    changing.join()
    until(lambda: ready.line_answers(settings.var, port))
    supervisor.stop()
    assert is_free(port)


def test_a_killed_asterisk_comes_back_and_the_line_goes_on(installation) -> None:
    supervisor, settings, program, _ = installation
    before = {process.name: process.pid for process in supervisor.processes()}
    os.kill(before["asterisk"], signal.SIGKILL)
    until(lambda: supervisor.process("asterisk").pid not in (before["asterisk"], None))
    assert ready.wait(settings, program, 5) is None
    assert supervisor.process("line").pid == before["line"]


def test_asterisk_waits_for_its_port_and_says_who_has_to_do_what(installation) -> None:
    supervisor, settings, program, _ = installation
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as thief:
        os.kill(supervisor.process("asterisk").pid, signal.SIGKILL)
        until(lambda: takes(thief, settings.telephony.sip_port))
        until(lambda: supervisor.process("asterisk").running)
        assert "end that one, or set another `telephony.sip_port`" in (ready.unmet(settings, program) or "")
        until(lambda: "is taken by another program" in (settings.var / "log" / "asterisk.jsonl").read_text())
    assert ready.wait(settings, program, 10) is None


def test_starting_again_changes_nothing(installation) -> None:
    supervisor, _, program, ours = installation
    before = [process.pid for process in supervisor.processes()]
    supervisor.start(program, ours)
    assert [process.pid for process in supervisor.processes()] == before


def test_a_changed_setting_starts_the_line_anew_and_leaves_asterisk(installation) -> None:
    supervisor, settings, program, ours = installation
    before = {process.name: process.pid for process in supervisor.processes()}
    supervisor.start(program, {**ours, "HOTLINE_LINE__MAX_CALLS": "7"})
    assert ready.wait(settings, program, 5) is None
    after = {process.name: process.pid for process in supervisor.processes()}
    assert after["asterisk"] == before["asterisk"]
    assert after["line"] != before["line"]


def test_stop_ends_what_outlived_a_killed_supervisord(installation) -> None:
    supervisor, settings, _, _ = installation
    left = supervisor.orphans()
    assert len(left) == 3
    pidfile = run_folder(settings.var) / "supervisord.pid"
    os.kill(int(pidfile.read_text()), signal.SIGKILL)
    until(lambda: not supervisor.running())
    assert supervisor.orphans() == left
    assert supervisor.stop()
    assert supervisor.orphans() == ()
    assert not ready.line_answers(settings.var, settings.line.agi_port)


def test_a_hotline_whose_sockets_were_removed_is_found_and_makes_no_second_one(installation) -> None:
    supervisor, settings, _, _ = installation
    before = supervisor.orphans()
    shutil.rmtree(run_folder(settings.var))
    assert not supervisor.running()
    with pytest.raises(launch.NotAnswering, match="hotline down"):
        launch.clear_the_way(settings)
    assert set(before) <= set(supervisor.orphans()), "calls were cut"
    assert supervisor.stop()
    assert supervisor.orphans() == ()
    assert supervisor.deaf() is None
    launch.clear_the_way(settings)


def test_asterisk_starts_without_a_warning_or_an_error(installation) -> None:
    _, settings, program, _ = installation
    program.ask(settings.var, "core waitfullybooted")
    log = settings.var / "log" / "asterisk.jsonl"
    until(lambda: log.exists() and "notice" in log.read_text())
    assert [line for line in log.read_text().splitlines() if '"notice"' not in line] == []
