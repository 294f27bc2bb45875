"""Where numbers of the sample's persons stand in clear in what a hotline has left on the disk."""

import re
from collections.abc import Iterator
from pathlib import Path

from agi.books.sample import Sample
from agi.settings import Settings

_LONG = re.compile(rb"(?<!\d)\d{12}(?:\d{4})?(?!\d)")
_SHORT = re.compile(rb"(?<![\d.])\d{6,11}(?!\d)")
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
    found = []
    for path in _files(settings):
        name = str(path).encode()
        content = name + b"\n" + path.read_bytes()
        long = set(_LONG.findall(content))
        found += [f"{path}: a NIK or KK number"] if long & niks else []
        found += [f"{path}: a registration number"] if long & registrations else []
        if path.name.startswith(("line", "calls.db")) and set(_SHORT.findall(content)) & secrets:
            found.append(f"{path}: KK digits or a PIN")
    return found


def _files(settings: Settings) -> Iterator[Path]:
    for folder in (settings.var, settings.data):
        for path in folder.rglob("*"):
            if path.is_file() and not any(part in _SKIPPED for part in path.relative_to(folder).parts):
                yield path
