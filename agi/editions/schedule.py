"""Publication at a set time: an edition that was checked and prepared, and lies ready until then.

What goes live is what was prepared, whatever has become of the working copy. It is the line that publishes it: while
there is a line, callers hear it in time, and while there is none, nobody calls. Killed at any moment, callers hear the
old edition or the new one, and what was due is done by the next line.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from secrets import token_hex

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from agi.editions.store import Edition, Editions, link
from agi.errors import HotlineError
from agi.privacy import private_file

_FILE = ".schedule.json"
_log = structlog.get_logger("editions")


class NotScheduled(HotlineError):
    """It can't be published at that time; the message says why, in Indonesian."""


class Scheduled(BaseModel):
    """What `author` had prepared at `made`, to go live at `at` (UTC). `content`, `made_by`: as of an edition.

    `folder` names where it lies, below the editions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: AwareDatetime
    made: AwareDatetime
    author: str
    note: str
    content: str
    made_by: str
    folder: str = Field(pattern=r"^\.scheduled-[0-9a-f]+$")


class Schedule:
    """The one publication that `editions` have planned, or none."""

    def __init__(self, editions: Editions) -> None:
        self._editions = editions
        self._file = editions.folder / _FILE
        self._unreadable = b""

    def standing(self) -> Scheduled | None:
        """What is planned; None also where that can't be read, which is logged once."""
        try:
            text = self._file.read_bytes()
        except OSError:
            return None
        try:
            return Scheduled.model_validate_json(text)
        except ValidationError:
            if text != self._unreadable:
                self._unreadable = text
                _log.error("schedule.unreadable")
            return None

    def prompts(self, scheduled: Scheduled) -> Path:
        """Menu, texts, lexicon and recordings of what is planned."""
        return self._editions.folder / scheduled.folder / "prompts"

    def is_ready(self, scheduled: Scheduled) -> bool:
        """Whether its clips are there; not after a backup was put back, which holds none."""
        return (self._editions.folder / scheduled.folder / "sounds").is_dir()

    def plan(self, content: str, made_by: str, at: datetime, author: str, note: str, now: datetime) -> Scheduled:
        """Have what lies in the editions' `draft` published at `at`, instead of what was planned before.

        To be called while one is `alone` with the editions. Raises NotScheduled, OSError.
        """
        if at <= now:
            raise NotScheduled("Waktu terbitnya sudah lewat: pilih waktu yang akan datang, atau terbitkan sekarang.")
        made = now.replace(microsecond=0)
        name = f".scheduled-{token_hex(4)}"
        planned = Scheduled(at=at, made=made, author=author, note=note, content=content, made_by=made_by, folder=name)
        with self._alone():
            self._editions.draft.rename(self._editions.folder / name)
            with private_file(self._file) as out:
                out.write(planned.model_dump_json().encode())
            self._tidy(name)
        _log.info("schedule.planned", at=at.isoformat(), content=content)
        return planned

    def cancel(self) -> Scheduled | None:
        """Plan nothing any more; what was planned. What callers hear stays as it is."""
        with self._alone():
            before = self.standing()
            self._file.unlink(missing_ok=True)
            self._tidy("")
        if before is not None:
            _log.info("schedule.cancelled", content=before.content)
        return before

    def publish_due(self, now: datetime) -> Edition | None:
        """Let callers hear what was planned for `now` or before, if anything was. Raises OSError.

        Done again after a kill it does what was left to do: what was prepared stays until callers hear it.
        """
        planned = self.standing()
        if planned is None or planned.at > now:
            return None
        with self._alone():
            if self.standing() != planned:  # cancelled, or planned anew
                return None
            edition, current = None, self._editions.current()
            if current is None or (current.content, current.made_by) != (planned.content, planned.made_by):
                edition = self._published(planned)
            self._file.unlink()
            self._tidy("")
        return edition

    def _published(self, planned: Scheduled) -> Edition | None:
        prepared, copy = (self._editions.folder / name for name in (planned.folder, f"{planned.folder}.due"))
        shutil.rmtree(copy, ignore_errors=True)
        try:
            shutil.copytree(prepared, copy, symlinks=True, copy_function=link)
        except FileNotFoundError:
            _log.error("schedule.lost", content=planned.content)
            return None
        edition = self._editions.publish(planned.content, planned.made_by, planned.author, planned.note, (), copy)
        _log.info("schedule.published", edition=edition.number)
        return edition

    def _tidy(self, kept: str) -> None:
        """Remove what was prepared and is not planned (any more)."""
        for folder in self._editions.folder.glob(".scheduled-*"):
            if folder.name != kept:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One who plans, cancels or publishes what was planned, at a time; no draft that takes long is waited for."""
        self._editions.folder.mkdir(parents=True, exist_ok=True)
        with (self._editions.folder / ".schedule.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
