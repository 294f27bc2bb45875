"""Callbacks: who need not wait in the agents' queue, is called when it is their turn, and knows that it is us.

The place in the queue is the time at which they joined it. A callback is claimed in the book before it is dialled, and
dialled at most once for that: a line that is killed at any moment calls nobody twice, and forgets nobody.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import randbelow, token_hex

from agi.books.callback import CODE_DIGITS, OPEN, UNDER_WAY, Callback, CallbackState
from agi.books.callbacks import CallbackBook
from agi.office.clock import Clock, to_the_millisecond
from agi.office.outgoing import may_be_called
from agi.settings.tables import Callback as Limits

Live = Callable[[str], bool]
"""Whether the call with this id goes on."""
_A_DAY = timedelta(days=1)
_TALKS = timedelta(minutes=3)
"""Longest time between a claim and the key 1, besides ringing: then the line was killed, and they are called again."""


class Declined(StrEnum):
    """Why nobody is called back."""

    NUMBER = "number"  # not one that we call
    AGAIN = "again"  # this telephone waits for a call already, or has had enough of them today
    FULL = "full"  # more wait than can be called


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who asks to be called back.

    `caller`: a keyed hash of who asks. `number`: whom to call, as it was keyed or signalled; `account`: in place of it,
    a telephone of the house. `joined`: since when they wait. `call`: the one in which they ask.
    """

    case_number: str
    caller: bytes
    joined: datetime
    number: str = ""
    account: str = ""
    call: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """How it stands in the agents' queue: `free` agents, `there` on duty at all, and since when callers wait in it."""

    free: int
    there: int
    waiting: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Callbacks:
    """The callbacks of the office; any thread may ask. Everything raises BookError when the book can't be used now.

    `trunk`: whether there is one to call other telephones by than those of the house.
    """

    book: CallbackBook
    limits: Limits
    trunk: bool
    clock: Clock

    def offered(self, account: str) -> bool:
        """Whether who calls from this `account` of the house ("": from elsewhere) can be called back at all."""
        return self.limits.enabled and bool(self.trunk or account)

    def ask(self, wanted: Wanted) -> Callback | Declined:
        """Note that they are to be called; the code in it is theirs."""
        number = "" if wanted.account else may_be_called(wanted.number)
        if not wanted.account and not (number and self.trunk):
            return Declined.NUMBER
        now = to_the_millisecond(self.clock())
        callback = Callback(
            token_hex(8),
            wanted.case_number,
            wanted.caller,
            number,
            wanted.account,
            f"{randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}",
            joined=wanted.joined,
            asked=now,
            due=now,
            expires=now + timedelta(days=self.limits.days),
            changed=now,
            call=wanted.call,
        )
        declined: Declined | None = None

        def refused(kept: tuple[Callback, ...]) -> bool:
            nonlocal declined
            declined = self._declined(callback, kept)
            return declined is not None

        return callback if self.book.add(callback, refused) else declined or Declined.FULL

    def _declined(self, wanted: Callback, kept: tuple[Callback, ...]) -> Declined | None:
        same = [one for one in kept if _telephone(one) == _telephone(wanted)]
        theirs = [one for one in kept if wanted.caller and one.caller == wanted.caller]
        today = {one.id: one for one in (*same, *theirs) if wanted.asked - one.asked < _A_DAY}
        unwanted = any(one.id in today and one.state is CallbackState.REFUSED for one in same)
        if unwanted or any(one.state in OPEN for one in same) or len(today) >= self.limits.per_day:
            return Declined.AGAIN
        return Declined.FULL if sum(one.state in OPEN for one in kept) >= self.limits.most else None

    # ---- for the line, which calls ----

    def due(self, live: Live = lambda _: False) -> tuple[Callback, ...]:
        """Those that may be called now, in the order of the queue: not while they are still being told the code."""
        now = self.clock()
        waiting = self.book.listed([CallbackState.WAITING])
        return tuple(one for one in waiting if one.due <= now < one.expires and not live(one.call))

    def claim(self, turn: Turn, live: Live = lambda _: False) -> Callback | None:
        """The one whose turn it is, which nobody else calls from now on; None where it is nobody's."""
        under_way = len(self.book.listed(UNDER_WAY))
        for callback in self.due(live):
            if not _their_turn(callback, turn, under_way):
                return None
            if claimed := self._from([CallbackState.WAITING], callback.id, CallbackState.CALLING, tried=1):
                return claimed
        return None

    def dial(self, callback_id: str) -> Callback | None:
        """The claimed one, to be dialled now; None where it was dialled already, or is over."""
        return self._from([CallbackState.CALLING], callback_id, CallbackState.DIALLED)

    def answered(self, callback_id: str, call: str) -> Callback | None:
        """Somebody has answered in this `call`; None where nobody was called."""
        return self._from([CallbackState.DIALLED], callback_id, CallbackState.DIALLED, call=call)

    def reached(self, callback_id: str) -> None:
        """The citizen goes to the agents: it is done."""
        self._from(UNDER_WAY, callback_id, CallbackState.DONE)

    def refused(self, callback_id: str) -> None:
        """Who answered has not asked for it."""
        self._from(UNDER_WAY, callback_id, CallbackState.REFUSED)

    def missed(self, callback_id: str) -> Callback | None:
        """Nobody answered, or nobody said that they were there: later again, or it has failed."""

        def again(found: Callback) -> Callback | None:
            if found.state not in UNDER_WAY:
                return None
            if found.tries >= self.limits.tries:
                return self._ended(found, CallbackState.FAILED)
            now = to_the_millisecond(self.clock())
            due = now + timedelta(minutes=self.limits.every_minutes)
            return replace(found, state=CallbackState.WAITING, due=due, changed=now, call="")

        return self.book.change(callback_id, again)

    def settle(self, live: Live = lambda _: False) -> None:
        """Let nobody hang: whose claim came to nothing, and who has waited too long."""
        now = self.clock()
        rings = timedelta(seconds=self.limits.ring_s)
        for one in self.book.listed(OPEN):
            if one.state is CallbackState.WAITING:
                if one.expires <= now:
                    self._from([CallbackState.WAITING], one.id, CallbackState.EXPIRED)
            elif not live(one.call) and now - one.changed > (_TALKS if one.call else rings) + timedelta(seconds=10):
                self.missed(one.id)

    # ---- for the office ----

    def cancel(self, callback_id: str) -> Callback | None:
        """Nobody is called; None where it is over, or just being called. Raises CallbackNotFound."""
        return self._from([CallbackState.WAITING], callback_id, CallbackState.CANCELLED)

    def purge(self, older_than: timedelta) -> int:
        """Delete those that have been over for so long; how many. Of all that are over for a day no number stays."""
        now = self.clock()
        self.book.forget_numbers(now - _A_DAY)
        return self.book.purge(now - older_than)

    def _from(
        self,
        states: Collection[CallbackState],
        callback_id: str,
        to: CallbackState,
        *,
        tried: int = 0,
        call: str = "",
    ) -> Callback | None:
        """It goes from one of `states` to another; None where it is in none of them."""

        def changed(found: Callback) -> Callback | None:
            if found.state not in states:
                return None
            if to not in OPEN:
                return self._ended(found, to)
            now = to_the_millisecond(self.clock())
            return replace(found, state=to, tries=found.tries + tried, call=call, changed=now)

        return self.book.change(callback_id, changed)

    def _ended(self, found: Callback, state: CallbackState) -> Callback:
        return replace(found, state=state, changed=to_the_millisecond(self.clock()))


def _telephone(callback: Callback) -> tuple[str, str, bytes]:
    """What tells telephones apart: the number; of the house's, which may share an account, who calls from it."""
    return callback.number, callback.account, callback.caller if callback.account else b""


def _their_turn(callback: Callback, turn: Turn, under_way: int) -> bool:
    """Whether an agent is theirs: one is free for whom nobody waits who came before; or, where callers wait who came
    later, the next that becomes free: they would overtake for ever who waits for a free agent.
    """
    before = sum(since < callback.joined for since in turn.waiting) + under_way
    return before < turn.free or (turn.there > 0 and before == 0 and len(turn.waiting) > 0)
