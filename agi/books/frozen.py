"""NIKs that nobody may ask the hotline about: their owners have wished it so."""

from datetime import datetime

from agi.books.ports import FrozenNiks
from agi.books.rows import stored
from agi.books.small_book import SmallBook
from agi.privacy import keyed_hash


class FrozenBook:
    """A `FrozenNiks` in `book`, apart from the registry, which may be replaced. Any thread of any process may ask."""

    def __init__(self, book: SmallBook, key: bytes) -> None:
        self._book = book
        self._key = key

    def ready(self) -> None:
        """See `FrozenNiks`."""
        self.count()

    def freeze(self, nik: str, call: str, now: datetime) -> None:
        """See `FrozenNiks`."""
        values = (self._hash(nik), stored(now), call)
        statement = "INSERT OR IGNORE INTO frozen (nik, at, call) VALUES (?, ?, ?)"
        self._book.do(lambda rows: rows.execute(statement, values))

    def since(self, nik: str) -> datetime | None:
        """See `FrozenNiks`."""
        query, values = "SELECT at FROM frozen WHERE nik = ?", (self._hash(nik),)
        row = self._book.look(lambda rows: rows.execute(query, values).fetchone(), None)
        return datetime.fromisoformat(row[0]) if row else None

    def unfreeze(self, nik: str) -> bool:
        """See `FrozenNiks`."""
        values = (self._hash(nik),)
        return self._book.do(lambda rows: rows.execute("DELETE FROM frozen WHERE nik = ?", values).rowcount) > 0

    def count(self) -> int:
        """See `FrozenNiks`."""
        return int(self._book.look(lambda rows: rows.execute("SELECT count(*) FROM frozen").fetchone()[0], 0))

    def _hash(self, nik: str) -> bytes:
        return keyed_hash(self._key, "frozen", nik)


class TriedFrozen:
    """The NIKs of `real`, and those that are frozen in a conversation that is tried, of which nothing is kept."""

    def __init__(self, real: FrozenNiks) -> None:
        self._real = real
        self._tried: dict[str, datetime] = {}

    def ready(self) -> None:
        """See `FrozenNiks`."""
        self._real.ready()

    def freeze(self, nik: str, call: str, now: datetime) -> None:
        """For this conversation."""
        self._tried.setdefault(nik, now)

    def since(self, nik: str) -> datetime | None:
        """See `FrozenNiks`."""
        return self._real.since(nik) or self._tried.get(nik)

    def unfreeze(self, nik: str) -> bool:
        """Of what was frozen in this conversation."""
        return self._tried.pop(nik, None) is not None

    def count(self) -> int:
        """See `FrozenNiks`."""
        return self._real.count() + len(self._tried)
