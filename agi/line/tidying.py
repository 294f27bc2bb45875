"""What calls have left of messages is kept, and what is old is deleted: looked after while the line serves."""

import threading
from collections.abc import Callable, Collection
from datetime import timedelta

import structlog

from agi.books.errors import BookError
from agi.office.office import Office

_EVERY_S = 30.0
_PURGE_EVERY = 120
"""Rounds between two looks for what is old: an hour."""
_log = structlog.get_logger("line")


class Tidying:
    """Settles the tickets of calls that are over, and no longer `live`; deletes old ones after `keep_days`, and what
    calls were about when its own days are over.
    """

    def __init__(self, office: Office, live: Callable[[], Collection[str]], keep_days: int) -> None:
        self._office = office
        self._live = live
        self._keep = timedelta(days=keep_days)
        self._stop = threading.Event()

    def start(self) -> None:
        """From now on, in a thread of its own."""
        threading.Thread(target=self._run, name="tidying", daemon=True).start()

    def stop(self) -> None:
        """No more."""
        self._stop.set()

    def once(self, *, purge: bool) -> None:
        """One round; what can't be done now is logged, and done in another."""
        try:
            settled = self._office.tickets.settle(self._live())
            gone = self._office.tickets.purge(self._keep) if purge else 0
            if purge:
                self._office.cases.purge()
                self._office.callbacks.purge(timedelta(days=self._office.cases.limits.days))
        except (BookError, OSError) as error:
            _log.warning("tickets.not_tidied", why=type(error).__name__)
            return
        if settled or gone:
            _log.info("tickets.tidied", drafts=settled, purged=gone)

    def _run(self) -> None:
        number = 0
        while True:
            self.once(purge=number % _PURGE_EVERY == 0)
            number += 1
            if self._stop.wait(_EVERY_S):
                return
