"""`python -m agi.ops.confined PLACES COMMAND…`: runs a command that may touch nothing on the disk but `PLACES`.

Who gets Asterisk to do what it likes (a neighbour in the line's place, a hole in its SIP) then reads no secret and no
register, runs no program and overwrites nothing of ours. The kernel does it (Landlock, landlock(7); no rights needed),
for the process and all that it starts; a kernel without it runs the command unconfined, which `hotline doctor` tells.
"""

import ctypes
import json
import os
import struct
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import IntFlag
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every machine
_ASK_VERSION, _PATH_BENEATH = 1, 1
_NO_NEW_PRIVILEGES = 38  # prctl(2)


class Right(IntFlag):
    """What may be done beneath a place (`LANDLOCK_ACCESS_FS_…`)."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_FOLDER = 1 << 3
    REMOVE_FILE = 1 << 5
    MAKE_FOLDER = 1 << 7
    MAKE_FILE = 1 << 8
    MAKE_SOCKET = 1 << 9
    TRUNCATE = 1 << 14


_OF_FILES = Right.EXECUTE | Right.WRITE_FILE | Right.READ_FILE | Right.TRUNCATE
_READ = Right.READ_FILE | Right.READ_FOLDER
_WRITE = (
    _READ | Right.WRITE_FILE | Right.REMOVE_FILE | Right.MAKE_FOLDER | Right.MAKE_FILE | Right.MAKE_SOCKET
    | Right.TRUNCATE
)  # fmt: skip
_HANDLED = ((1, (1 << 13) - 1), (2, 1 << 13), (3, 1 << 14))
"""From which version of Landlock on which rights are refused where nothing grants them."""
_SCOPED_SINCE, _SIGNALS_AND_NAMES = 6, 3
"""From that version on: no signal, and no Unix socket with an abstract name, to processes outside."""


@dataclass(frozen=True)
class Places:
    """Paths of what may be read, written (and read) and executed, with all beneath; one that is missing stands for
    nothing. `own`: where anything may be done: links, too, and folders moved and removed.
    """

    read: tuple[str, ...]
    write: tuple[str, ...]
    execute: tuple[str, ...]
    own: tuple[str, ...] = ()


def command(places: Places, words: Iterable[str]) -> tuple[str, ...]:
    """The argument list that runs the command `words` in `places` only."""
    return (sys.executable, "-m", "agi.ops.confined", json.dumps(asdict(places)), *words)


def landlock() -> int:
    """The version of Landlock that the running kernel has; 0 where it has none."""
    return max(0, _system_call(_CREATE, None, 0, _ASK_VERSION))


def confine(places: Places) -> None:
    """Give up all rights on the disk but those to `places`, for good, and signals to others. Raises OSError."""
    version = landlock()
    handled = sum(rights for since, rights in _HANDLED if version >= since)
    if not handled:
        return
    asked = (
        struct.pack("QQQ", handled, 0, _SIGNALS_AND_NAMES) if version >= _SCOPED_SINCE else struct.pack("Q", handled)
    )
    ruleset = _checked(_system_call(_CREATE, asked, len(asked), 0))
    granted = (
        (places.read, _READ),
        (places.write, _WRITE),
        (places.execute, Right.EXECUTE | _READ),
        (places.own, handled),
    )
    for paths, rights in granted:
        for path in paths:
            _allow(ruleset, path, rights & handled)
    _checked(ctypes.CDLL(None, use_errno=True).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _checked(_system_call(_RESTRICT, ruleset, 0))
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not there
        return
    if not Path(path).is_dir():
        rights &= _OF_FILES
    rule = struct.pack("=Qi", rights, place)
    _checked(_system_call(_ADD, ruleset, _PATH_BENEATH, rule, 0))
    os.close(place)


def _system_call(number: int, *words: "int | bytes | None") -> int:
    return int(ctypes.CDLL(None, use_errno=True).syscall(number, *words))


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused a rule")
    return result


def main() -> None:
    """Run the command; ends as it ends."""
    places = json.loads(sys.argv[1])
    confine(Places(**{name: tuple(paths) for name, paths in places.items()}))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - the supervisor's own words


if __name__ == "__main__":
    main()
