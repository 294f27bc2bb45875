"""Threads of messages that agents take over: who has which, and what they write there."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agi.books.errors import BookError
from agi.books.mailbox import answer_token, with_agent
from agi.books.mailbox_rows import Sending, ThreadState
from agi.books.mailbox_schema import SCHEMA
from agi.books.rows import stored
from agi.books.small_book import FileBook
from agi.privacy import masked_numbers, sealed

LONGEST = 1000
"""Characters of what an agent writes at once."""


class NotTheirs(BookError):
    """The thread is not this agent's now; the message says so in Indonesian."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The messages of one sender by one door. `id`: in hexadecimal; `agent`: the account that has it, "" for none;
    `since`: in this state, or the agent's last act; `last`: when the newest message came. `call`: the number of the
    call that the citizen has named, "" for none."""

    id: str
    door: str
    state: ThreadState
    agent: str
    since: datetime
    last: datetime
    call: str


class ThreadBook:
    """The threads of the mailbox at `path`; `key` is that of the mailbox. Any thread; every method raises BookError."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._book = FileBook(path, SCHEMA)
        self._key = key

    def to_do(self) -> tuple[Thread, ...]:
        """Those that wait for an agent, the longest first, and those that agents have."""
        query = f"SELECT {_COLUMNS} FROM threads WHERE state <> ? ORDER BY state DESC, since"  # noqa: S608 - ours
        return self._book.look(lambda rows: tuple(map(_thread, rows.execute(query, (ThreadState.HOTLINE,)))), ())

    def thread(self, thread: str) -> Thread | None:
        """The one with this id; None where there is none (any more)."""
        query = f"SELECT {_COLUMNS} FROM threads WHERE thread = ?"  # noqa: S608 - ours
        row = self._book.look(lambda rows: rows.execute(query, (_id(thread),)).fetchone(), None)
        return _thread(row) if row else None

    def take_over(self, thread: str, agent: str, at: datetime) -> None:
        """From now on `agent` answers the words there. Raises NotTheirs where another one has it."""

        def work(rows: sqlite3.Connection) -> None:
            changed = rows.execute(
                "UPDATE threads SET state = ?, agent = ?, since = ?"
                " WHERE thread = ? AND (agent = ? OR NOT (state = ? AND since >= ?))",
                (ThreadState.AGENT, agent, stored(at), _id(thread), agent, *with_agent(at)),
            )
            if not changed.rowcount:
                raise NotTheirs("Percakapan ini sudah diambil petugas lain, atau sudah dihapus.")

        self._book.do(work)

    def give_back(self, thread: str, agent: str, at: datetime) -> None:
        """The hotline answers again. Raises NotTheirs."""

        def work(rows: sqlite3.Connection) -> None:
            self._theirs(rows, thread, agent)
            rows.execute(
                "UPDATE threads SET state = ?, agent = '', since = ? WHERE thread = ?",
                (ThreadState.HOTLINE, stored(at), _id(thread)),
            )

        self._book.do(work)

    def write(self, thread: str, agent: str, body: str, known: str, at: datetime) -> None:
        """Send `body` to who wrote there; with the same `known`, however often, it is sent once. Raises NotTheirs."""

        def work(rows: sqlite3.Connection) -> None:
            door, address = self._theirs(rows, thread, agent)
            rows.execute("UPDATE threads SET since = ? WHERE thread = ?", (stored(at), _id(thread)))
            message = f"agent-{known}"
            added = rows.execute(
                "INSERT OR IGNORE INTO inbox (door, message, masked, came, state, intent, thread, author)"
                " VALUES (?, ?, '', ?, 'done', '', ?, ?)",
                (door, message, stored(at), _id(thread), agent),
            )
            if added.rowcount:
                rows.execute(
                    "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, '')",
                    (
                        added.lastrowid,
                        door,
                        answer_token(self._key, door, message),
                        address,
                        sealed(self._key, body),
                        masked_numbers(body),
                        Sending.READY,
                        stored(at),
                    ),
                )

        self._book.do(work)

    def _theirs(self, rows: sqlite3.Connection, thread: str, agent: str) -> tuple[str, bytes]:
        """Door and sealed address of a thread that `agent` has. Raises NotTheirs."""
        query = "SELECT door, address FROM threads WHERE thread = ? AND state = ? AND agent = ?"
        found = rows.execute(query, (_id(thread), ThreadState.AGENT, agent)).fetchone()
        if found is None:
            raise NotTheirs("Percakapan ini bukan milik Anda sekarang: ambil alih dulu.")
        return found[0], found[1]


_COLUMNS = "thread, door, state, agent, since, last, call"


def _id(thread: str) -> bytes:
    """As the book keeps it; b"" for what is no id."""
    try:
        return bytes.fromhex(thread)
    except ValueError:
        return b""


def _thread(row: tuple[bytes, str, str, str, str, str, str]) -> Thread:
    thread, door, state, agent, since, last, call = row
    moments = datetime.fromisoformat(since), datetime.fromisoformat(last)
    return Thread(thread.hex(), door, ThreadState(state), agent, *moments, call)
