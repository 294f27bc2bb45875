"""Whose an installation is: only its owner's commands may touch it."""

import os
import pwd

from agi.settings import Settings


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
