"""Where editions lie: a folder for each number below `var/editions`, and one link, `current`, to what callers hear.

Numbers only grow, and the current edition has the largest: what lies above it was left by a publisher who was killed.
An edition never changes. Whoever uses one holds a shared lock on its folder, so that it is not removed meanwhile.
"""

import fcntl
import json
import os
import shutil
import weakref
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agi.errors import HotlineError
from agi.voice.sounds import link_or_copy

_FACTS = "edition.json"
_CURRENT = "current"
_TRIED = ".tried-"
_TRIED_FOR = timedelta(hours=1)
"""How long a draft that was prepared for a call waits for one."""


class NoEdition(HotlineError):
    """There is no edition of that number, or it can't be read; the message says which, in Indonesian."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition, by its `number` from 1, and its `folder`. A draft that is tried has a negative number.

    `content`: digest of all that an admin wrote or recorded; `made_by`: of the voice, the model and the program that
    made clips and grammars of it. `parent`: what callers heard before.
    """

    number: int
    content: str
    made_by: str
    author: str
    at: datetime
    note: str
    parent: int | None
    folder: Path

    @property
    def prompts(self) -> Path:
        """Menu, texts, lexicon and recordings, as in `prompts/`."""
        return self.folder / "prompts"

    @property
    def sounds(self) -> Path:
        """The rendered clips."""
        return self.folder / "sounds"

    @property
    def model(self) -> Path:
        """What the recogniser listens with; not there where callers do not speak."""
        return self.folder / "model"


class Held:
    """An edition in use: its folder stays on the disk until this object is closed or forgotten."""

    def __init__(self, edition: Edition, descriptor: int) -> None:
        self.edition = edition
        self.close = weakref.finalize(self, os.close, descriptor)


class Editions:
    """All editions of an installation, below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.draft = folder / ".draft"
        """The edition that is being made."""
        self.originals = folder / "originals"
        """Every recording that was ever published, by its digest; nothing here is ever removed."""

    def current_number(self) -> int:
        """The number of what callers hear; 0 where nothing was published."""
        try:
            name = (self.folder / _CURRENT).readlink().name
        except OSError:
            return 0
        return int(name) if name.isascii() and name.isdigit() else 0

    def current(self) -> Edition | None:
        """What callers hear; None where nothing was published, or it can no longer be read."""
        try:
            return self.edition(self.current_number())
        except NoEdition:
            return None

    def edition(self, number: int) -> Edition:
        """The edition `number`. Raises `NoEdition`."""
        if not number:
            raise NoEdition("Belum ada edisi: ./hotline up, atau ./hotline prompts publish.")
        folder = self.folder / name_of(number)
        try:
            facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
            return Edition(**{**facts, "at": datetime.fromisoformat(facts["at"])}, folder=folder.absolute())
        except (OSError, ValueError, TypeError, KeyError):
            raise NoEdition(f"Edisi {number} tidak ada (lagi): ./hotline prompts history") from None

    def history(self) -> tuple[Edition, ...]:
        """All editions that callers hear or heard and that are kept, the newest first."""
        return tuple(self._readable(self.current_number()))

    def newest(self) -> Edition | None:
        """The edition with the largest number; after a backup was put back, when no link shows the current one."""
        return next(self._readable(max(self._numbers(), default=0)), None)

    def _readable(self, last: int) -> Iterator[Edition]:
        """All editions up to the number `last`, the newest first, without any that was removed meanwhile or damaged."""
        for number in sorted(self._numbers(), reverse=True):
            with suppress(NoEdition):
                if number <= last:
                    yield self.edition(number)

    def held(self, number: int) -> Held:
        """The edition `number`, kept from removal. Raises `NoEdition`."""
        try:
            descriptor = os.open(self.folder / name_of(number), os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            raise NoEdition(f"Edisi {number} tidak ada (lagi): ./hotline prompts history") from None
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        try:
            return Held(self.edition(number), descriptor)  # raises where it was removed before it was locked
        except NoEdition:
            os.close(descriptor)
            raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One who drafts or publishes at a time, over all processes; the second waits."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def publish(
        self,
        content: str,
        made_by: str,
        author: str,
        note: str,
        recorded: Collection[int],
        source: Path | None = None,
    ) -> Edition:
        """Make what lies in `source` (else in `draft`, to be called `alone`) what callers hear from now on.

        `recorded`: numbers that call records name, which are never given again. Killed at any moment, callers hear the
        old edition or the new one, whole. Raises OSError.
        """
        with self._renumbering():
            return self._publish(content, made_by, author, note, recorded, source or self.draft)

    def _publish(
        self, content: str, made_by: str, author: str, note: str, recorded: Collection[int], source: Path
    ) -> Edition:
        before = self.current_number()
        numbers = self._numbers()
        for number in numbers:
            if before and number > before:
                shutil.rmtree(self.folder / str(number))
        number = max(before or max(numbers, default=0), *recorded, 0) + 1
        facts = {
            "number": number,
            "content": content,
            "made_by": made_by,
            "author": author,
            "at": datetime.now(UTC).replace(microsecond=0).isoformat(),
            "note": note,
            "parent": before or None,
        }
        _write(source, facts)
        source.rename(self.folder / str(number))
        arrow = self.folder / f".{_CURRENT}"
        arrow.unlink(missing_ok=True)
        arrow.symlink_to(str(number))
        arrow.replace(self.folder / _CURRENT)
        return self.edition(number)

    def try_out(self, content: str, made_by: str, author: str) -> Edition:
        """Have what lies in `draft`, to be called `alone`, ready for calls that try it; it is not published.

        The same draft is not kept twice; what was tried before goes when it is old and not in use. Raises OSError.
        """
        with self._renumbering():
            tried = tuple(self._tried())
            self._forget([one for one in tried if one.content != content or one.made_by != made_by])
            if found := [one for one in tried if (one.content, one.made_by) == (content, made_by)]:
                (found[0].folder / _FACTS).touch()  # waits as long again
                return found[0]
            now = datetime.now(UTC).replace(microsecond=0)
            number = min([-int(now.timestamp()), *(one.number - 1 for one in tried)])
            fresh = self.folder / f"{_TRIED}new"
            shutil.rmtree(fresh, ignore_errors=True)
            shutil.copytree(self.draft, fresh, symlinks=True, copy_function=link)
            facts = {"number": number, "content": content, "made_by": made_by, "author": author}
            _write(fresh, {**facts, "at": now.isoformat(), "note": "", "parent": self.current_number() or None})
            fresh.rename(self.folder / name_of(number))
            return self.edition(number)

    def _tried(self) -> Iterator[Edition]:
        for path in self.folder.glob(f"{_TRIED}*"):
            with suppress(NoEdition, ValueError):
                yield self.edition(number_of(path.name))

    def _forget(self, tried: Collection[Edition]) -> None:
        old = datetime.now(UTC).timestamp() - _TRIED_FOR.total_seconds()
        for one in tried:
            if (one.folder / _FACTS).stat().st_mtime < old:
                _remove_unused(one)

    def prune(self, keep: int, days: int, recorded: Collection[int]) -> None:
        """Remove old editions.

        Kept are the newest `keep`, those that are younger than `days` or named by call records, and those in use.
        """
        with self._renumbering():
            self._prune(keep, days, recorded)

    def _prune(self, keep: int, days: int, recorded: Collection[int]) -> None:
        young = datetime.now(UTC) - timedelta(days=days)
        history = self.history()
        for number in set(self._numbers()) - {edition.number for edition in history} - set(recorded):
            shutil.rmtree(self.folder / str(number))  # half removed, or what a restored backup left of it
        for edition in history[max(keep, 1) :]:
            if edition.at > young or edition.number in recorded:
                continue
            _remove_unused(edition)

    @contextmanager
    def _renumbering(self) -> Iterator[None]:
        """One who gives or takes numbers at a time, over all processes; nobody does it for longer than a moment."""
        with (self.folder / ".numbers.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _numbers(self) -> list[int]:
        try:
            names = [path.name for path in self.folder.iterdir()]
        except FileNotFoundError:
            return []
        return [int(name) for name in names if name.isascii() and name.isdigit()]


def name_of(number: int) -> str:
    """What the folder of the edition `number` is called."""
    return str(number) if number >= 0 else f"{_TRIED}{-number}"


def number_of(name: str) -> int:
    """The number of the edition whose folder is called so. Raises ValueError."""
    return -int(name.removeprefix(_TRIED)) if name.startswith(_TRIED) else int(name)


def link(source: str, target: str) -> None:
    """Have the file of an edition in another one, too; as `shutil.copytree` wants it."""
    link_or_copy(Path(source), Path(target))


def _write(folder: Path, facts: Mapping[str, object]) -> None:
    with (folder / _FACTS).open("w", encoding="utf-8") as out:
        json.dump(facts, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())


def _remove_unused(edition: Edition) -> None:
    """Remove it, unless somebody holds it."""
    descriptor = os.open(edition.folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        (edition.folder / _FACTS).unlink()  # first: what is half gone is no edition
        shutil.rmtree(edition.folder)
    except BlockingIOError:  # in use
        return
    finally:
        os.close(descriptor)
