"""Who asked about my NIK, and may nobody ask any more? Told to who proves it (UU 27/2022, articles 7 and 32)."""

from collections.abc import Iterator, Mapping
from functools import partial

from agi.books.events import Channel, NoteKind
from agi.dialogue.asking import Back, GaveUp
from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.office.safety import HISTORY_DAYS, History
from agi.services import dictation, proving
from agi.services.desk import Desk

_DOORS: Mapping[Channel, str] = {channel: f"door.{channel}" for channel in Channel}
SAYS: Says = {
    "history.none": {"days": "number"},
    "history.times": {"days": "number", "count": "number"},
    "history.door": {"door": "phrase", "count": "number"},
    "history.own": {"count": "number"},
    "history.others": {"count": "number", "last": "date"},
    "freeze.ask": {},
    "freeze.sure": {},
    "freeze.done": {},
    "freeze.not_done": {},
    **{key: {} for key in _DOORS.values()},
    **proving.SAYS,
}
ASKS: Mapping[str, str] = {"freeze": "12", "freeze_sure": "12"}
"""Questions that may have words in [questions] of the menu, and their keys."""


def run(talk: Talk, desk: Desk) -> None:
    """Ask who, tell how often the NIK was asked about and by whom, and freeze it for who wants that."""
    own = proving.identify(talk, desk, partial(desk.office.own_nik, contact=desk.call))
    if own is None:
        return
    desk.verified("nik+kk", "nik.history")
    talk.note(NoteKind.NIK_HISTORY, str(own.history.own + own.history.others))
    talk.tell(*_told(own.history))
    if not _wants(talk, "freeze", "freeze.ask") or not _wants(talk, "freeze_sure", "freeze.sure"):
        talk.say(Prompt("freeze.not_done"))
        return
    desk.office.safety.freeze(own, desk.call)
    desk.verified("nik+kk", "nik.frozen")
    talk.note(NoteKind.NIK_FROZEN, "now")
    talk.tell(Prompt("freeze.done"))


def _told(history: History) -> Iterator[Prompt]:
    times = history.own + history.others
    if not times:
        yield Prompt("history.none", {"days": HISTORY_DAYS})
        return
    yield Prompt("history.times", {"days": HISTORY_DAYS, "count": times})
    for channel, count in history.doors.items():
        yield Prompt("history.door", {"door": _DOORS[channel], "count": count})
    if history.own:
        yield Prompt("history.own", {"count": history.own})
    if history.last:
        yield Prompt("history.others", {"count": history.others, "last": history.last})


def _wants(talk: Talk, name: str, ask: str) -> bool:
    """Whether the caller says so; silence and `*` leave the NIK as it is."""
    try:
        return dictation.choose(talk, ASKS, name, Prompt(ask)) == "1"
    except (Back, GaveUp):
        return False
