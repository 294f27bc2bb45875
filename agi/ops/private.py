"""Nothing that an installation keeps is readable by another user of the machine: how that is made and looked after.

What is made anew is private by the mask that every process of ours begins with; what is older is made so by `up`.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from agi.settings import ROOT, Settings, settings_file

MASK = 0o077
"""The rights that no file of ours gives to the group and to others."""

# What comes with the project or from Debian and PyPI; in the script's own two files stands nothing.
_PUBLIC = {
    "var": ("venv", "asterisk/tree", ".prepare.lock", ".system"),
    "data": ("sample", "model", "model-free", "words"),
}


def begin_private() -> None:
    """From now on this process, and all that it starts, makes files for their owner only."""
    os.umask(MASK)


def readable_by_others(settings: Settings) -> Iterator[Path]:
    """Files and folders of this installation that others than their owner may read, write or enter."""
    if settings_file().is_file() and _is_wide(settings_file()):
        yield settings_file()
    for folder, public in ((settings.var, _PUBLIC["var"]), (settings.data, _PUBLIC["data"])):
        # The folder of the data is the repository's own, as public as what comes with it.
        if folder.is_dir() and folder != ROOT / "data" and _is_wide(folder):
            yield folder
        yield from _wide_below(folder, {folder / name for name in public})


def make_private(settings: Settings) -> None:
    """Take from others what they may do with our files. Files of another user are left to `doctor` to tell."""
    for path in list(readable_by_others(settings)):
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~MASK)
        except (FileNotFoundError, PermissionError):
            continue


def _wide_below(folder: Path, left_out: set[Path]) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = [name for name in folders if here / name not in left_out]
        yield from (here / name for name in (*folders, *files) if here / name not in left_out and _is_wide(here / name))


def _is_wide(path: Path) -> bool:
    """Whether others have a right to the file itself; a link has no rights of its own."""
    try:
        mode = path.lstat().st_mode
    except OSError:  # gone meanwhile
        return False
    return not stat.S_ISLNK(mode) and bool(stat.S_IMODE(mode) & MASK)
