"""Since when a caller counts as waiting for an agent, which is the place in the queue."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agi.books.errors import BookError
from agi.books.ports import EarlierContacts
from agi.office.counting import Visitor
from agi.settings.tables import Queue

_LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Gives credit to who has waited in vain. `earlier`: None, nothing is known. Any thread may ask."""

    settings: Queue
    earlier: EarlierContacts | None
    clock: Callable[[], datetime]

    def joined(self, visitor: Visitor) -> datetime:
        """When this visitor, who wants an agent now, counts as having joined.

        Who withholds a number can't be known again. Where the book can't tell in time, there is no credit.
        """
        now = self.clock()
        if not self.settings.repeat_credit_s or not visitor.number or self.earlier is None:
            return now
        try:
            in_vain = self.earlier.waited_in_vain(visitor.number, now - _LATELY)
        except BookError:
            return now
        return now - timedelta(seconds=self.settings.repeat_credit_s) if in_vain else now
