"""Whom the hotline has called: for who asks whether it was us."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from agi.books.rows import stored
from agi.books.small_book import SmallBook
from agi.books.telephone import e164
from agi.privacy import keyed_hash

KEPT = timedelta(hours=48)
"""Longer than anybody may ask about; then nobody knows any more whom we called."""


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """A call of ours: when, and about the `ticket` with which number ("": none)."""

    at: datetime
    ticket: str = ""


class OutgoingBook:
    """An `OutgoingCalls` in `book`, which holds keyed hashes of numbers. Any thread of any process may ask."""

    def __init__(self, book: SmallBook, key: bytes) -> None:
        self._book = book
        self._key = key

    def called(self, number: str, ticket: str, now: datetime) -> None:
        """See `OutgoingCalls`."""

        def work(rows: sqlite3.Connection) -> None:
            rows.execute("DELETE FROM outgoing WHERE at < ?", (stored(now - KEPT),))
            if hashed := self._hash(number):
                rows.execute(
                    "INSERT INTO outgoing (callee, ticket, at) VALUES (?, ?, ?)", (hashed, ticket, stored(now))
                )

        self._book.do(work)

    def last(self, number: str, since: datetime, to: datetime) -> OutgoingCall | None:
        """See `OutgoingCalls`."""
        query = "SELECT at, ticket FROM outgoing WHERE callee = ? AND at BETWEEN ? AND ? ORDER BY at DESC LIMIT 1"
        values = (self._hash(number), stored(since), stored(to))
        row = self._book.look(lambda rows: rows.execute(query, values).fetchone(), None)
        return OutgoingCall(datetime.fromisoformat(row[0]), row[1]) if row else None

    def _hash(self, number: str) -> bytes | None:
        """Under which a number is kept, however it is written; None for what is no number."""
        whole = e164(number)
        return keyed_hash(self._key, "outgoing", whole) if whole else None
