"""When guessing is stopped: every try is counted before it is looked up, and a lock is told only when there is one."""

from collections.abc import Callable
from datetime import timedelta
from enum import Enum, auto
from typing import TypeVar

from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.services.desk import Desk

SAYS: Says = {
    "lockout.minutes": {"minutes": "number"},
    "lockout.hours": {"hours": "number"},
    "lockout.call": {},
}
_T = TypeVar("_T")


class Refusal(Enum):
    """Why a try found nothing."""

    WRONG = auto()  # unknown or not matching; more may be tried
    STOPPED = auto()  # no more may be tried now


def stopped(talk: Talk, desk: Desk, target: str = "") -> bool:
    """Whether no more may be tried at `target` (at anything, where none is given); the caller is told so, and why.

    In one call no more may fail than the limit for one number: who withholds theirs is locked for this call.
    """
    lock = desk.lockouts.locked(desk.guesser, target)
    if lock is None and desk.failures < desk.lockouts.limits.tries:
        return False
    _tell(talk, desk, Prompt("lockout.call") if lock is None else how_long(lock))
    return True


def attempt(talk: Talk, desk: Desk, target: str, look_up: Callable[[], _T | None], mismatch: Prompt) -> _T | Refusal:
    """What `look_up` finds for a try at `target`, counted; `mismatch` is said where it was wrong."""
    tried = desk.lockouts.reserve(desk.guesser, target)
    if isinstance(tried, timedelta):
        _tell(talk, desk, how_long(tried))
        return Refusal.STOPPED
    try:
        found = look_up()
    except BaseException:
        desk.lockouts.not_looked_up(tried)
        raise
    if found is not None:
        desk.lockouts.matched(tried)
        return found
    desk.failures += 1
    talk.note("mismatch", talk.where)
    talk.refuse(mismatch)
    return Refusal.STOPPED if stopped(talk, desk, target) else Refusal.WRONG


def how_long(lock: timedelta) -> Prompt:
    """The words for a lock: minutes up to an hour and a half, else hours; rounded up, never zero."""
    minutes = max(1, -(-int(lock.total_seconds()) // 60))
    if minutes <= 90:
        return Prompt("lockout.minutes", {"minutes": minutes})
    return Prompt("lockout.hours", {"hours": -(-minutes // 60)})


def _tell(talk: Talk, desk: Desk, lock: Prompt) -> None:
    """Say that no more may be tried; the case and the record know it."""
    desk.locked(talk.where)
    talk.note("lockout", talk.where)
    talk.refuse(lock)
