"""Reading a CSV table line by line: whatever a spreadsheet saved, and nothing that would be guessed wrongly.

Commas, semicolons or tabs (found in the header, or told by a first line such as `sep=;`); LF, CRLF or CR; UTF-8 with
or without a BOM, or UTF-16 with one; blank lines before the header. Fields may be quoted, but hold no line break: so
every row is one line, one broken quote spoils one row, and line numbers are true.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from agi.books.errors import BookError

LONGEST_LINE = 65536
PROGRESS_LINES = 10_000
_SEPARATOR = re.compile(r"sep=([,;\t])\s*$", re.IGNORECASE)
_NO_TEXT = re.compile("[\udc80-\udcff]")  # where a byte stands that is not UTF-8
_NOT_UTF8 = "not UTF-8 (Windows-1252 or Latin-1, perhaps): save the table anew as 'CSV UTF-8'"
_FOREIGN = {
    b"PK\x03\x04": "is a spreadsheet or a ZIP archive",
    b"\x1f\x8b": "is compressed",
}


class TableError(BookError):
    """The file as a whole can't be imported; the message says what to do."""


def _opened(path: Path) -> TextIO:
    """`path` open as lines, whatever Windows or an old Macintosh wrote. Raises TableError, OSError."""
    with path.open("rb") as raw:
        beginning = raw.read(LONGEST_LINE)
    for start, what in _FOREIGN.items():
        if beginning.startswith(start):
            raise TableError(f"{path} {what}: save it as CSV in UTF-8.")
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return path.open(encoding="utf-16", errors="replace")
    ends = None if b"\r" in beginning and b"\n" not in beginning else "\n"
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline=ends)


class Table:
    """A CSV file opened for one pass over its rows; a context manager that closes it.

    `required` columns must be in the header, `optional` ones may be; any other name is an error, so that a
    misspelt column is not silently ignored. Raises TableError.
    """

    def __init__(self, path: Path, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        self._path = path
        try:
            if path.exists() and not (path.is_file() or path.is_dir()):
                raise TableError(f"{path} is no file: save the table in a file, and name that.")
            self._file = _opened(path)
        except IsADirectoryError:
            raise TableError(f"{path} is a folder: name a CSV file.") from None
        except FileNotFoundError:
            raise TableError(f"{path} does not exist.") from None
        except OSError as error:
            raise TableError(f"{path} can't be opened: {error.strerror}.") from None
        try:
            self._read_header(required, optional)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _read_header(self, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
        self._number, delimiter = 0, ""
        while line := self._file.readline(LONGEST_LINE + 1):
            self._number += 1
            if told := _SEPARATOR.match(line):
                delimiter = told[1]
            elif line.strip(" \r\n\t,;"):
                break
        if not line:
            raise TableError(f"{self._path} is empty: its first line must name the columns {', '.join(required)}.")
        if _NO_TEXT.search(line):
            raise TableError(f"{self._path} is {_NOT_UTF8}.")
        if len(line) > LONGEST_LINE or "\0" in line:
            raise TableError(f"{self._path} is no CSV file: its first line must name the columns.")
        self._delimiter = delimiter or max(",;\t", key=line.count)
        names = [name.strip().casefold() for name in self._split(line.rstrip("\r\n")) or []]
        while names and not names[-1]:
            names.pop()  # a spreadsheet may leave empty columns at the right
        self._check_names(names, required, optional)
        self._width = len(names)
        self._places = [names.index(name) if name in names else -1 for name in required + optional]

    def _check_names(self, names: list[str], required: tuple[str, ...], optional: tuple[str, ...]) -> None:
        allowed = ", ".join(required) + (f" and perhaps {', '.join(optional)}" if optional else "")
        for what, found in (
            ("lacks the column", [name for name in required if name not in names]),
            ("has an unknown column", [_shown(name) for name in names if name not in required + optional]),
            ("names a column twice", sorted({name for name in names if names.count(name) > 1})),
        ):
            if found:
                raise TableError(f"{self._path} {what}: {', '.join(found)}. It needs {allowed}.")

    def rows(
        self, reject: Callable[[int, str], None], progress: Callable[[int], object]
    ) -> Iterator[tuple[int, list[str]]]:
        """Each row as its line number and the fields in the order required + optional, stripped; "" if absent.

        A line that is no row goes to `reject` with its number and a reason, which never holds what stood there.
        `progress` is told the bytes read since the last time, after PROGRESS_LINES lines and at the end.
        """
        readline, delimiter, width, places = self._file.readline, self._delimiter, self._width, self._places
        number, told = self._number, 0
        while line := readline(LONGEST_LINE + 1):
            number += 1
            if number % PROGRESS_LINES == 0:
                told = self._tell(progress, told)
            if len(line) > LONGEST_LINE:
                while line and not line.endswith("\n"):
                    line = readline(LONGEST_LINE)
                reject(number, f"longer than {LONGEST_LINE} characters")
                continue
            if not line.isascii() and _NO_TEXT.search(line):
                reject(number, _NOT_UTF8)
                continue
            line = line.rstrip("\r\n")
            fields = line.split(delimiter) if '"' not in line else self._split(line)
            if fields is None:
                reject(number, "a quote is not closed")
            elif len(fields) == width or (len(fields) > width and not any(fields[width:])):
                if any(fields):
                    yield number, [fields[i].strip() if i >= 0 else "" for i in places]
            elif line.strip(delimiter + " "):
                reject(number, f"{len(fields)} columns instead of {width}")
        self._tell(progress, told)

    def _tell(self, progress: Callable[[int], object], told: int) -> int:
        """Tell how much has been read since `told`; how much that is in all."""
        read = self._file.buffer.tell()
        progress(read - told)
        return read

    def _split(self, line: str) -> list[str] | None:
        try:
            return next(csv.reader([line], delimiter=self._delimiter, strict=True), [])
        except csv.Error:
            return None


def _shown(name: str) -> str:
    """A header's name as an error may show it: where the header is missing, it is a person's number."""
    return re.sub(r"\d", "•", name[:40]) or "(no name)"
