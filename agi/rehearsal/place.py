"""Where rehearsals work, one at a time over all processes, and where the result of the last one is kept."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from agi.editions.disk import replaced
from agi.errors import HotlineError
from agi.rehearsal.result import Rehearsal
from agi.settings import Settings

_RESULT = "result.json"
_WORK = "work"
_KEPT = TypeAdapter(Rehearsal)


class Busy(HotlineError):
    """Another rehearsal goes on."""

    def __init__(self) -> None:
        super().__init__("Gladi lain sedang berjalan: tunggu sampai selesai, atau hentikan dulu.")


@contextmanager
def alone(settings: Settings) -> Iterator[Path]:
    """An empty folder to work in, for one rehearsal at a time; it goes with the end, or with the next one's beginning.

    Raises Busy.
    """
    folder = _folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        _tidy(folder)
        try:
            yield folder / _WORK
        finally:
            _tidy(folder)
    finally:
        os.close(held)


def _tidy(folder: Path) -> None:
    """Remove all but the result, also half of one that was being written."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != _RESULT:
            path.unlink(missing_ok=True)


def keep(settings: Settings, found: Rehearsal) -> None:
    """Let `found` be the result of the last one. Raises OSError."""
    replaced(_folder(settings) / _RESULT, _KEPT.dump_json(found))


def kept(settings: Settings) -> Rehearsal | None:
    """The result of the last one; None where there is none."""
    try:
        return _KEPT.validate_json((_folder(settings) / _RESULT).read_bytes())
    except (OSError, ValidationError):
        return None


def clear(settings: Settings) -> None:
    """Remove what a killed rehearsal left behind, unless one goes on."""
    with suppress(Busy), alone(settings):
        pass


def _folder(settings: Settings) -> Path:
    return settings.var / "rehearsal"
