"""The book of contacts: the one the line writes in, on the disk.

The line hands over what happened and goes on; one writer thread (`writer.py`) puts it on the disk. Times are
UTC; durations come from the caller's monotonic clock and are never computed from two times of day.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agi.books.contacts import Contact, masked
from agi.books.events import QUEUE, Channel, Event, NoteKind, Outcome
from agi.books.late import LIMIT_S
from agi.books.rows import OPEN, contact, event_row, stored
from agi.books.writer import Writer
from agi.privacy import keyed_hash, mask

_PURGE_WAIT_S = 30.0
_CALLER_WAIT_S = 0.3


@dataclass(frozen=True, slots=True)
class CallBook:
    """A `CallLog` and `EarlierContacts` in SQLite; what its `writer` does about a disk in trouble stands there, and in
    the log."""

    path: Path
    key: bytes
    writer: Writer

    @classmethod
    def open(cls, path: Path, key: bytes) -> "CallBook":
        """Open (or create) the book at `path` and start its writer; `key` hashes numbers of persons.

        Never raises for the disk: a file that is no database is set aside under another name and a new one begun,
        and where nothing can be written the writer keeps trying. A broken book must not keep the hotline from
        answering.
        """
        return cls(path, key, Writer.start(path))

    def begin(
        self,
        contact_id: str,
        sender: str,
        started: datetime,
        *,
        channel: Channel = Channel.TELEPHONE,
        edition: int = 0,
    ) -> None:
        """See `CallLog`."""
        begun = {"kind": "begun", "call": contact_id, "caller_hash": self._hash(sender), "caller": masked(sender)}
        self.writer.put({**begun, "started": stored(started), "channel": channel, "edition": edition})

    def event(self, contact_id: str, event: Event) -> None:
        """See `CallLog`."""
        self.writer.put(event_row(contact_id, event))

    def about(self, contact_id: str, number: str) -> None:
        """See `CallLog`."""
        hashed = keyed_hash(self.key, "about", number)
        self.writer.put({"kind": "about", "call": contact_id, "about_hash": hashed, "about": mask(number)})

    def surveyed(self, sender: str, since: datetime) -> bool:
        """See `EarlierContacts`; within a moment, for a caller waits."""
        moments = (self._hash(sender), stored(since), NoteKind.SURVEY_ASKED)
        return self.writer.run(lambda connection: _surveyed(connection, *moments), _CALLER_WAIT_S)

    def waited_in_vain(self, sender: str, since: datetime) -> bool:
        """See `EarlierContacts`; within a moment, for a caller waits."""
        moments = (self._hash(sender), stored(since), QUEUE)
        return self.writer.run(lambda connection: _waited_in_vain(connection, *moments), _CALLER_WAIT_S)

    def open_calls(self) -> tuple[Contact, ...]:
        """All contacts without an end, oldest first, once all that was handed over is written. Raises BookError."""
        return self.writer.run(_open, LIMIT_S)

    def purge(self, before: datetime) -> int:
        """Delete contacts begun before `before`, with their events, and say how many. Raises WriterError, Late.

        In steps, so that the line's rows need not wait long.
        """
        deleted = 0
        while count := self.writer.run(lambda connection: _purged(connection, stored(before)), _PURGE_WAIT_S):
            deleted += count
        return deleted

    def flush(self, wait_s: float = 5.0) -> bool:
        """Wait until all that was handed over is on the disk; False if that took longer than `wait_s`."""
        return self.writer.flush(wait_s)

    def close(self, wait_s: float = 10.0) -> None:
        """Write what is left, for at most `wait_s` seconds, and stop the writer."""
        self.writer.close(wait_s)

    def _hash(self, sender: str) -> bytes | None:
        """Under which a number is kept; None for what is no whole number."""
        whole = sender.isascii() and sender.lstrip("+").isdigit()
        return keyed_hash(self.key, "caller", sender.lstrip("+")) if whole else None


def _surveyed(connection: sqlite3.Connection, hashed: bytes | None, since: str, kind: str) -> bool:
    query = """SELECT 1 FROM calls JOIN events ON events.call = calls.id
        WHERE calls.caller_hash = ? AND calls.started >= ? AND events.kind = 'noted' AND events.node = ? LIMIT 1"""
    return connection.execute(query, (hashed, since, kind)).fetchone() is not None


def _waited_in_vain(connection: sqlite3.Connection, hashed: bytes | None, since: str, place: str) -> bool:
    query = """SELECT outcome FROM calls WHERE caller_hash = ? AND started >= ? AND place = ?
        ORDER BY started DESC LIMIT 1"""
    last: tuple[str] | None = connection.execute(query, (hashed, since, place)).fetchone()
    return last == (Outcome.ABANDONED,)


def _open(connection: sqlite3.Connection) -> tuple[Contact, ...]:
    rows = connection.execute(OPEN)
    rows.row_factory = sqlite3.Row
    return tuple(map(contact, rows))


def _purged(connection: sqlite3.Connection, before: str) -> int:
    old = "SELECT id FROM calls WHERE started < ? ORDER BY started LIMIT 500"
    connection.execute(f"DELETE FROM events WHERE call IN ({old})", (before,))  # noqa: S608
    return connection.execute(f"DELETE FROM calls WHERE id IN ({old})", (before,)).rowcount  # noqa: S608
