"""What everybody did on the pages: entries that can be added and nothing else, each chained to the one before."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agi.books.pages_schema import pages_book
from agi.books.rows import stored
from agi.privacy import keyed_hash, redact

_COLUMNS = ("seq", "at", "who", "what", "subject", "detail")


@dataclass(frozen=True, slots=True)
class Entry:
    """`who` did `what` ("kalimat.ubah") to the `subject` ("menu.main"); `number` counts from 1."""

    number: int
    at: datetime
    who: str
    what: str
    subject: str
    detail: str


class Audit:
    """The audit in the book at `path`. `key`: the installation's, without which no entry can be forged."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key

    def add(self, who: str, what: str, subject: str = "", detail: str = "") -> None:
        """Write down that it happened now. Numbers of persons in it become dots. Raises BookError."""
        told = [redact(text)[:2000] for text in (who, what, subject, detail)]
        with pages_book(self._path) as rows:
            before = rows.execute("SELECT * FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
            number = _ever(rows) + 1
            values = (number, stored(datetime.now(UTC)), *told)
            link = self._link(before["link"] if before else b"", values)
            rows.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)", (*values, link))

    def entries(self, limit: int = 100, *, before: int | None = None, about: str = "") -> tuple[Entry, ...]:
        """The newest first, below the number `before`; `about`: words that stand in one of its texts."""
        query = "SELECT * FROM audit WHERE (:before IS NULL OR seq < :before) AND "
        query += "instr(lower(who || ' ' || what || ' ' || subject || ' ' || detail), lower(:about)) "
        query += "ORDER BY seq DESC LIMIT :limit"
        with pages_book(self._path) as rows:
            return tuple(map(_entry, rows.execute(query, {"before": before, "about": about, "limit": limit})))

    def broken(self) -> str | None:
        """The first thing that is not as it was written, in words; None when the whole chain is sound."""
        with pages_book(self._path) as rows:
            return next(self._breaks(rows), None)

    def _breaks(self, rows: sqlite3.Connection) -> Iterator[str]:
        link, number = b"", 0
        for row in rows.execute("SELECT * FROM audit ORDER BY seq"):
            number += 1
            if row["seq"] != number:
                yield f"entri {number} hilang"
            values = tuple(row[column] for column in _COLUMNS)
            link = self._link(link, values)
            if row["link"] != link:
                yield f"entri {row['seq']} tidak lagi seperti saat ditulis"
        if number != _ever(rows):
            yield f"entri {number + 1} sampai {_ever(rows)} hilang"

    def _link(self, before: bytes, values: tuple[object, ...]) -> bytes:
        return keyed_hash(self._key, before.hex(), *map(str, values))


def _ever(rows: sqlite3.Connection) -> int:
    """How many entries there ever were."""
    row = rows.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
    return int(row[0]) if row else 0


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(row["seq"], datetime.fromisoformat(row["at"]), row["who"], row["what"], row["subject"], row["detail"])
