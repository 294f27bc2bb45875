"""A contact as it stands in the book, and which of its ends counts."""

from dataclasses import dataclass, replace
from datetime import datetime

from agi.books.events import QUEUE, Channel, Ended, Outcome

START = "start"
"""Where a contact ended in which nothing was asked."""

HUNG_UP = "hung up"
"""Why a contact was abandoned, when nobody knows more."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a contact ended: `where`, `why`, and what came of it `afterwards` in the agents' queue."""

    outcome: Outcome
    where: str
    why: str
    afterwards: str = ""


def counted(so_far: Ending | None, told: Ended) -> Ending:
    """How a contact has ended once `told` is known too, if it had ended like `so_far`. Told twice, nothing changes.

    - A transfer is provisional: what came of it in the queue counts, and so does hanging up on the way there.
    - Any other end says why the dialogue was over and stays; what came after it in the queue stands beside it.
    - Why the caller went is told better by who saw it (the telephone was cut off) than by "hung up".
    """
    if so_far is None:
        return Ending(told.outcome, told.where, told.why)
    if (so_far.outcome, so_far.where, so_far.why) == (told.outcome, told.where, told.why):
        return so_far
    transferred, abandoned = so_far.outcome is Outcome.TRANSFERRED, told.outcome is Outcome.ABANDONED
    if told.where == QUEUE:
        if transferred:
            return Ending(told.outcome, QUEUE, told.why)
        return replace(so_far, afterwards=f"{told.outcome}: {told.why}" if told.why else str(told.outcome))
    if transferred and abandoned and so_far.where != QUEUE:
        return Ending(Outcome.ABANDONED, QUEUE, f"{told.why} before the queue")
    if abandoned and (so_far.outcome, so_far.why) == (Outcome.ABANDONED, HUNG_UP):
        return replace(so_far, why=told.why)
    return so_far


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact: `sender` is who called, and `about` whom or what it was about, both masked.

    `ended` and `outcome` are None while it goes on. `edition` numbers what was said in it; 0: of none; below: a draft.
    """

    id: str
    sender: str
    started: datetime
    ended: datetime | None = None
    outcome: Outcome | None = None
    where: str = ""
    why: str = ""
    afterwards: str = ""
    about: str = ""
    channel: Channel = Channel.TELEPHONE
    edition: int = 0

    @property
    def tries_draft(self) -> bool:
        """Whether somebody tried what no caller hears: it stands in the records, and in no figure."""
        return self.edition < 0

    @property
    def lasted_s(self) -> float | None:
        """Seconds from begin to end by the clock on the wall, never negative; None while it goes on."""
        return None if self.ended is None else max((self.ended - self.started).total_seconds(), 0.0)


def masked(sender: str) -> str:
    """The number of a sender as records show it: all but the last 3 characters as dots; "" stays ""."""
    return "•" * (len(sender) - 3) + sender[-3:] if len(sender) > 5 else "•" * len(sender)
