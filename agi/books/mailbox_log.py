"""What has come by message and what was answered, for the office: read only, and masked as the book keeps it."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from agi.books.errors import BookError
from agi.books.files import open_reader


class DoorState(NamedTuple):
    """What has come by a door: how many messages, when the last, how many wait, how many answers were given up."""

    door: str
    messages: int = 0
    last: datetime | None = None
    waiting: int = 0
    dead: int = 0


class Letter(NamedTuple):
    """A message and its answer, masked. `state`: new, or that of its answer (`Sending`), "" where there is none; `why`:
    what the last try to send it came to. `author`: the agent who wrote it, unasked; `thread`: its id, "" for none."""

    seq: int
    came: datetime
    door: str
    asked: str
    intent: str
    answer: str
    state: str
    why: str
    author: str = ""
    thread: str = ""


_DOORS = """SELECT inbox.door, sum(author = ''), max(came),
        sum(inbox.state = 'new' OR coalesce(outbox.state IN ('ready', 'sending'), 0)),
        sum(coalesce(outbox.state = 'dead', 0))
    FROM inbox LEFT JOIN outbox USING (seq) GROUP BY inbox.door ORDER BY inbox.door"""
_LETTERS = """SELECT seq, came, inbox.door, inbox.masked, intent, coalesce(outbox.masked, ''),
        CASE inbox.state WHEN 'new' THEN 'new' ELSE coalesce(outbox.state, '') END, coalesce(why, ''),
        author, coalesce(lower(hex(thread)), '')
    FROM inbox LEFT JOIN outbox USING (seq) WHERE ? IN ('', outbox.state) AND (? = x'' OR thread = ?)
    ORDER BY seq DESC LIMIT ?"""


class MailboxLog:
    """The book of messages at `path`, which need not be there yet. Raises BookError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def doors(self) -> tuple[DoorState, ...]:
        """How the doors are by which something has come."""
        return tuple(
            DoorState(door, messages, datetime.fromisoformat(last), waiting, dead)
            for door, messages, last, waiting, dead in self._rows(_DOORS)
        )

    def letters(self, limit: int, state: str = "", thread: str = "") -> tuple[Letter, ...]:
        """The newest messages; those whose answer is in `state`, and of the thread with this id, or all."""
        of = bytes.fromhex(thread)
        found = self._rows(_LETTERS, state, of, of, limit)
        return tuple(Letter(seq, datetime.fromisoformat(came), *rest) for seq, came, *rest in found)

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        if not self._path.exists():
            return []
        try:
            with closing(open_reader(self._path)) as rows:
                return rows.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise BookError(f"{self._path} can't be read: {error}") from error
