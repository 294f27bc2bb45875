"""Rendered clips under the names of their texts: one folder that is written once, with a digest of every file."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from agi.stamp import stamp
from agi.voice.cache import KINDS

DIGESTS = ".digests"
"""In each folder: the digest of every file in it."""


class Sounds:
    """The clips in `folder`, by their names with slashes: `queue/thanks`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    def write(self, clips: Mapping[str, Path]) -> None:
        """Fill the folder with `clips`: name → path of the audio, without extension. Raises OSError."""
        self._put(clips, {})

    def damaged(self) -> tuple[str, ...]:
        """Clips that are gone or not as they were written."""
        wrong = {name for name, digest in self._digests().items() if _digest(self.folder / name) != digest}
        return tuple(sorted({name.rpartition(".")[0] for name in wrong}))

    def mend(self, clip: str, source: Path) -> None:
        """Put the audio at `source` (without extension) in the place of the damaged `clip`. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:  # one who mends at a time, over all processes
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._put({clip: source}, self._digests())

    def _put(self, clips: Mapping[str, Path], digests: dict[str, str]) -> None:
        for clip, source in clips.items():
            for kind in KINDS:
                target = self.folder / f"{clip}{kind}"
                target.parent.mkdir(parents=True, exist_ok=True)
                fresh = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
                link_or_copy(Path(f"{source}{kind}"), fresh)
                fresh.replace(target)
                digests[f"{clip}{kind}"] = _digest(target)
        fresh = self.folder / f"{DIGESTS}.new"
        fresh.write_text(json.dumps(digests), encoding="utf-8")
        fresh.replace(self.folder / DIGESTS)

    def _digests(self) -> dict[str, str]:
        try:
            found = json.loads((self.folder / DIGESTS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def link_or_copy(source: Path, target: Path) -> None:
    """The same file under a second name; a copy where the file system has no such thing. Raises OSError."""
    try:
        os.link(source, target)
    except (FileNotFoundError, FileExistsError):
        raise
    except OSError:
        shutil.copyfile(source, target)


def _digest(path: Path) -> str:
    """Of the file's content; "" where it cannot be read."""
    with suppress(OSError):
        return stamp(path.read_bytes())
    return ""
