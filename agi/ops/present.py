"""What a hotline is at now, for the pages: they may not ask Asterisk and supervisord, which also take orders.

The pages wish for it by touching a file of their own, as long as somebody looks; what is seen is told in another.
"""

import time
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ValidationError

from agi.ops.doctor import Check
from agi.ops.duty import Duty
from agi.ops.places import run_folder, write_whole
from agi.settings import Settings

WISHED_S = 20.0
"""So long one wish is worth looking."""
STALE_S = 20.0
"""What is older is no moment any more: whoever looks has died."""


class Present(BaseModel):
    """This moment. `duty`: None where Asterisk does not tell; `troubles`: what somebody must see to."""

    duty: Duty | None = None
    troubles: tuple[Check, ...] = ()


def wish(settings: Settings) -> None:
    """Somebody looks. Raises OSError."""
    path = _wish(settings.var)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def is_wished(settings: Settings) -> bool:
    """Whether somebody looked a moment ago."""
    return _age_s(_wish(settings.var)) < WISHED_S


def tell(settings: Settings, present: Present) -> None:
    """What has been seen. Raises OSError."""
    path = _told(settings.var)
    write_whole(path, present.model_dump_json())
    path.touch()


def told(settings: Settings) -> Present:
    """What was told last; nothing is known where that is too old."""
    path = _told(settings.var)
    with suppress(OSError, ValidationError):
        if _age_s(path) < STALE_S:
            return Present.model_validate_json(path.read_bytes())
    return Present()


def _wish(var: Path) -> Path:
    return var / "pages" / "looked"


def _told(var: Path) -> Path:
    return run_folder(var) / "present.json"


def _age_s(path: Path) -> float:
    try:
        return abs(time.time() - path.stat().st_mtime)
    except OSError:  # never yet
        return float("inf")
