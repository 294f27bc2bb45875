"""A TOML file as its writers spelt it: comments, order, line ends and quotes are written back as they were."""

import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import String, StringType, Trivia

from agi import tomlfile
from agi.tomlfile import TomlError

Place = tuple[str, ...]
"""The keys that lead to a table or a value; () is the whole file."""
Tables = Mapping[str, Any]

_MARK = b"\xef\xbb\xbf"
_WIDTH = 115
"""Columns of a sentence that is written over several lines."""


@dataclass(frozen=True)
class Spelt:
    """A file: its bytes, and what they say in `tables`."""

    path: Path
    raw: bytes
    source: str
    tables: Tables

    @classmethod
    def read(cls, path: Path) -> "Spelt":
        """The file at `path`. Raises TomlError."""
        while True:
            raw = _bytes(path)
            read = tomlfile.read(path)
            if _bytes(path) == raw:  # else it was saved between the two looks
                return cls(path, raw, read.source, read.tables)

    def document(self) -> TOMLDocument:
        """The file to be changed. Raises TomlError."""
        try:
            return tomlkit.parse(self.source)
        except TOMLKitError as wrong:
            raise TomlError(self.path, 0, f"berkas ini tidak bisa diubah lewat halaman ({wrong})") from None

    def respelt(self, document: TOMLDocument) -> "Spelt":
        """The same file with what `document` says, with the mark and the line ends it had. Raises TomlError."""
        source = tomlkit.dumps(document)
        try:
            tables = tomllib.loads(source)
        except (tomllib.TOMLDecodeError, RecursionError) as broken:
            raise TomlError(self.path, 0, f"perubahan ini akan merusak berkasnya ({broken}): tidak disimpan") from None
        raw = source.replace("\n", "\r\n" if b"\r\n" in self.raw else "\n").encode()
        raw = _MARK + raw if self.raw.startswith(_MARK) else raw
        if len(raw) > tomlfile.MOST_BYTES:
            raise TomlError(self.path, 0, "berkasnya akan menjadi terlalu besar: tidak disimpan")
        return Spelt(self.path, raw, source, tables)


def at(tables: Tables, place: Place) -> Any:
    """What stands at `place`; None where nothing does."""
    found: Any = tables
    for key in place:
        if not isinstance(found, Mapping) or key not in found:
            return None
        found = found[key]
    return found


def leaves(tables: Tables, above: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value that is no table, with its place."""
    for key, value in tables.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*above, key))
        else:
            yield (*above, key), value


def plain(text: str) -> str:
    """A sentence as it is said: how it is broken into lines in a file does not count."""
    return " ".join(text.split())


def put(document: TOMLDocument, place: Place, text: str) -> None:
    """Let the sentence `text` stand at `place`; a comment beside it stays. Raises ValueError (no room for it)."""
    table: Any = document
    for depth, key in enumerate(place[:-1], start=1):
        if key not in table:
            table[key] = tomlkit.table()
        table = table[key]
        if not isinstance(table, Mapping):
            raise ValueError(f"{'.'.join(place[:depth])} adalah kalimat: {'.'.join(place)} tidak bisa ada di bawahnya")
    table[place[-1]] = _sentence(plain(text), beside=len(place[-1]) + len(' = ""'))


def take_away(document: TOMLDocument, place: Place) -> None:
    """Remove what stands at `place`, and the tables around it that hold nothing else. Raises ValueError (nothing)."""
    around: list[Any] = [document]
    for key in place:
        if not isinstance(around[-1], Mapping) or key not in around[-1]:
            raise ValueError(f"{'.'.join(place)} tidak ada (lagi)")
        around.append(around[-1][key])
    for table, key in zip(reversed(around[:-1]), reversed(place), strict=True):
        table.remove(key)
        if table:
            return


def _sentence(text: str, beside: int) -> String:
    """`text` as an admin would write it: in one line, or in several where it is long."""
    written = text.replace("\\", "\\\\").replace('"', '\\"')
    if len(text) + beside <= _WIDTH + 5:
        return String(StringType.SLB, text, written, Trivia())
    lines = textwrap.wrap(written, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return String(StringType.MLB, text, "\n" + " \\\n".join(lines), Trivia())


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # what is wrong with it is told by who reads it
