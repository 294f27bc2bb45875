"""Reading a CSV table line by line: whatever a spreadsheet saved, and nothing that would be guessed wrongly.

Commas, semicolons or tabs (found in the header, or told by a first line such as `sep=;`); LF, CRLF or CR; UTF-8 with
or without a BOM, or UTF-16 with one; blank lines before the header. Fields may be quoted, but hold no line break: so
every row is one line, one broken quote spoils one row, and line numbers are true.
"""

import codecs
import csv
import io
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from agi.books.errors import BookError

LONGEST_LINE = 65536
_SEPARATOR = re.compile(rb"(?:\xef\xbb\xbf)?sep=([,;\t])\s*$", re.IGNORECASE)
_NOT_UTF8 = "not UTF-8 (Windows-1252 or Latin-1, perhaps): save the table anew as 'CSV UTF-8'"
_FOREIGN = {
    b"PK\x03\x04": "is a spreadsheet or a ZIP archive",
    b"\x1f\x8b": "is compressed",
}


class TableError(BookError):
    """The file as a whole can't be imported; the message says what to do."""


class _Lines(Protocol):
    """A file that is read by lines of bytes which end with LF."""

    def readline(self, size: int = -1, /) -> bytes:
        """The next line, or so many bytes of it."""

    def close(self) -> None:
        """Close the file."""


class _Recoded:
    """The lines of a text in another encoding, or with other line ends, as lines of UTF-8."""

    def __init__(self, raw: io.BufferedReader, encoding: str) -> None:
        self._text = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline=None)

    def readline(self, size: int = -1, /) -> bytes:
        return self._text.readline(size).encode()

    def close(self) -> None:
        self._text.close()


def _opened(path: Path) -> _Lines:
    """`path` open as lines, whatever Windows or an old Macintosh wrote."""
    raw = path.open("rb")
    beginning = raw.peek(LONGEST_LINE)[:LONGEST_LINE]
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _Recoded(raw, "utf-16")
    if b"\r" in beginning and b"\n" not in beginning:
        return _Recoded(raw, "utf-8-sig")
    return raw


class Table:
    """A CSV file opened for one pass over its rows; a context manager that closes it.

    `required` columns must be in the header, `optional` ones may be; any other name is an error, so that a
    misspelt column is not silently ignored. Raises TableError.
    """

    def __init__(self, path: Path, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        self._path = path
        try:
            found = path.stat()
            if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
                raise TableError(f"{path} is no file: save the table in a file, and name that.")
            self.size = found.st_size
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
        self._number, self._read, delimiter = 0, 0, ""
        while raw := self._file.readline(LONGEST_LINE + 1):
            self._number += 1
            self._read += len(raw)
            if told := _SEPARATOR.match(raw):
                delimiter = told[1].decode()
            elif raw.strip(b"\xef\xbb\xbf \r\n\t,;"):
                break
        for start, what in _FOREIGN.items():
            if raw.startswith(start):
                raise TableError(f"{self._path} {what}: save it as CSV in UTF-8.")
        if not raw.strip(b"\xef\xbb\xbf \r\n\t"):
            raise TableError(f"{self._path} is empty: its first line must name the columns {', '.join(required)}.")
        try:
            line = raw.decode("utf-8-sig").strip("\r\n")
        except UnicodeDecodeError:
            raise TableError(f"{self._path} is {_NOT_UTF8}.") from None
        if len(raw) > LONGEST_LINE or "\0" in line:
            raise TableError(f"{self._path} is no CSV file: its first line must name the columns.")
        self._delimiter = delimiter or max(",;\t", key=line.count)
        names = [name.strip().casefold() for name in self._split(line) or []]
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
        `progress` is told the bytes read, about 100 times.
        """
        readline, delimiter, width, places = self._file.readline, self._delimiter, self._width, self._places
        number, done, told = self._number, self._read, 0
        step = max(self.size // 100, 1)
        while raw := readline(LONGEST_LINE + 1):
            number += 1
            done += len(raw)
            if done - told >= step:
                progress(done - told)
                told = done
            if len(raw) > LONGEST_LINE:
                while raw and not raw.endswith(b"\n"):
                    raw = readline(LONGEST_LINE)
                    done += len(raw)
                reject(number, f"longer than {LONGEST_LINE} bytes")
                continue
            try:
                line = raw.decode()
            except UnicodeDecodeError:
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
        progress(done - told)

    def _split(self, line: str) -> list[str] | None:
        try:
            return next(csv.reader([line], delimiter=self._delimiter, strict=True), [])
        except csv.Error:
            return None


def _shown(name: str) -> str:
    """A header's name as an error may show it: where the header is missing, it is a person's number."""
    return re.sub(r"\d", "•", name[:40]) or "(no name)"
