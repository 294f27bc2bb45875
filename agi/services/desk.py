"""The desk: what a service has at hand during one call."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from agi.books.callback import Callback
from agi.books.errors import BookError
from agi.dialogue.question import Case, Recorder
from agi.office.cases import About
from agi.office.counting import Visitor
from agi.office.office import Office
from agi.privacy import mask

LOCKED_OUT = "locked out"
"""The status of a case in which guessing was stopped."""
_log = structlog.get_logger("services")


@dataclass(slots=True)
class Desk:
    """The office, and what is known of the caller, its `visitor`.

    `case` grows during the call; it is what an agent sees, and it outlives a stay in the queue (its `reached` is set
    when the caller goes there). `locked_out`: guessing was stopped, and the caller was not served afterwards.
    `failed`: a book could not be read.
    `on_number` is told the whole number that the call is about: the call record keeps a keyed hash of it.
    `call`: the id of the call. `recorder`: takes messages of at most `message_s` seconds; None where nobody can.
    `joined`: since when they wait for an agent, who do. `called`: that we have called them, and why.
    """

    office: Office
    visitor: Visitor
    case: Case = field(default_factory=Case)
    locked_out: bool = False
    failed: bool = False
    on_number: Callable[[str], None] | None = None
    call: str = ""
    recorder: Recorder | None = None
    message_s: int = 90
    joined: datetime | None = None
    called: Callback | None = None

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

    def keep(self, where: str) -> str:
        """Write the case down as it stands, with the caller at `where`; its number, "" where it can't be kept now."""
        try:
            return self.office.cases.keep(self.call, self.visitor.number, self._about(where), self.joined).number
        except BookError as trouble:
            _log.error("case.not_kept", why=type(trouble).__name__)
            return ""

    def cut_off(self, where: str) -> None:
        """The call was cut off at `where`: its caller may go on there."""
        try:
            self.office.cases.cut_off(self.call, self.visitor.number, self._about(where))
        except BookError as trouble:
            _log.error("case.not_kept", why=type(trouble).__name__)

    def _about(self, where: str) -> About:
        case = self.case
        return About(case.topic, case.verified, where or case.reached, case.number, case.status)

    def locked(self) -> None:
        """Guessing was stopped."""
        self.case = replace(self.case, verified="", status=LOCKED_OUT)
        self.locked_out = True
