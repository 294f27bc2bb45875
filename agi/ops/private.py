"""An installation is its owner's: only they use its commands, and no other user of the machine reads what it keeps.

What is made anew is private by the mask that every process of ours begins with; what is older is made so by `up`.
"""

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from agi.settings import ROOT, Settings, settings_file

MASK = 0o077
"""The rights that no file of ours gives to the group and to others."""

# What comes with the project or from Debian and PyPI; in the script's own two files stands nothing.
_PUBLIC = {
    "var": ("venv", "asterisk/tree", ".prepare.lock", ".system"),
    "data": ("collect", "holidays", "sample", "model", "model-free", "norm", "voice", "words"),
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


def stranger(settings: Settings) -> str | None:
    """What another user than the owner of this installation is told; None for the owner.

    Root is told the same: what root makes in somebody's installation locks that somebody out.
    """
    for path in (settings.var, settings.registry_db, settings.calls_db):
        try:
            owner = path.stat().st_uid
        except FileNotFoundError:
            continue
        except PermissionError:
            return f"You may not look into {path.parent}: type the command as the user to whom it belongs."
        if owner != os.getuid():
            name = _name(owner)
            return f"{path} belongs to {name}: type `sudo -u {name} ./hotline …`."
    return None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"
