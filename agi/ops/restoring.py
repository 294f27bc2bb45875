"""Putting a backup back: everything is checked beside what is there, then switched file by file.

The switch can be interrupted at any moment: from the first rename on, a note in `var/restore` says that it is under
way, and the next `restore` or `up` ends it. Before that note is written the old installation stands untouched. What
was there before is kept in `var/before-restore-TIME`.
"""

import errno
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from agi.books.errors import BookError
from agi.books.files import unsound
from agi.books.reader import CallReader
from agi.books.registry import Registry, RegistryOutdated
from agi.ops.backup import FORMATS, MANIFEST, SETTINGS, BackupError, Manifest, digest, fits, kept_files, place_of
from agi.ops.places import write_whole
from agi.privacy import private_file
from agi.settings import Settings
from agi.wrong_settings import SettingsError

_LONGEST_MANIFEST = 4 << 20
_NOT_OURS = "is no backup of the hotline, or was changed: nothing was restored"


def restore(settings: Settings, file: Path) -> tuple[int, Path]:
    """Check the backup `file`, then put it in the place of what is there; its number of files, and where the old is.

    The caller holds `launch.alone` and has seen that nothing runs. Raises BackupError.
    """
    end_interrupted(settings)
    staging = settings.var / "restore" / "new"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        names = _unpacked(file, staging)
        _check(staging)
        kept = settings.var / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        write_whole(_note(settings), json.dumps({"kept": str(kept), "names": names}))
        end_interrupted(settings)
    except OSError as error:
        raise BackupError(f"{error.filename or file}: {error.strerror}. Nothing was restored.") from error
    finally:
        if not _note(settings).exists():
            shutil.rmtree(staging.parent, ignore_errors=True)
    return len(names), kept


def end_interrupted(settings: Settings) -> bool:
    """Do what is left of a switch that is under way; False when there is none. Doing it twice does no harm."""
    note = _note(settings)
    if not note.exists():
        return False
    told = json.loads(note.read_text())
    kept, names, staging = Path(told["kept"]), set(told["names"]), note.parent / "new"
    wanted = _settings_of(staging)
    for name, path in kept_files(wanted).items():
        if name not in names:
            _move(path, kept / name)
    books = (wanted.pages_db, wanted.tickets_db, wanted.cases_db, wanted.safety_db, wanted.mailbox_db)
    for folder in (wanted.data, *(book.parent for book in books)):
        for path in _beside_books(folder):
            _move(path, kept / folder.name / path.name)
    # The settings last: as long as they are the old ones, this note is found.
    for name in sorted(names, key=lambda each: (each == SETTINGS, each)):
        _switch(staging / name, place_of(wanted, name), kept / name)
    wanted.current_edition.unlink(missing_ok=True)  # its clips may be those of another installation's edition
    shutil.rmtree(note.parent)
    return True


def _note(settings: Settings) -> Path:
    return settings.var / "restore" / "under-way.json"


def _beside_books(folder: Path) -> Iterator[Path]:
    """What SQLite left beside the databases: of the old ones, and poison for the new ones."""
    for ending in ("-wal", "-shm", "-journal"):
        yield from folder.glob(f"*.db{ending}")


def _switch(new: Path, target: Path, kept: Path) -> None:
    if not new.exists():  # done before the interruption
        return
    if target.exists():
        if digest(target) == digest(new):
            return
        _move(target, kept)
    _move(new, target)


def _move(path: Path, target: Path) -> None:
    """Move a file in one step, so that at `target` there is never half of it."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        draft = target.with_name(f".{target.name}.draft")  # another file system
        shutil.copy2(path, draft)
        draft.replace(target)
        path.unlink()


def _settings_of(staging: Path) -> Settings:
    """The settings as they will be: they may name other folders than today's."""
    new = staging / SETTINGS
    if not new.exists():
        return Settings()
    before = os.environ.get("HOTLINE_SETTINGS")
    os.environ["HOTLINE_SETTINGS"] = str(new)
    try:
        return Settings()
    finally:
        del os.environ["HOTLINE_SETTINGS"]
        if before is not None:
            os.environ["HOTLINE_SETTINGS"] = before


def _unpacked(file: Path, staging: Path) -> list[str]:
    """Unpack into `staging` exactly what the manifest names; the names. Raises BackupError."""
    try:
        if not file.is_file():
            raise BackupError(f"{file} is no file.")
        with tarfile.open(file, "r:") as archive:
            digests = _manifest(file, archive)
            for member in archive:
                if member.name == MANIFEST:
                    continue
                if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.name not in digests:
                    raise BackupError(f"{file} {_NOT_OURS}.")
                _unpack(archive, member, staging / member.name)
    except (tarfile.TarError, ValueError, EOFError) as error:
        raise BackupError(f"{file} {_NOT_OURS}.") from error
    firsts: dict[str, Path] = {}
    for name, wanted in digests.items():
        path = staging / name
        if not path.exists() and wanted in firsts:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(firsts[wanted], path)
        firsts.setdefault(wanted, path)
        if not path.is_file() or digest(path) != wanted:
            raise BackupError(f"{file} is damaged at {name}: nothing was restored. Take another backup.")
    return sorted(digests)


def _manifest(file: Path, archive: tarfile.TarFile) -> dict[str, str]:
    first = archive.next()
    content = archive.extractfile(first) if first and first.isreg() and first.name == MANIFEST else None
    if first is None or content is None or first.size > _LONGEST_MANIFEST:
        raise BackupError(f"{file} {_NOT_OURS}.")
    manifest = Manifest.model_validate_json(content.read())
    if manifest.format not in FORMATS:
        raise BackupError(f"{file} was made by another version of the hotline: restore it with that one.")
    if not all(map(fits, manifest.files)):
        raise BackupError(f"{file} {_NOT_OURS}.")
    return manifest.files


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    content = archive.extractfile(member)
    if content is None or member.sparse:
        raise tarfile.ReadError("no plain file")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with private_file(target) as out:
        shutil.copyfileobj(content, out)


def _check(staging: Path) -> None:
    """Whether the settings can be read, the databases are whole, and the registry fits the key that comes with it."""
    try:
        settings = _settings_of(staging)
    except SettingsError as error:
        raise BackupError("The backup's hotline.toml can't be used by this version: nothing was restored.") from error
    for book in sorted(staging.glob("*/*.db")):
        if trouble := unsound(book):
            raise BackupError(f"The backup's {book.name} is damaged ({trouble}): nothing was restored.")
    registry = staging / "data" / "registry.db"
    try:
        if registry.exists():
            key = bytes.fromhex((staging / "secrets" / "hash-key").read_text().strip())
            Registry.open(registry, key, settings.identity.kk_digits).close()
        with CallReader(staging / "data" / "calls.db") as reader:
            reader.open_calls()
    except RegistryOutdated:
        pass  # `up` brings it to this version
    except (BookError, OSError, ValueError) as error:
        raise BackupError(f"The backup can't be used: {error}. Nothing was restored.") from error
