"""Files that people edit: TOML as any editor writes it, and what is wrong with one in plain Indonesian, with its line.

The one reader of settings, menu, texts, lexicon and word lists. A byte order mark and the line ends of Windows and of
old Macs are taken as they are.
"""

import re
import tomllib
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from agi.errors import HotlineError

MOST_BYTES = 2_000_000
"""A file of all texts has some 40 kB; what is larger than this was saved over it by mistake."""

_TABLE = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_KEY = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=\s*(.*)$")
_SHAPES = {
    r"^[0-9]{3,15}$": "3 sampai 15 angka tanpa spasi dan tanpa tanda lain",
    r"^[a-z]{2,3}$": "kode bahasa dari dua atau tiga huruf kecil",
}
_LONG_QUOTES = ('"""', "'''")
_CURLED = {"“", "”", "„", "‟", "‘", "’", "«", "»"}
_SAVE_AGAIN = (
    "simpan lagi sebagai UTF-8 (di Notepad: Berkas > Simpan Sebagai > Pengodean UTF-8; di Word: jangan, pakai Notepad)"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file an admin edits; `line` counts from 1, 0 means the whole file."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class FilesError(HotlineError):
    """Files that people edit cannot be used; `problems` says where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class TomlError(Exception):
    """The file cannot be read; `line` counts from 1, 0 means the whole file. `twice`: it gives one key two values."""

    def __init__(self, path: Path, line: int, message: str, *, twice: bool = False) -> None:
        super().__init__(f"{path}:{line}: {message}." if line else f"{path}: {message}.")
        self.path = path
        self.line = line
        self.message = message
        self.twice = twice


@dataclass(frozen=True)
class TomlFile:
    """What stands in a file that could be read."""

    tables: dict[str, Any]
    source: str

    @cached_property
    def lines(self) -> dict[str, int]:
        """Dotted name → line (from 1) of every key and of every `[table]`; keys inside inline tables are not found."""
        found: dict[str, int] = {}
        for table, key, line in statements(self.source):
            found.setdefault(".".join(filter(None, (table, key))), line)
        return found


def read(path: Path) -> TomlFile:
    """The TOML file at `path`. Raises `TomlError`."""
    source = _text(path)
    try:
        return TomlFile(tomllib.loads(source), source)
    except tomllib.TOMLDecodeError as broken:
        raise _explained(path, source, str(broken)) from None
    except RecursionError:
        raise TomlError(path, 0, "terlalu banyak kurung bersarang: tulis satu kalimat per baris") from None
    except ValueError:  # a number of thousands of digits
        raise TomlError(path, 0, "ada angka yang terlalu panjang: tulis di antara tanda kutip") from None


def statements(source: str) -> Iterator[tuple[str, str, int]]:
    """(table, key, line) of every line that begins a key, and with an empty key of every `[table]`."""
    table = ""
    inside = ""  # the quotes of a multi-line string that is still open
    for number, line in enumerate(source.split("\n"), start=1):
        if inside:
            inside = "" if line.count(inside) % 2 else inside
        elif found := _TABLE.match(line):
            table = _dotted(found[1])
            yield table, "", number
        elif found := _KEY.match(line):
            yield table, _dotted(found[1]), number
            opened = found[2][:3]
            if opened in _LONG_QUOTES and found[2].count(opened) % 2:
                inside = opened


def expected(field: FieldInfo) -> str:
    """The values that `field` takes, in words."""
    wanted = field.annotation
    if get_origin(wanted) in (Union, types.UnionType):
        wanted = next(one for one in get_args(wanted) if one is not type(None))
    if get_origin(wanted) is Literal:
        return f"salah satu dari {', '.join(written(one) for one in get_args(wanted))}"
    if get_origin(wanted) is dict:
        kinds = ", ".join(map(str, get_args(get_args(wanted)[0])))
        return f"daftar nama = angka di antara kurung kurawal; namanya: {kinds}"
    if wanted is bool:
        return "true (ya) atau false (tidak), tanpa tanda kutip"
    if wanted is date:
        return "tanggal seperti 2027-05-31, tanpa tanda kutip"
    if wanted in (int, float):
        number = "bilangan bulat" if wanted is int else "angka"
        return f"{number}{_bounds(field)}, tanpa tanda kutip"
    if get_origin(wanted) is tuple:
        return 'daftar teks, misalnya ["satu", "dua"]'
    shape = next((_SHAPES.get(one.pattern) for one in field.metadata if getattr(one, "pattern", None)), None)
    return f"teks di antara tanda kutip{f': {shape}' if shape else ''}"


def written(value: Any) -> str:
    """`value` as it stands in a file."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else f'"{value}"'


def _bounds(field: FieldInfo) -> str:
    least = next((one.ge for one in field.metadata if hasattr(one, "ge")), None)
    most = next((one.le for one in field.metadata if hasattr(one, "le")), None)
    return (f" dari {least}" if least is not None else "") + (f" sampai {most}" if most is not None else "")


def _text(path: Path) -> str:
    """The characters of the file, lines ended by a line feed alone."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise TomlError(path, 0, "berkas ini tidak ada: kembalikan dari cadangan atau dari git") from None
    except (IsADirectoryError, NotADirectoryError):
        raise TomlError(path, 0, "ini folder, bukan berkas: pindahkan folder itu dan kembalikan berkasnya") from None
    except OSError as error:
        what = f"berkas ini tidak bisa dibaca ({error.strerror}): periksa pemilik dan hak bacanya"
        raise TomlError(path, 0, what) from None
    if len(raw) > MOST_BYTES:
        raise TomlError(path, 0, f"berkas ini lebih besar dari {MOST_BYTES // 1_000_000} MB: pasti bukan berkas ini")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in raw:
        raise TomlError(path, 0, f"berkas ini disimpan sebagai UTF-16 (“Unicode”): {_SAVE_AGAIN}")
    try:
        source = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise TomlError(path, line, f"ada huruf yang tidak disimpan sebagai UTF-8 (ANSI?): {_SAVE_AGAIN}") from None
    return source.replace("\r\n", "\n").replace("\r", "\n")


def _explained(path: Path, source: str, broken: str) -> TomlError:
    """What tomllib could not read, as the person who wrote it would say it."""
    place = re.search(r"at line (\d+)", broken)
    line = int(place[1]) if place else len(source.rstrip().split("\n"))
    if "Cannot" in broken and (again := _given_twice(source)):
        line, name, first = again
        return TomlError(path, line, f"{name} sudah ada di baris {first}: hapus salah satu", twice=True)
    if "Unterminated" in broken and (opened := _opened(source)):
        return TomlError(path, opened, 'tanda kutip tiga (""") yang dibuka di sini tidak pernah ditutup')
    if "Unclosed" in broken or "Invalid initial character for a key" in broken or "Expected ']'" in broken:
        line = _left_open(source, line)
    return TomlError(path, line, _mistake(source.split("\n")[line - 1], broken))


def _mistake(text: str, broken: str) -> str:
    """What is wrong with the line `text`: the commonest mistakes by name, else what tomllib says."""
    value = (text.partition("=")[2] if "=" in text else text).strip()
    if re.search(r"[\u00a0\u200b-\u200d\u2060\ufeff]", re.sub(r'"[^"]*"', "", text)):
        return "ada spasi tak terlihat (dari Word atau laman web): hapus spasi di baris ini dan ketik lagi"
    if value[:1] in _CURLED or text.lstrip()[:1] in _CURLED:
        return 'tanda kutipnya dari Word (“ ”): ganti dengan tanda kutip lurus (")'
    if re.match(r"(<{7}|={7}|>{7})", text):
        return "ada sisa penggabungan git (<<<<<<<, =======, >>>>>>>): pilih satu versi dan hapus tandanya"
    if "=" in text and not value:
        return 'tidak ada apa-apa setelah tanda =: tulis nilainya, misalnya nama = "kalimat"'
    if "Unescaped" in broken or "escape" in broken:
        return "garis miring terbalik (\\) punya arti khusus: tulis dua kali (\\\\)"
    if value.startswith('"') and re.search(r'^"(?:[^"\\]|\\.)*$', value):
        return 'tanda kutip penutup (") lupa ditulis'
    if value.startswith("'") and value.count("'") == 1:
        return "tanda kutip penutup (') lupa ditulis"
    if text.lstrip().startswith("["):
        return "judul tabel belum benar: tulis [nama] sendirian di satu baris"
    if value.startswith(("[", "{")):
        return 'daftar ini belum benar: tutup dengan ], beri koma di antara isinya, misalnya ["satu", "dua"]'
    if re.match(r'"(?:[^"\\]|\\.)*"\s*[^\s#]', value):
        return "ada tanda kutip di tengah kalimat: tulis \\\" di tengah, atau pakai ' di tengah kalimat"
    if "Illegal character" in broken:
        return "ada huruf kendali yang tidak terlihat: hapus baris ini dan ketik lagi"
    if "=" not in text:
        return 'baris ini tidak punya tanda =: tulis nama = "kalimat", atau awali dengan # kalau hanya catatan'
    if "key" in broken or "Invalid statement" in broken:
        return "nama di kiri tanda = hanya boleh huruf, angka, _ dan -; nama lain ditulis di antara tanda kutip"
    if "Invalid value" in broken or not value.startswith(('"', "'")):
        quoted = value.strip("\"'")
        return f'tulis "{quoted}", di antara tanda kutip; tanpa kutip hanya angka, true (ya) dan false (tidak)'
    return f"baris ini tidak bisa dibaca ({broken})"


def _given_twice(source: str) -> tuple[int, str, int] | None:
    """(line, what, line of the first) of the first table or key that stands twice; a table of a key counts too."""
    first: dict[str, int] = {}
    for table, key, line in statements(source):
        name = ".".join(filter(None, (table, key)))
        if name in first:
            return line, f"{key} di [{table}]" if key and table else key or f"tabel [{table}]", first[name]
        first[name] = line
    return None


def _opened(source: str) -> int:
    """Where a string in three quotes begins that has no end; 0 if there is none."""
    last = 0
    for number, line in enumerate(source.split("\n"), start=1):
        for quotes in _LONG_QUOTES:
            if line.count(quotes) % 2:
                last = 0 if last else number
    return last


def _left_open(source: str, line: int) -> int:
    """The line of the list that tomllib noticed to be open only at `line`."""
    lines = source.split("\n")
    for number in range(line, 0, -1):
        value = lines[number - 1].partition("=")[2].strip()
        if value.startswith("["):
            return number if value.count("[") > value.count("]") else line
    return line


def _dotted(key: str) -> str:
    """`a . "b"` as `a.b`."""
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
