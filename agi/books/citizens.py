"""The book of the citizens' page: `citizens.db`. Nothing in it is needed after a day, and it may be deleted.

One process has it to itself, by the one connection here, so that it may be in WAL mode (see `files.py`): each form that
is sent writes, and none waits for the disk. A killed process loses nothing by that, a power failure the last moments.
"""

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from agi.books.citizens_schema import SCHEMA
from agi.books.errors import BookError
from agi.books.rows import stored
from agi.books.small_book import BookUnusable, HeldBook
from agi.privacy import keyed_hash, masked_numbers, sealed, unsealed

_TIDY_EVERY = 500
"""Requests between two looks for what is old."""
_GCRA = """INSERT INTO rates VALUES (:key, :now + :every)
    ON CONFLICT (key) DO UPDATE SET free_at = max(min(free_at, :now + :whole), :now) + :every
    WHERE max(min(free_at, :now + :whole), :now) + :every <= :now + :whole
    RETURNING free_at"""
"""The generic cell rate algorithm (ITU-T I.371) in one statement: `free_at` is its theoretical arrival time. One that
lies further ahead than a whole burst was written before the clock was set back."""


class CitizensBookError(BookError):
    """The book can't be read or written; the message says why."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once (`burst`), then one every so many seconds (`every_s`); each `name` is counted by itself."""

    name: str
    burst: int
    every_s: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chat. `own`: the citizen wrote it, and it is masked; else it was answered."""

    own: bool
    text: str = field(repr=False)


class CitizensBook:
    """The rows in the file at `path`, made on first use; `key` seals and hashes. Any thread; raises BookError."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._key = key
        self._taken = 0
        try:
            self._book = HeldBook(path, SCHEMA, "locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=NORMAL")
        except BookUnusable as error:
            raise CitizensBookError(f"{error}; where it is damaged, delete it: nothing in it is needed.") from error

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    # ---- how much a network may ask ----

    def take(self, rate: Rate, network: str, now: datetime) -> float:
        """Count one request of `network`: 0.0 where it may be, else the seconds until one may."""
        at, whole = now.timestamp(), rate.every_s * rate.burst
        key = keyed_hash(self._key, "rate", rate.name, network)
        values = {"key": key, "now": at, "every": rate.every_s, "whole": whole}

        def work(rows: sqlite3.Connection) -> float:
            self._tidy(rows, at)
            if rows.execute(_GCRA, values).fetchone():
                return 0.0
            (free_at,) = rows.execute("SELECT free_at FROM rates WHERE key = :key", values).fetchone()
            return float(min(free_at - at, whole) + rate.every_s - whole)

        return self._book.do(work)

    def spend(self, challenge: str, until: datetime) -> bool:
        """Use up a challenge, which is valid `until` then; False where it was used before."""
        values = (keyed_hash(self._key, "challenge", challenge), until.timestamp())
        return bool(
            self._book.do(lambda rows: rows.execute("INSERT OR IGNORE INTO spent VALUES (?, ?)", values).rowcount)
        )

    def _tidy(self, rows: sqlite3.Connection, now: float) -> None:
        if self._taken % _TIDY_EVERY == 0:
            rows.execute("DELETE FROM rates WHERE free_at < ?", (now,))
            rows.execute("DELETE FROM spent WHERE until < ?", (now,))
        self._taken += 1

    # ---- chats ----

    def ask(self, session: str, line: str, text: str, at: datetime) -> None:
        """Keep what was written, as the new `line` (a name nobody can guess); one that is there stays."""
        values = (self._hash(line), self._hash(session), stored(at), sealed(self._key, masked_numbers(text)))
        query = "INSERT OR IGNORE INTO lines (id, session, at, own, text) VALUES (?, ?, ?, 1, ?)"
        self._book.do(lambda rows: rows.execute(query, values))

    def answer(self, session: str, line: str, text: str, at: datetime) -> None:
        """The same for an answer; a chat that is over, or was ended, gets none."""
        whose = self._hash(session)
        values = (self._hash(line), whose, stored(at), sealed(self._key, text), whose)
        query = (
            "INSERT OR IGNORE INTO lines (id, session, at, own, text)"
            " SELECT ?, ?, ?, 0, ? WHERE EXISTS (SELECT 1 FROM lines WHERE session = ?)"
        )
        self._book.do(lambda rows: rows.execute(query, values))

    def has(self, line: str) -> bool:
        """Whether this line is there."""
        query = "SELECT 1 FROM lines WHERE id = ?"
        return self._book.do(lambda rows: rows.execute(query, (self._hash(line),)).fetchone()) is not None

    def lines(self, session: str, since: datetime, limit: int) -> tuple[Line, ...]:
        """The last ones of a chat, in order."""
        query = "SELECT own, text FROM lines WHERE session = ? AND at >= ? ORDER BY seq DESC LIMIT ?"
        found = self._book.do(lambda rows: rows.execute(query, (self._hash(session), stored(since), limit)).fetchall())
        return tuple(Line(bool(own), unsealed(self._key, text)) for own, text in reversed(found))

    def end(self, session: str) -> None:
        """Nothing of this chat is kept."""
        self._book.do(lambda rows: rows.execute("DELETE FROM lines WHERE session = ?", (self._hash(session),)))

    def forget(self, before: datetime) -> None:
        """Delete what was written earlier."""
        self._book.do(lambda rows: rows.execute("DELETE FROM lines WHERE at < ?", (stored(before),)))

    def _hash(self, name: str) -> bytes:
        return keyed_hash(self._key, "chat", name)
