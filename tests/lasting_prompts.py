"""The shipped prompts with facts that are never overdue: for tests on the real clock, in whatever year they run."""

import atexit
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

from agi.dialogue import facts
from agi.settings import ROOT

_AGAIN = re.compile(r"^again = \d{4}-\d{2}-\d{2}$", re.MULTILINE)
_NEVER = "again = 9999-12-31"


def copy_to(folder: Path) -> Path:
    """A working copy of one's own at `folder`, which is given back."""
    shutil.copytree(ROOT / "prompts", folder)
    file = folder / facts.FILE
    file.write_text(_AGAIN.sub(_NEVER, file.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


@cache
def lent() -> Path:
    """One for all of this process, which nobody may change."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-prompts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return copy_to(folder / "prompts")
