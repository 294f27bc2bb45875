"""The process of the pages can't change what the line lives by, and can do its own work."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pages_office import PagesOffice, office

from agi.books.calls import CallBook
from agi.ops.confined import landlock
from agi.ops.places import run_folder
from agi.ops.quiet import can_be_quiet

__all__ = ["office"]

_TRY = """
import sys
from pathlib import Path
from agi.ops.confined import confine
from agi.pages.serve import own_folders, places
from agi.settings import Settings
settings = Settings()
for folder in own_folders(settings):
    folder.mkdir(parents=True, exist_ok=True)
confine(places(settings))
for name in sys.argv[1:]:
    try:
        Path(name).open("a").write("x")
        print("written")
    except PermissionError:
        print("refused")
"""


@pytest.mark.skipif(not landlock(), reason="this kernel has no Landlock")
def test_registry_calls_secrets_and_dialplan_are_out_of_reach_of_the_pages(office: PagesOffice) -> None:
    settings = office.settings
    theirs = [settings.registry_db, settings.calls_db, settings.var / "secrets" / "hash-key", settings.var / "etc.conf"]
    own = [settings.pages_db, settings.prompts / "id.toml", settings.editions_folder / "x", settings.var / "log" / "p"]
    for path in theirs:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert tried(office, theirs) == ["refused"] * len(theirs)
    assert tried(office, own) == ["written"] * len(own)


def tried(office: PagesOffice, paths: list[Path]) -> list[str]:
    """What became of writing to each, in a process that is confined as the pages are."""
    return run(office, _TRY, *map(str, paths))


def run(office: PagesOffice, program: str, *more: str) -> list[str]:
    """The words that `program` prints in a process of the installation."""
    words = (sys.executable, "-c", program, *more)
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parent.parent), **office.environment}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.split()


_READ = """
import sys
from pathlib import Path
from agi.books.reader import CallReader
from agi.ops.confined import confine
from agi.pages.serve import own_folders, places
from agi.settings import Settings
settings = Settings()
for folder in own_folders(settings):
    folder.mkdir(parents=True, exist_ok=True)
confine(places(settings))
with CallReader(settings.calls_db) as reader:
    print(len(reader.calls()))
"""


_REHEARSE = """
import time
from agi.ops.confined import confine
from agi.pages.admin.rehearsing import Rehearsing
from agi.pages.serve import own_folders, places
from agi.rehearsal.place import kept
from agi.settings import Settings
settings = Settings()
for folder in own_folders(settings):
    folder.mkdir(parents=True, exist_ok=True)
confine(places(settings))
begun = Rehearsing(settings)
begun.start("siti", every=True)
while begun.state.running:
    time.sleep(0.02)
found = kept(settings)
print(begun.state.wrong or found.turns if found.mute else found.share)
"""


@pytest.mark.skipif(not landlock(), reason="this kernel has no Landlock")
def test_the_pages_rehearse_a_draft(office: PagesOffice) -> None:
    assert run(office, _REHEARSE) == ["0"]


@pytest.mark.skipif(not landlock(), reason="this kernel has no Landlock")
def test_the_pages_read_the_calls_also_while_no_line_runs(office: PagesOffice) -> None:
    settings = office.settings
    book = CallBook.open(settings.calls_db, bytes(32))
    assert run(office, _READ) == ["0"]
    book.begin("one", "", datetime.now(UTC))
    assert book.flush()
    assert run(office, _READ) == ["1"]
    book.close()
    assert not settings.calls_db.with_name("calls.db-wal").exists()
    assert run(office, _READ) == ["1"]


_CONNECT = """
import socket, subprocess, sys
from agi.ops.confined import confine
from agi.ops.quiet import give_up_unix_sockets
from agi.pages.serve import own_folders, places
from agi.settings import Settings
settings = Settings()
for folder in own_folders(settings):
    folder.mkdir(parents=True, exist_ok=True)
confine(places(settings))
if sys.argv[2:]:
    give_up_unix_sockets()
def reached(path):
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.connect(path)
    except PermissionError:
        return "refused"
    return "reached"
print(reached(sys.argv[1]))
child = f"import socket; socket.socket(socket.AF_UNIX).connect({sys.argv[1]!r})"
print(subprocess.run((sys.executable, "-c", child), capture_output=True).returncode and "refused" or "reached")
ours, theirs = socket.socketpair()
ours.send(b"pair")
print(theirs.recv(4).decode())
"""


@pytest.mark.skipif(not can_be_quiet(), reason="this kernel refuses no socket")
def test_the_pages_and_what_they_start_reach_no_control_socket(office: PagesOffice) -> None:
    path = run_folder(office.settings.var) / "asterisk.ctl"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(str(path))
        door.listen(8)
        assert run(office, _CONNECT, str(path)) == ["reached", "reached", "pair"]
        assert run(office, _CONNECT, str(path), "quiet") == ["refused", "refused", "pair"]


_SIGNAL = """
import os, sys
from agi.ops.confined import confine
from agi.pages.serve import places
from agi.settings import Settings
confine(places(Settings()))
try:
    os.kill(int(sys.argv[1]), 0)
    print("reached")
except PermissionError:
    print("refused")
"""


@pytest.mark.skipif(landlock() < 6, reason="this kernel's Landlock has no scope")
def test_the_pages_end_nobody_elses_process(office: PagesOffice) -> None:
    assert run(office, _SIGNAL, str(os.getpid())) == ["refused"]
