"""Audio that has been made once, by what it was made from. Safe for threads and for several processes."""

import os
import secrets
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from agi.stamp import stamp
from agi.voice.audio import Audio, write

KINDS = (".wav16", ".wav")
"""Written in this order: whoever sees the .wav has both."""
HEADER_BYTES = 44
MOST_VALUES = 5000
"""Clips kept beside the rendered ones: spoken dates, numbers, names of offices."""
IDLE_S = 30 * 86400
IN_USE_S = 600
"""A clip handed out may be played for a while: nothing used in the last ten minutes is removed."""
TRIM_EVERY = 500
"""Clips made by one process between two looks for what is one too many."""


def whole(stem: Path) -> bool:
    """Whether both files of the clip at `stem` (path without extension) are there, none cut off."""
    return all(_whole(f"{stem}{kind}") for kind in KINDS)


def _whole(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            header = file.read(HEADER_BYTES)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return False
    return size > HEADER_BYTES and header[:4] == b"RIFF" and int.from_bytes(header[4:8], "little") + 8 == size


def identity(*parts: str) -> str:
    """The name of what is made from `parts`: equal only for equal parts in equal order."""
    return stamp("\x1f".join(parts).encode())


class Cache:
    """Pairs of files `xx/NAME.wav` (8 kHz) and `xx/NAME.wav16` (16 kHz) below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.keep: Collection[str] = ()
        """Names of clips that are never removed: those of the fixed parts."""
        self._folder = folder
        self._stored = 0
        self._making: dict[str, Future[None]] = {}

    def stem(self, name: str) -> Path:
        """Where the clip called `name` is or would be, without extension."""
        return self._folder / name[:2] / name

    def has(self, name: str) -> bool:
        """Whether the clip is there, whole; marks it as used."""
        with suppress(FileNotFoundError):  # removed since the look: it is made again
            if whole(self.stem(name)):
                for kind in KINDS:
                    os.utime(f"{self.stem(name)}{kind}")
                return True
        return False

    def get(self, name: str, make: Callable[[], Audio], *, again: bool = False) -> Path:
        """The clip called `name` (path without extension), made by `make` if it is not there or `again` is set.

        Asked for by several threads at once it is made once. What `make` raises, all of them get.
        """
        if not again and self.has(name):
            return self.stem(name)
        mine: Future[None] = Future()
        making = self._making.setdefault(name, mine)
        if making is mine:
            try:
                if again or not self.has(name):  # another thread may have made it since the first look
                    self._store(name, make())
                mine.set_result(None)
            except BaseException as error:
                mine.set_exception(error)
                raise
            finally:
                del self._making[name]
        making.result()
        return self.stem(name)

    def trim(self) -> int:
        """Remove what is not kept and has long not been used or is one too many; returns how many clips."""
        now = time.time()
        found: dict[str, float] = {}
        for file in self._folder.glob("*/*"):
            try:
                used = file.stat().st_mtime
            except FileNotFoundError:
                continue
            if file.suffix not in KINDS:  # a draft; left over if it is old, for a process was killed
                if now - used > IN_USE_S:
                    file.unlink(missing_ok=True)
            elif file.stem not in self.keep:
                found[file.stem] = max(used, found.get(file.stem, 0.0))
        oldest = sorted(found, key=found.__getitem__)
        surplus = set(oldest[: max(len(oldest) - MOST_VALUES, 0)])
        gone = [name for name in oldest if now - found[name] > (IN_USE_S if name in surplus else IDLE_S)]
        for name in gone:
            for kind in reversed(KINDS):
                Path(f"{self.stem(name)}{kind}").unlink(missing_ok=True)
        return len(gone)

    def _store(self, name: str, audio: Audio) -> None:
        """Both files appear whole, or not at all."""
        stem = self.stem(name)
        stem.parent.mkdir(parents=True, exist_ok=True)
        token = f"{os.getpid()}-{secrets.token_hex(4)}"
        drafts = [stem.with_name(f"{name}{kind}.{token}") for kind in KINDS]
        try:
            write(audio, narrow=drafts[1], wide=drafts[0])
            for draft, kind in zip(drafts, KINDS, strict=True):
                draft.replace(f"{stem}{kind}")
        finally:
            for draft in drafts:
                draft.unlink(missing_ok=True)
        self._stored += 1
        if self._stored % TRIM_EVERY == 0:
            self.trim()
