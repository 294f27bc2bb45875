"""The published prompts: `var/prompts/LANGUAGE`, a link to one complete version that never changes.

A process that plays a version holds a shared lock on its folder, so that publishing a new one never takes the
files away from a call in progress; versions nobody holds are removed when the next one is published.
"""

import fcntl
import json
import os
import secrets
import shutil
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

from agi.voice.cache import KINDS
from agi.voice.maker import maker

DIGESTS = ".digests"
"""In each version: what it was made by, and the digest of every file."""
_DRAFT = ".draft."


class Held:
    """A version in use: `folder` stays on disk until this object is closed or forgotten."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self.folder = folder
        self.close = weakref.finalize(self, os.close, descriptor)


class Published:
    """The versions of one language below `folder` (`var/prompts`)."""

    def __init__(self, folder: Path, language: str) -> None:
        self._link = folder / language
        self._versions = folder / ".versions"
        self._language = language

    def held(self, identity: str) -> Held | None:
        """The version made from `identity`, held against removal; None if it is not on disk."""
        prefix = f"{self._language}.{identity}."
        current = self._current()
        names = sorted(path.name for path in self._versions.glob(f"{prefix}*"))
        for name in [current, *names] if current and current.startswith(prefix) else names:
            folder = self._versions / name
            try:
                descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            except FileNotFoundError:
                continue
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            if folder.exists():  # else it was removed between opening and locking
                return Held(folder, descriptor)
            os.close(descriptor)
        return None

    def is_current(self, identity: str) -> bool:
        """Whether the version made from `identity` is the one callers hear."""
        current = self._current()
        return current is not None and current.startswith(f"{self._language}.{identity}.") and self._link.is_dir()

    def maker(self) -> str | None:
        """What the version that callers hear was made by; None if there is none, or an older one that does not tell."""
        return _digests(self._link).get("maker")

    def damaged(self) -> tuple[str, ...]:
        """Clips of the current version (names without extension) that are gone or not as they were published."""
        digests = _digests(self._link)
        wrong = {
            name.rpartition(".")[0]
            for name, digest in digests.items()
            if name != "maker" and _digest(self._link / name) != digest
        }
        return tuple(sorted(wrong))

    def is_whole(self) -> bool:
        """Whether there is a version for callers to hear, with all its clips as they were published."""
        return self._link.is_dir() and not self.damaged()

    def mend(self, version: Held, clip: str, source: Path) -> None:
        """Put the audio at `source` (without extension) in the place of the damaged `clip`. Raises OSError."""
        with self._alone():
            digests = _digests(version.folder)
            for kind in KINDS:
                target = version.folder / f"{clip}{kind}"
                target.parent.mkdir(parents=True, exist_ok=True)
                draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
                _link_or_copy(f"{source}{kind}", str(draft))
                draft.replace(target)
                digests[f"{clip}{kind}"] = _digest(target)
            draft = version.folder / f"{DIGESTS}.new"
            draft.write_text(json.dumps(digests), encoding="utf-8")
            draft.replace(version.folder / DIGESTS)

    def publish(self, identity: str, clips: Mapping[str, Path], *, anew: bool = False) -> None:
        """Make a version of `clips` (name with slashes → path of the audio, both without extension) the current one.

        A version of the same identity that is still on disk is used again unless `anew` is set.
        Killed at any moment, the link shows the old version or the new one, whole.
        """
        with self._alone():
            held = None if anew else self.held(identity)
            folder = held.folder if held else self._built(identity, clips)
            arrow = self._versions / f"{_DRAFT}{folder.name}.link"
            arrow.unlink(missing_ok=True)
            arrow.symlink_to(os.path.relpath(folder, self._link.parent))
            arrow.replace(self._link)
            self._clean(folder.name)

    def _built(self, identity: str, clips: Mapping[str, Path]) -> Path:
        """A new version, which appears whole."""
        name = f"{self._language}.{identity}.{secrets.token_hex(4)}"
        draft = self._versions / f"{_DRAFT}{name}"
        digests = {"maker": maker()}
        for clip, source in clips.items():
            target = draft / clip
            target.parent.mkdir(parents=True, exist_ok=True)
            for kind in KINDS:
                _link_or_copy(f"{source}{kind}", f"{target}{kind}")
                digests[f"{clip}{kind}"] = _digest(Path(f"{target}{kind}"))
        (draft / DIGESTS).write_text(json.dumps(digests), encoding="utf-8")
        return draft.rename(self._versions / name)

    def _current(self) -> str | None:
        """Folder name of the current version."""
        try:
            return self._link.readlink().name
        except OSError:
            return None

    def _clean(self, current: str) -> None:
        """Remove drafts of killed publishers, and versions of this language that nobody holds."""
        for path in self._versions.iterdir():
            if path.name.startswith(_DRAFT):
                if path.is_symlink():
                    path.unlink()
                else:
                    shutil.rmtree(path)
            elif path.name.startswith(f"{self._language}.") and path.name != current:
                descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                else:
                    shutil.rmtree(path)
                finally:
                    os.close(descriptor)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One publisher at a time, over all processes."""
        self._versions.mkdir(parents=True, exist_ok=True)
        with (self._versions.parent / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _digests(version: Path) -> dict[str, str]:
    """File → digest, and "maker"; empty for a version that was made before there were digests."""
    try:
        found = json.loads((version / DIGESTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _digest(path: Path) -> str:
    """Of the file's content; "" where it cannot be read."""
    with suppress(OSError):
        return blake2b(path.read_bytes(), digest_size=16).hexdigest()
    return ""


def _link_or_copy(source: str, target: str) -> None:
    """The same file under a second name; a copy where the file system has no such thing."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)
