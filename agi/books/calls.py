"""Call records: what a call is, what happens in it, and the book that writes both down.

The line hands over what happened and goes on; one writer thread (`writer.py`) puts it on the disk. Times are
UTC; durations come from the caller's monotonic clock and are never computed from two times of day.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from agi.books.call_words import QUEUE, Call, Event, Kind, Outcome, Value, pack, unpack
from agi.books.reader import CallReader
from agi.books.rows import Row
from agi.books.writer import Health, Writer
from agi.privacy import keyed_hash, mask

_PURGE_WAIT_S = 30.0


class CallBook:
    """The one book of calls that the line writes in.

    `begin`, `event`, `end`, `about` and `resume` return at once and never raise for a disk that is full, slow,
    locked or broken: the writer retries, then drops the oldest, and counts and logs what it did (`health`).
    """

    def __init__(self, path: Path, key: bytes, writer: Writer) -> None:
        self.path = path
        self.key = key
        self.writer = writer

    @classmethod
    def open(cls, path: Path, key: bytes) -> "CallBook":
        """Open (or create) the book at `path` and start its writer; `key` hashes numbers of persons.

        Never raises for the disk: a file that is no database is set aside under another name and a new one begun,
        and where nothing can be written the writer keeps trying. A broken book must not keep the hotline from
        answering.
        """
        return cls(path, key, Writer.start(path))

    @staticmethod
    def reader(path: Path) -> CallReader:
        """A reader of the book at `path`; see `reader.py`."""
        return CallReader(path)

    def begin(self, call_id: str, caller: str, started: datetime) -> None:
        """A call came in from `caller` (a number, a masked number, or ""). A call already begun stays as it is."""
        whole = caller.isascii() and caller.lstrip("+").isdigit()
        hashed = keyed_hash(self.key, "caller", caller.lstrip("+")) if whole else None
        self.writer.put(Row.BEGIN, (call_id, hashed, _tail(caller), _stored(started)))

    def event(self, call_id: str, event: Event) -> None:
        """Something happened in the call."""
        self.writer.put(
            Row.EVENT,
            (
                call_id,
                _stored(event.at),
                event.kind,
                event.node,
                event.prompts,
                event.result,
                event.mode,
                event.attempt,
                event.value,
                max(event.took_ms, 0),
                event.detail,
            ),
        )

    def about(self, call_id: str, number: str) -> None:
        """The call is about the person or application `number`: kept as a keyed hash and the last 4 digits."""
        self.writer.put(Row.ABOUT, (number_hash(self.key, number), mask(number), call_id))

    def end(self, call_id: str, outcome: Outcome, where: str, why: str, at: datetime) -> None:
        """The call ended, or left our hands: at node `where`, because of `why` (a short code or words).

        Called again, the more informative outcome stays:
        - `transferred` is provisional: whatever comes later (an agent answered, hung up while waiting) replaces it;
        - "hung up" gives way to another reason why a call was abandoned at the same place (its telephone was cut off);
        - any other outcome says why the dialogue ended and stays; what came after it in the queue (`where` is
          QUEUE) is kept beside it in `afterwards`;
        - the time of the end only moves forward. A call that was never begun gets its record here.
        """
        self.writer.put(Row.END, (call_id, _stored(at), _stored(at), outcome, where, why))

    def resume(self, call_id: str) -> None:
        """The caller came back from the agents' queue: the call is open again, and its next end decides.

        The outcome so far becomes an event of kind "noted", node "queue", so that it is not lost.
        """
        self.writer.put(Row.RESUME, (call_id,))

    def open_calls(self) -> tuple[str, ...]:
        """The ids of all calls without an end, oldest first, as they are on the disk now."""
        with CallReader(self.path) as reader:
            return tuple(call.id for call in reader.open_calls())

    def purge(self, before: datetime) -> int:
        """Delete calls begun before `before`, with their events, and say how many. Raises WriterError, Late.

        In steps, so that the line's rows need not wait long.
        """
        deleted = 0
        while count := self.writer.run(lambda connection: _purged(connection, _stored(before)), _PURGE_WAIT_S):
            deleted += count
        return deleted

    @property
    def health(self) -> Health:
        """How the writer is doing."""
        return self.writer.health

    def flush(self, wait_s: float = 5.0) -> bool:
        """Wait until all that was handed over is on the disk; False if that took longer than `wait_s`."""
        return self.writer.flush(wait_s)

    def close(self, wait_s: float = 10.0) -> None:
        """Write what is left, for at most `wait_s` seconds, and stop the writer."""
        self.writer.close(wait_s)


def _purged(connection: sqlite3.Connection, before: str) -> int:
    old = "SELECT id FROM calls WHERE started < ? ORDER BY started LIMIT 500"
    connection.execute(f"DELETE FROM events WHERE call IN ({old})", (before,))  # noqa: S608
    return connection.execute(f"DELETE FROM calls WHERE id IN ({old})", (before,)).rowcount  # noqa: S608


def number_hash(key: bytes, number: str) -> bytes:
    """The hash under which `about` keeps a number, to find the calls about it again."""
    return keyed_hash(key, "about", number)


def _tail(caller: str) -> str:
    """The caller's number as records show it: all but the last 3 characters as dots; "" stays ""."""
    return "•" * max(len(caller) - 3, 0) + caller[-3:] if len(caller) > 5 else "•" * len(caller)


def _stored(at: datetime) -> str:
    """`at` as the database keeps it: ISO 8601 in UTC with milliseconds, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


__all__ = [
    "QUEUE",
    "Call",
    "CallBook",
    "CallReader",
    "Event",
    "Health",
    "Kind",
    "Outcome",
    "Value",
    "number_hash",
    "pack",
    "unpack",
]
