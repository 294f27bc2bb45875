"""Where numbers of the sample's persons stand in clear in what a hotline has left on the disk."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from agi.settings import Settings
from agi.workshop.softphone.sample import Sample

_LONG = re.compile(rb"(?<!\d)\d{12}(?:\d{4})?(?!\d)")
_SHORT = re.compile(rb"(?<![\d.])\d{6,11}(?!\d)")
_CALL_ID = re.compile(rb"-[0-9a-f]{6}-\d{10}(?=\.\d)")
"""Which installation, when: the six may happen to be a PIN. What follows may be the beginning of a key."""
_KEY_BYTES = 16
_SKIPPED = (
    "registry.db",
    "registry.db.before",
    "secrets",
    "voice-cache",
    "tree",
    "venv",
)  # the registry itself; keys; audio; programs


def leaks(settings: Settings, sample: Sample) -> list[str]:
    """A line for each number found: which file, what kind of number; never the number itself.

    KK digits and PINs may be as short as process ids: they are looked for in what the line writes only.
    """
    niks = {person.nik.encode() for person in sample.residents} | {person.kk.encode() for person in sample.residents}
    registrations = {one.number.encode() for one in sample.applications}
    secrets = {person.kk_digits.encode() for person in sample.residents} | {
        one.pin.encode() for one in sample.applications
    }
    keys = _event_keys(settings.calls_db)
    found = []
    for path, kept in _files(settings):
        content = os.fsencode(path) + b"\n" + kept
        long = set(_LONG.findall(content))
        found += [f"{path}: a NIK or KK number"] if long & niks else []
        found += [f"{path}: a registration number"] if long & registrations else []
        if path.name.startswith(("line", "calls.db")) and any(_short(_CALL_ID.sub(b"", content), secrets, keys)):
            found.append(f"{path}: KK digits or a PIN")
    return found


def _short(content: bytes, secrets: set[bytes], keys: set[bytes]) -> Iterator[bytes]:
    """The secrets that stand in `content`, but for those that happen to stand in one of the random `keys`."""
    for found in _SHORT.finditer(content):
        if found[0] in secrets:
            around = content[max(found.start() - _KEY_BYTES, 0) : found.end() + _KEY_BYTES]
            if not any(found[0] in key and key in around for key in keys):
                yield found[0]


def _event_keys(path: Path) -> set[bytes]:
    """The keys of all events in the book of calls: sixteen random hex digits each."""
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path)) as rows:
        return {key.encode() for (key,) in rows.execute("SELECT key FROM events WHERE key IS NOT NULL")}


def _files(settings: Settings) -> Iterator[tuple[Path, bytes]]:
    """Each file and what it holds; what ends or is renamed while it is looked at (a WAL, a rotated log) is no file."""
    for top in (settings.var, settings.data):
        for place, folders, files in os.walk(top):
            folders[:] = [name for name in folders if name not in _SKIPPED]
            for path in (Path(place, name) for name in files if name not in _SKIPPED):
                with suppress(FileNotFoundError):
                    if path.is_file():
                        yield path, path.read_bytes()
