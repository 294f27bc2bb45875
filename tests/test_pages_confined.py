"""The process of the pages can't change what the line lives by, and can do its own work."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pages_office import PagesOffice, office

from agi.books.calls import CallBook
from agi.ops.confined import landlock

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
