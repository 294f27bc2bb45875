"""Who asked about a NIK, as far as call records tell: when, by which door, and whether from one's own number."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agi.books.events import Channel
from agi.books.files import open_reader
from agi.books.late import LIMIT_S, Alarm
from agi.books.rows import stored
from agi.books.small_book import BookUnusable
from agi.deadline import Deadline
from agi.privacy import keyed_hash

_ABOUT = """SELECT started, channel, caller_hash IS :caller AS own FROM calls
    WHERE about_hash = :about AND started >= :since AND id <> :but ORDER BY started"""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A contact that asked about somebody. `own`: from the number of who wants to know."""

    at: datetime
    channel: Channel
    own: bool


class CallEnquiries:
    """`Enquiries` in the book of calls at `path`, read while it is written. Any thread may ask."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self._deadline = Deadline(LIMIT_S)
        self._alarm = Alarm(path.name)

    def about(self, nik: str, since: datetime, *, own: str, but: str) -> tuple[Enquiry, ...]:
        """See `Enquiries`."""
        caller = keyed_hash(self._key, "caller", own.lstrip("+")) if own else b""
        hashed = keyed_hash(self._key, "about", nik)

        values = {"about": hashed, "since": stored(since), "caller": caller, "but": but}
        try:
            found = self._deadline.run(lambda: self._read(values))
        except TimeoutError:
            raise self._alarm.late() from None
        self._alarm.answered()
        return found

    def _read(self, values: Mapping[str, object]) -> tuple[Enquiry, ...]:
        if not self._path.exists():
            return ()
        try:
            with closing(open_reader(self._path)) as rows:
                found = rows.execute(_ABOUT, values).fetchall()
        except sqlite3.Error as error:
            raise BookUnusable(f"{self._path} can't be read: {error}") from error
        return tuple(Enquiry(datetime.fromisoformat(at), Channel(channel), bool(own)) for at, channel, own in found)
