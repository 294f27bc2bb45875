"""The desk: what a service has at hand during one call."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from agi.dialogue.question import Case
from agi.office.counting import Visitor
from agi.office.office import Office
from agi.privacy import mask

LOCKED_OUT = "locked out"
"""The status of a case in which guessing was stopped."""


@dataclass(slots=True)
class Desk:
    """The office, and what is known of the caller, its `visitor`.

    `case` grows during the call; it is what an agent sees, and it outlives a stay in the queue (its `reached` is set
    when the caller goes there). `locked_out`: guessing was stopped, and the caller was not served afterwards.
    `on_number` is told the whole number that the call is about: the call record keeps a keyed hash of it.
    """

    office: Office
    visitor: Visitor
    case: Case = field(default_factory=Case)
    locked_out: bool = False
    on_number: Callable[[str], None] | None = None

    def open_case(self, topic: str) -> None:
        """The caller has begun something new."""
        self.case = Case(topic=topic)

    def about(self, number: str) -> None:
        """The case is about `number`, which is kept masked."""
        self.case = replace(self.case, number=mask(number))
        if self.on_number is not None:
            self.on_number(number)

    def verified(self, how: str, status: str) -> None:
        """The caller has proved something ("nik+kk", "registration+pin") and was told `status`."""
        self.case = replace(self.case, verified=how, status=status)
        self.locked_out = False

    def locked(self) -> None:
        """Guessing was stopped."""
        self.case = replace(self.case, verified="", status=LOCKED_OUT)
        self.locked_out = True
