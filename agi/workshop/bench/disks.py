"""Small disks in memory that a drill fills: only it and what it starts see them (mount_namespaces(7))."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from agi.workshop.bench.installation import BenchFailed

_MARK = "DRILL_OWN_DISKS"
_TRIES = 5
_ROOMY = "1g"  # nothing is taken of the memory but what is written


def enter(words: Sequence[str]) -> None:
    """Begin anew, as the command `words`, where disks can be mounted; goes on where the system lets nobody do that."""
    own = ("unshare", "--mount", *(("--user", "--map-root-user") if os.getuid() else ()))
    if can_be_mounted() or subprocess.run((*own, *_mount(Path("/mnt"))), capture_output=True, check=False).returncode:
        return
    sys.stdout.flush()
    os.execvpe(own[0], (*own, *words), {**os.environ, _MARK: "yes"})  # noqa: S606 - what was typed already


def can_be_mounted() -> bool:
    """Whether this process may mount disks of its own."""
    return _MARK in os.environ


@contextmanager
def mounted(*folders: Path) -> Iterator[None]:
    """Make each of `folders` a disk of its own, where that can be. Raises BenchFailed."""
    with ExitStack() as stack:
        for folder in folders if can_be_mounted() else ():
            folder.mkdir(mode=0o700)
            _done(*_mount(folder))
            stack.callback(_done, "umount", "--lazy", str(folder))
        yield


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Take all room from what is `mounted` on `disk`. Raises BenchFailed."""
    for left in reversed(range(_TRIES)):
        used = os.statvfs(disk)
        try:
            _done(*_mount(disk, "remount", size=str((used.f_blocks - used.f_bfree) * used.f_frsize)))
            break
        except BenchFailed:  # more was written meanwhile
            if not left:
                raise
    try:
        yield
    finally:
        _done(*_mount(disk, "remount"))


def _mount(folder: Path, *options: str, size: str = _ROOMY) -> tuple[str, ...]:
    # Else `mount` adds the options that it finds in use, of which some are not for everybody to set.
    own = ("--options-mode", "ignore")
    return ("mount", *own, "-t", "tmpfs", "-o", ",".join((*options, f"size={size}", "mode=0700")), "disk", str(folder))


def _done(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchFailed(done.stderr.strip())
