"""Callers who press all keys of a NIK check ahead: is one lost or counted twice between two questions?

Each calls by a telephone of its own, and begins somewhere between the welcome and the menu's end; now and then it waits
where one question ends and the next begins. What came of the keys is read from the records.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from random import Random

from agi.books.events import Asked, Event, Noted, NoteKind
from agi.books.reader import CallReader
from agi.dialogue.question import Mode, Result
from agi.workshop.bench.installation import Bench
from agi.workshop.softphone.phone import PhoneError
from agi.workshop.softphone.plain import PlainPhone, PlainPhones
from agi.workshop.softphone.roster import TESTER, account

ROUTE = ("main", "nik", "kk")
_SEAMS = (1, 17)  # keys after which a question has its answer
_BEGINS_S, _PAUSE_S, _HEARS_S, _RECORDED_S = (0.7, 7.0), 1.0, 2.0, 10.0


@dataclass(frozen=True, slots=True)
class KeysFigures:
    """Calls by what came of their keys; `failed`: not answered, cut off, or without a record."""

    calls: int
    right: int
    lost: int
    doubled: int
    altered: int
    failed: int


def measure(bench: Bench, callers: Sequence[str], calls: int, at_once: int) -> KeysFigures:
    """Place `calls` calls, `at_once` at a time; each presses the keys of one of `callers`, in turn."""
    with (
        closing(PlainPhones(account(bench.settings, TESTER))) as phones,
        ThreadPoolExecutor(at_once) as pool,
        CallReader(bench.settings.calls_db) as reader,
    ):

        def place(number: int) -> bool:
            phone = phones.phone(bench.folder / f"keys-{number}.wav")
            return _call(phone, bench.settings.telephony.number, number, callers[number % len(callers)])

        failed = calls - sum(pool.map(place, range(calls)))
        limit = time.monotonic() + _RECORDED_S
        while reader.open_calls() and time.monotonic() < limit:
            time.sleep(0.1)
        found = [_came_of(reader.events(call.id)) for call in reader.calls(calls)]
    right, lost, doubled, altered = (found.count(word) for word in ("right", "lost", "doubled", "altered"))
    return KeysFigures(calls, right, lost, doubled, altered, failed + max(0, calls - failed - len(found)))


def _call(phone: PlainPhone, number: str, seed: int, keys: str) -> bool:
    """Press `keys` ahead at a moment of the caller's own; False when the call was over before."""
    chance = Random(seed)
    try:
        phone.dial(number, f"021555{seed:05d}")
        over = phone.wait_ended(chance.uniform(*_BEGINS_S))
        for begin, end in zip((0, *_SEAMS), (*_SEAMS, len(keys)), strict=True):
            phone.press(keys[begin:end])
            over = phone.wait_ended(chance.choice((0, 0, chance.uniform(0, _PAUSE_S))))
        over = over or phone.wait_ended(_HEARS_S)
        phone.hang_up()
    except PhoneError:
        return False
    return over is None


def _came_of(events: Sequence[Event]) -> str:
    """Whether each question of the way was answered once and the numbers are the caller's; or one has no answer, or
    one more was answered, or a key stands elsewhere than it was pressed."""
    given = [one for one in events if isinstance(one, Asked) and one.answer.mode == Mode.KEYS]
    answered = [one.question for one in given if one.answer.result != Result.HANG_UP]
    matched = all(one.answer.result in (Result.MATCH, Result.HANG_UP) for one in given)
    if answered == list(ROUTE) and matched:
        proved = any(isinstance(one, Noted) and one.kind is NoteKind.NIK_CHECKED for one in events)
        return "right" if proved else "altered"
    return "doubled" if len(answered) > len(ROUTE) else "lost"
