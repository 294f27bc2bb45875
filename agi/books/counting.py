"""Counting in the records of calls: what callers met in a stretch of time, and which calls have changed since."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agi.books.events import QUEUE, Carried, NoteKind, Outcome, WaitEnd
from agi.books.figures import Now
from agi.books.reader import CallReader
from agi.books.rows import BY_TELEPHONE, EVENT, event, stored
from agi.books.survey import Rating
from agi.books.tally import Choice, End, Fate, Sound, Tally, Turn, Wait, Written

AGAIN = timedelta(hours=24)
"""Who calls again within this time had not been served."""
_TO_THE_HOUR = len("2026-11-24T13")
_HANDED_OVER = timedelta(hours=2)
"""So long after a hand-over a call may still be with the agents."""
_BY_OUTCOME: Mapping[Outcome, Fate] = {
    Outcome.TRANSFERRED: Fate.HANDED,
    Outcome.GAVE_UP: Fate.GAVE_UP,
    Outcome.FAILED: Fate.FAILED,
    Outcome.LOCKED_OUT: Fate.LOCKED_OUT,
}
_OFF_DUTY = ".off_duty"
"""In the place of a call that ended at a question to who wants an agent outside their hours."""
_WITHIN = f"""call IN (SELECT id FROM calls
    WHERE {BY_TELEPHONE} AND started >= :since AND started < :until AND edition >= 0)"""  # noqa: S608 - ours
"""Calls that tried a draft are no caller's."""
_ASKED = f"""WITH asked AS MATERIALIZED (
        SELECT call, node, coalesce(json_extract(prompts, '$[#-1][0]'), '') AS sentence, result, mode,
            min(CAST(confidence * 10 AS INTEGER), 9) AS tenth, sure,
            CASE WHEN length(value) = 1 AND result = 'match' THEN value END AS chosen
        FROM events WHERE kind = 'asked' AND {_WITHIN}
    )
    SELECT 'turn' AS what, node AS name, sentence, result, mode, tenth, sure, count(*) AS n FROM asked
        GROUP BY node, sentence, result, mode, tenth, sure
    UNION ALL SELECT 'came', node, '', '', '', NULL, 0, count(DISTINCT call) FROM asked GROUP BY node
    UNION ALL SELECT 'chosen', node, chosen, '', '', NULL, 0, count(*) FROM asked
        WHERE chosen IS NOT NULL GROUP BY node, chosen
    UNION ALL SELECT 'answered', call, '', '', '', NULL, 0, max(result = 'match') FROM asked
        GROUP BY call"""  # noqa: S608 - ours
"""All that is counted of turns: events are read once, and by SQLite, which lets other threads go on meanwhile."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a book has been read: its newest event and that one's key, its newest call, when its oldest one began."""

    event: int
    key: str
    call: int
    oldest: str


class CallCounter(CallReader):
    """A reader that counts."""

    def now(self, at: datetime) -> Now:
        """The calls of the moment `at`. Raises BookUnreadable."""
        handed = """SELECT count(*) AS calls FROM calls WHERE started >= ? AND ended IS NOT NULL
            AND outcome IN (?, ?) AND place <> ? AND afterwards = ''"""
        values = (stored(at - _HANDED_OVER), Outcome.TRANSFERRED, Outcome.GAVE_UP, QUEUE)
        rows = self._rows(handed, values)
        return Now(len(self.open_calls()), rows[0]["calls"] if rows else 0)

    def tally(self, since: datetime, until: datetime) -> Tally:
        """That of the calls begun from `since` to before `until`. Raises BookUnreadable."""
        moments = {"since": stored(since), "until": stored(until)}
        calls = self._rows(
            "SELECT id, caller_hash, started, outcome, place FROM calls "  # noqa: S608 - ours
            f"WHERE {BY_TELEPHONE} AND started >= :since AND started < :later AND edition >= 0 ORDER BY started",
            {**moments, "later": stored(until + AGAIN)},
        )
        own = [row for row in calls if row["started"] < moments["until"]]
        messages = Counter(self._messages(moments))
        if not own:
            return Tally(messages=messages)
        turns, came = Counter[Turn](), Counter[str]()
        chosen, answered = Counter[Choice](), dict[str, bool]()
        for row in self._rows(_ASKED, moments):
            match row["what"]:
                case "turn":
                    turn = Turn(row["name"], row["sentence"], row["result"], row["mode"], row["tenth"], row["sure"])
                    turns[turn] = row["n"]
                case "came":
                    came[row["name"]] = row["n"]
                case "chosen":
                    chosen[Choice(row["name"], row["sentence"])] = row["n"]
                case _:
                    answered[row["name"]] = bool(row["n"])
        again = _called_again(calls)
        return Tally(
            Counter(row["started"][:_TO_THE_HOUR] for row in own),
            Counter(_fate(row, answered.get(row["id"]), again) for row in own),
            Counter(End(row["place"], row["outcome"] or "") for row in own),
            came,
            turns,
            chosen,
            Counter(self._waits(moments)),
            Counter(self._sounds(moments)),
            self._ratings(moments),
            Counter(self._noted(moments)),
            messages,
        )

    def mark(self) -> Mark:
        """How far the book goes now. Raises BookUnreadable."""
        rows = self._rows(
            "SELECT coalesce(max(seq), 0) AS event, (SELECT coalesce(max(rowid), 0) FROM calls) AS call, "
            "(SELECT coalesce(min(started), '') FROM calls) AS oldest FROM events"
        )
        if not rows:
            return Mark(0, "", 0, "")
        (row,) = rows
        return Mark(row["event"], self._key_of(row["event"]), row["call"], row["oldest"])

    def changed(self, mark: Mark) -> Sequence[datetime] | None:
        """When the calls began that are new, or of which something is told, since `mark`; None: it is another book.

        Calls that were deleted are not among them: they are those older than the oldest one. Raises BookUnreadable.
        """
        if self._key_of(mark.event) != mark.key:
            return None
        rows = self._rows(
            "SELECT started FROM calls WHERE rowid > :call UNION "
            "SELECT started FROM calls WHERE id IN (SELECT call FROM events WHERE seq > :event)",
            {"call": mark.call, "event": mark.event},
        )
        return [datetime.fromisoformat(row["started"]) for row in rows]

    def _key_of(self, event: int) -> str:
        rows = self._rows("SELECT coalesce(key, call || at) AS key FROM events WHERE seq = ?", (event,))
        return str(rows[0]["key"]) if rows else ""

    def ratings(self, since: datetime, until: datetime) -> Counter[Rating]:
        """How the survey's questions were rated in calls begun in that time. Raises BookUnreadable."""
        return self._ratings({"since": stored(since), "until": stored(until)})

    def _ratings(self, moments: Mapping[str, str]) -> Counter[Rating]:
        rows = self._rows(
            "SELECT detail, count(*) AS times FROM events "  # noqa: S608
            f"WHERE kind = 'noted' AND node = :node AND {_WITHIN} GROUP BY detail",
            {**moments, "node": NoteKind.SURVEY_RATED},
        )
        found = ((Rating.of(row["detail"]), row["times"]) for row in rows)
        return Counter({rating: times for rating, times in found if rating})

    def _noted(self, moments: Mapping[str, str]) -> Mapping[str, int]:
        rows = self._rows(
            "SELECT node, count(DISTINCT call) AS calls FROM events "  # noqa: S608
            f"WHERE kind = 'noted' AND node IN (:off_duty, :surveyed) AND {_WITHIN} GROUP BY node",
            {**moments, "off_duty": NoteKind.AGENT_OFF_DUTY, "surveyed": NoteKind.SURVEY_ASKED},
        )
        return {row["node"]: row["calls"] for row in rows}

    def _messages(self, moments: Mapping[str, str]) -> Mapping[Written, int]:
        rows = self._rows(
            "SELECT channel, outcome, count(*) AS times FROM calls "  # noqa: S608 - ours
            f"WHERE NOT {BY_TELEPHONE} AND started >= :since AND started < :until AND ended IS NOT NULL GROUP BY 1, 2",
            moments,
        )
        return {Written(row["channel"], row["outcome"]): row["times"] for row in rows}

    def _waits(self, moments: Mapping[str, str]) -> Iterable[Wait]:
        waited = f"SELECT took_ms, result FROM events WHERE kind = 'waited' AND {_WITHIN}"  # noqa: S608 - ours
        yield from (Wait(row["took_ms"] // 1000, row["result"]) for row in self._rows(waited, moments))
        # Of before waits were events, only those are known who hung up while they waited.
        hung_up = (
            "SELECT at, (SELECT max(earlier.at) FROM events AS earlier WHERE earlier.call = events.call "  # noqa: S608
            "AND earlier.kind = 'ended' AND earlier.seq < events.seq) AS came FROM events "
            f"WHERE kind = 'ended' AND node = 'queue' AND detail LIKE '%while waiting' AND {_WITHIN} "
            "AND NOT EXISTS (SELECT 1 FROM events AS other WHERE other.call = events.call AND other.kind = 'waited')"
        )
        for row in self._rows(hung_up, moments):
            if row["came"]:
                waited_s = (datetime.fromisoformat(row["at"]) - datetime.fromisoformat(row["came"])).total_seconds()
                yield Wait(max(int(waited_s), 0), WaitEnd.HUNG_UP)

    def _sounds(self, moments: Mapping[str, str]) -> Iterable[Sound]:
        carried = f"SELECT {EVENT} FROM events WHERE kind = 'carried' AND {_WITHIN}"  # noqa: S608 - ours
        for row in self._rows(carried, moments):
            if isinstance(told := event(row), Carried):
                yield Sound(told.bad)


def _called_again(calls: list[Any]) -> frozenset[str]:
    """The ids of the calls whose caller called again within AGAIN; a withheld number can't be known again."""
    found, later = set(), dict[bytes, datetime]()
    for row in reversed(calls):
        caller, started = row["caller_hash"], datetime.fromisoformat(row["started"])
        if caller is None:
            continue
        if caller in later and later[caller] - started <= AGAIN:
            found.add(row["id"])
        later[caller] = started
    return frozenset(found)


def _fate(row: Any, answered: bool | None, again: frozenset[str]) -> Fate:
    """`answered`: whether a question was answered; None where none was asked."""
    if row["outcome"] is None:
        return Fate.GOING_ON
    outcome = Outcome(row["outcome"])
    if _OFF_DUTY in row["place"] and outcome is not Outcome.FAILED:
        return Fate.OFF_DUTY
    if outcome is Outcome.ABANDONED:
        return Fate.EARLY if answered is None and row["place"] != QUEUE else Fate.ABANDONED
    if outcome is Outcome.COMPLETED:
        if not answered:
            return Fate.UNANSWERED
        return Fate.AGAIN if row["id"] in again else Fate.SERVED
    return _BY_OUTCOME[outcome]
