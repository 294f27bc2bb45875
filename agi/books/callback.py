"""A callback: who waits to be called back in place of waiting in the agents' queue."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

CODE_DIGITS = 4


class CallbackState(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    CALLING = "calling"  # claimed: it is dialled at most once for that
    DIALLED = "dialled"
    DONE = "done"  # the citizen pressed 1 and went to the agents
    REFUSED = "refused"  # whoever answered had not asked for it
    FAILED = "failed"  # nobody answered, however often
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OPEN = (CallbackState.WAITING, CallbackState.CALLING, CallbackState.DIALLED)
"""Those that are not over."""
UNDER_WAY = (CallbackState.CALLING, CallbackState.DIALLED)


@dataclass(frozen=True, slots=True)
class Callback:
    """One callback.

    `id` names it and is no secret. `case_number`: the case that it goes on with. `caller`: a keyed hash of who asked
    for it. `number`: whom to call (+62…), which stands nowhere but in this book and is struck out when it is over;
    `account`: in place of it, a telephone of the house. `code`: what the citizen was told, and is told again when we
    call. `joined`: their place in the queue. `due`: not called before. `tries`: times they were called. `call`: the id
    of the call in which they asked, then of that in which they answered.
    """

    id: str
    case_number: str
    caller: bytes
    number: str = field(repr=False)
    account: str
    code: str = field(repr=False)
    joined: datetime
    asked: datetime
    due: datetime
    expires: datetime
    changed: datetime
    state: CallbackState = CallbackState.WAITING
    tries: int = 0
    call: str = ""
