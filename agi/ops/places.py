"""Where things that run keep their sockets and stamps."""

import hashlib
import os
import stat
import unicodedata
from pathlib import Path

from agi.settings import ROOT

DIALPLAN = ROOT / "dialplan"
# The address of a Unix socket holds 108 bytes with its closing NUL; supervisord binds a longer draft name first.
_LONGEST_FOLDER = 75
_MODE = 0o600
_SHORT = Path("/tmp")  # noqa: S108 - in it a folder of our own, which is checked


def unusable(folder: Path) -> str | None:
    """Why nothing can run below `folder`; None if its name will do.

    Lists of paths are split at colons, those of libraries (ld.so(8)) at semicolons too; configurations are UTF-8 lines.
    """
    name = str(folder.absolute())
    if any(sign in ":;" or unicodedata.category(sign) in ("Cc", "Cs") for sign in name):
        return (
            f"The hotline cannot run in {name!r}: rename the folder so that its path has no colon, no semicolon, no "
            "line break or other control character, and is UTF-8."
        )
    return None


def etc_folder(var: Path) -> Path:
    """Asterisk's configuration folder of the installation at `var`."""
    return var.absolute() / "asterisk" / "etc"


def spool_folder(var: Path) -> Path:
    """Where Asterisk may put what it records, at `var`."""
    return var.absolute() / "asterisk" / "spool"


def run_folder(var: Path) -> Path:
    """The folder for sockets of the installation at `var`, made with mode 0700: `var/run`, or a short one in /tmp
    when that path is too long for a Unix socket.

    It is the same in every environment (a login's own folders come and go with the login), so that every command
    finds what runs. Raises PermissionError when the short folder belongs to somebody else.
    """
    folder = var.absolute() / "run"
    if len(os.fsencode(folder)) > _LONGEST_FOLDER:
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        folder = _SHORT / f"hotline-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise PermissionError(f"{folder} belongs to another user; remove it, or use a shorter path.")
    folder.chmod(0o700)
    return folder


def moments_folder(var: Path) -> Path:
    """Where the line tells the pages what calls from them are at."""
    return run_folder(var) / "moments"


def write_whole(path: Path, text: str) -> None:
    """Write `text` to `path`, for its owner only, unless it stands there; a reader finds the old or the new file,
    never half.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and not path.is_symlink() and path.read_text() == text:
        path.chmod(_MODE)
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "w") as out:
        out.write(text)
    draft.replace(path)
