"""A whole installation in one file: what cannot be made again, taken while calls go on.

The file is a plain tar archive, not compressed, so that it can't unpack to more than it is. `MANIFEST` comes first
and names every file with its SHA-256; of files that are the same (recordings, in each edition) the first is a member.
`restoring.py` puts it back.
"""

import hashlib
import io
import re
import shutil
import sqlite3
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel

from agi.books.files import Busy, exclusive, snapshot
from agi.errors import HotlineError
from agi.ops.places import DIALPLAN
from agi.privacy import private_file
from agi.settings import Settings, settings_file

MANIFEST = "manifest.json"
FORMAT = 2
FORMATS = (1, FORMAT)
"""Those that can be put back; in the first every file was a member."""
_OF_FOLDERS = (
    "data",
    "pages",
    "office",
    "tickets",
    "cases",
    "safety",
    "mailbox",
    "secrets",
    "prompts",
    "editions",
    "dialplan",
)
SETTINGS = "settings/hotline.toml"
"""The settings' name in the archive, whatever HOTLINE_SETTINGS calls them here."""

_PLANNED = re.compile(r"\.schedule\.json|\.scheduled-[0-9a-f]+")
"""What an edition that is planned for a time is called."""


class Manifest(BaseModel):
    """What an archive holds: when it was made (UTC), and the SHA-256 of each file by its name there."""

    format: int
    made: str = ""
    files: dict[str, str]


class BackupError(HotlineError):
    """The backup was not made, or not put back; the message says why and what to do."""


def kept_files(settings: Settings) -> dict[str, Path]:
    """All files of this installation that a backup holds, by their names in the archive, in order."""
    found = {
        f"{name}/{path.relative_to(folder).as_posix()}": path
        for name, (folder, *patterns) in _folders(settings).items()
        for pattern in patterns
        for path in folder.glob(pattern)
        if path.is_file() and all(map(_kept, path.relative_to(folder).parts))
    }
    if settings_file().is_file():
        found[SETTINGS] = settings_file()
    return dict(sorted(found.items()))


def place_of(settings: Settings, name: str) -> Path:
    """Where the member `name` of an archive belongs."""
    if name == SETTINGS:
        return settings_file()
    first, _, rest = name.partition("/")
    return _folders(settings)[first][0] / rest


def fits(name: str) -> bool:
    """Whether `name` can be a member: one of our folders, and nothing that leads out of it."""
    first, *rest = name.split("/")
    deep_enough = len(rest) == 1 or (first in ("prompts", "editions") and len(rest) > 1)
    known = name == SETTINGS or first in _OF_FOLDERS
    return known and deep_enough and "\0" not in name and all(map(_kept, rest))


def _kept(part: str) -> bool:
    """Whether a part of a path can be in a backup: nothing hidden but what is planned, and nothing that leads out."""
    return bool(part) and (not part.startswith(".") or _PLANNED.fullmatch(part) is not None)


def _folders(settings: Settings) -> Mapping[str, tuple[Path, *tuple[str, ...]]]:
    """The folders by the first part of a member's name, and which of their files belong to an installation.

    Of an edition, also one that is planned, that is what people wrote and recorded: clips and grammars are made again.
    An announcement comes with its sound, which callers hear without anything being made.
    """
    return {
        "data": (settings.data, "*.db", "*.toml"),
        "pages": (settings.pages_db.parent, "*.db"),
        "office": (settings.hours_file.parent, "*.toml"),
        "tickets": (settings.tickets_folder, "*.db", "*.wav"),
        "cases": (settings.cases_db.parent, "*.db"),
        "safety": (settings.safety_db.parent, "*.db"),
        "mailbox": (settings.mailbox_db.parent, "*.db"),
        "secrets": (settings.var / "secrets", "*"),
        "prompts": (settings.prompts, "**/*"),
        "editions": (
            settings.editions_folder,
            "[0-9]*/edition.json",
            "[0-9]*/prompts/**/*",
            "originals/*",
            "edits.json",
            "announcement/*",
            ".schedule.json",
            ".scheduled-*/prompts/**/*",
        ),
        "dialplan": (DIALPLAN, "*.conf"),
    }


def back_up(settings: Settings, file: Path) -> int:
    """Write all of this installation into `file` (mode 0600, whole or not at all); the number of files in it.

    Raises BackupError.
    """
    if not settings.data.is_dir() or not (settings.var / "secrets").is_dir():
        raise BackupError("There is nothing to back up yet: the hotline has never been started here.")
    work = settings.var / "backup"
    try:
        with exclusive(settings.var / ".backup.lock", wait_s=0):
            shutil.rmtree(work, ignore_errors=True)  # left by one that was killed
            work.mkdir(mode=0o700)
            try:
                members = _members(settings, work)
                with private_file(file) as out, tarfile.open(fileobj=out, mode="w") as archive:
                    _write(archive, members)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    except Busy:
        raise BackupError("Another backup is being made: wait until it is done.") from None
    except sqlite3.Error as error:
        raise BackupError(f"A database can't be read ({error}): see `hotline doctor`. No backup was made.") from error
    except OSError as error:
        raise BackupError(f"{error.filename or file}: {error.strerror}. No backup was made.") from error
    return len(members)


def _members(settings: Settings, work: Path) -> dict[str, Path]:
    """The files to be kept by their names in the archive; of each database a copy of this moment, made in `work`."""
    found = kept_files(settings)
    for name, path in found.items():
        if path.suffix == ".db":
            snapshot(path, work / path.name)
            found[name] = work / path.name
    return found


def _write(archive: tarfile.TarFile, members: Mapping[str, Path]) -> None:
    digests = {name: digest(path) for name, path in members.items()}
    made = datetime.now(UTC).isoformat(timespec="seconds")
    text = Manifest(format=FORMAT, made=made, files=digests).model_dump_json(indent=1).encode()
    _add(archive, MANIFEST, io.BytesIO(text), len(text))
    written: set[str] = set()
    for name, path in members.items():
        if digests[name] not in written:
            written.add(digests[name])
            with path.open("rb") as content:
                _add(archive, name, content, path.stat().st_size)


def _add(archive: tarfile.TarFile, name: str, content: io.BufferedIOBase, size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    archive.addfile(member, content)


def digest(path: Path) -> str:
    """SHA-256 of a file in hex digits."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
