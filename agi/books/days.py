"""The tallies of an office's days, each counted once and again only when something of it has changed.

A thread of its own counts; who asks waits a moment for it and is then told what is known. What was counted is kept in a
file too, which may be deleted: the book of calls alone is the truth. Nothing here writes into that.

What changes a day's tally is a call that is new, or of which something is told: that of the day it began on, and, since
its caller may not have been served by a call within AGAIN before it, that of the day AGAIN earlier. Calls that are
deleted are the oldest of all.
"""

import json
import threading
import time as clock
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from agi.books.counting import AGAIN, CallCounter, Mark
from agi.books.errors import BookError
from agi.books.reader import BookUnreadable
from agi.books.rows import stored
from agi.books.tally import Tally
from agi.privacy import private_file

_RULES = 4
"""Of counting: another number, and all days are counted anew."""
_MOST = 400
"""Days kept."""
_WAIT_S, _FIRST_WAIT_S = 0.12, 1.5
"""How long who asks waits for figures that are newer, and for the first ones."""
_FRESH_S = 3.0
_SHARE = 100
"""So many times longer than a day took to count nothing is looked for again: it costs a hundredth of a core a day."""
_SAVE_S = 60.0


@dataclass(frozen=True, slots=True)
class Counted:
    """The `tally` of some days, of which `missing` are still to be counted."""

    tally: Tally
    missing: int


class Days:
    """Those of the book of calls at `book`, as days go in `zone`; `kept` is their file. For any number of threads."""

    def __init__(self, book: Path, kept: Path, zone: ZoneInfo) -> None:
        self._book = book
        self._kept = kept
        self._zone = zone
        self._news = threading.Condition()
        self._tallies: dict[date, Tally] = {}
        self._lines: dict[date, str] = {}  # of the file
        self._stale: set[date] = set()
        self._wanted: set[date] = set()
        self._mark: Mark | None = None  # None: nothing has been looked for yet
        self._look_at = 0.0  # monotonic, as all below
        self._save_at = 0.0
        self._begun_at = 0.0
        self._counting = False
        self._trouble = ""

    def of(self, first: date, days: int) -> Counted:
        """The tally of `days` days from `first` on, some seconds old at the most where the book is not too busy.

        Raises BookUnreadable.
        """
        period = [first + timedelta(later) for later in range(days)]
        with self._news:
            self._begin(period)
            wait_s = self._begun_at + _WAIT_S - clock.monotonic()  # a long count holds nobody up who comes later
            self._news.wait_for(lambda: not self._counting or not self._to_do(period), max(wait_s, 0))
            if not self._known(period) and not self._trouble:
                self._begin(period)
                self._news.wait_for(lambda: not self._counting or self._known(period), _FIRST_WAIT_S)
            if self._trouble:
                raise BookUnreadable(self._trouble)
            found = [self._tallies[day] for day in period if day in self._tallies]
        return Counted(Tally.of(found), days - len(found))

    def settle(self, wait_s: float) -> bool:
        """Wait until nothing is being counted; False after `wait_s` seconds."""
        with self._news:
            return self._news.wait_for(lambda: not self._counting, wait_s)

    def _begin(self, period: Sequence[date]) -> None:
        """Have it counted, where anything of it may be otherwise than it is known."""
        if self._to_do(period):
            self._wanted.update(period)
            if not self._counting:
                self._counting, self._begun_at = True, clock.monotonic()
                threading.Thread(target=self._count, name="days", daemon=True).start()

    def _known(self, period: Iterable[date]) -> bool:
        return any(day in self._tallies for day in period)

    def _to_do(self, period: Iterable[date]) -> bool:
        return clock.monotonic() >= self._look_at or any(
            day in self._stale or day not in self._tallies for day in period
        )

    def _count(self) -> None:
        """Count what is asked for, also meanwhile, until there is nothing left to count."""
        going = True
        while going:
            trouble, counted, begun = "could not be counted", 0, clock.monotonic()
            try:
                with CallCounter(self._book) as reader:
                    self._look(reader)
                    while (day := self._next()) is not None:
                        self._keep(day, reader.tally(*self._moments(day)))
                        counted += 1
                self._save()
                trouble = ""
            except BookError as error:
                trouble = str(error)
            finally:
                took = clock.monotonic() - begun
                with self._news:
                    self._trouble = trouble
                    self._look_at = begun + took + max(_FRESH_S, _SHARE * took / max(counted, 1))
                    going = self._counting = not trouble and bool(self._left())
                    self._news.notify_all()

    def _keep(self, day: date, tally: Tally) -> None:
        line = json.dumps([day.isoformat(), tally.packed()])
        with self._news:
            self._tallies.pop(day, None)  # the newest counted stand last
            self._tallies[day], self._lines[day] = tally, line
            self._news.notify_all()

    def _next(self) -> date | None:
        """The newest day that is asked for and to be counted; from here on it is not stale."""
        with self._news:
            left = self._left()
            if not left:
                self._wanted.clear()
                return None
            day = max(left)
            self._stale.discard(day)
            return day

    def _left(self) -> list[date]:
        return [day for day in self._wanted if day in self._stale or day not in self._tallies]

    def _look(self, reader: CallCounter) -> None:
        """Find what has changed since the last time, in this process or an earlier one."""
        if self._mark is None:
            self._load()
        before, mark = self._mark, reader.mark()
        times = reader.changed(before) if before and self._tallies else ()
        with self._news:
            if before and mark.oldest != before.oldest:
                self._stale.update(day for day in self._tallies if stored(self._moments(day)[0]) < (mark.oldest or "~"))
            if times is None:
                self._stale.update(self._tallies)
            for at in times or ():
                self._stale.update((self._day(at), self._day(at - AGAIN)))
            self._stale &= self._tallies.keys()
            self._mark = mark

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _moments(self, day: date) -> tuple[datetime, datetime]:
        """Its begin and the next day's, UTC."""
        first, after = (datetime.combine(one, time(), self._zone) for one in (day, day + timedelta(1)))
        return first.astimezone(UTC), after.astimezone(UTC)

    def _load(self) -> None:
        """Take what an earlier process has kept; what can't be read is counted anew."""
        with suppress(OSError, ValueError, TypeError, KeyError):
            lines = self._kept.read_text().splitlines()
            head = json.loads(lines[0]) if lines else {}
            if (head.get("rules"), head.get("zone"), head.get("days")) != (_RULES, self._zone.key, len(lines) - 1):
                return
            rows = [json.loads(line) for line in lines[1:]]
            tallies = {date.fromisoformat(day): Tally.unpacked(packed) for day, packed in rows}
            mark, stale = Mark(*head["mark"]), {date.fromisoformat(day) for day in head["stale"]}
            with self._news:
                self._tallies, self._lines = tallies, dict(zip(tallies, lines[1:], strict=True))
                self._mark, self._stale = mark, stale

    def _save(self) -> None:
        """Keep the newest days for the next process, now and then; in a file that is there whole or not at all."""
        if clock.monotonic() < self._save_at:
            return
        with self._news:
            for day in list(self._tallies)[:-_MOST]:
                del self._tallies[day], self._lines[day]
            mark, stale = self._mark, [day.isoformat() for day in self._stale & self._tallies.keys()]
            lines = [self._lines[day] for day in self._tallies]
        head = {"rules": _RULES, "zone": self._zone.key, "days": len(lines), "mark": mark and astuple(mark)}
        with suppress(OSError), private_file(self._kept) as out:  # a full disk: they are counted again one day
            out.write("\n".join([json.dumps({**head, "stale": stale}), *lines, ""]).encode())
            self._save_at = clock.monotonic() + _SAVE_S
