"""What callers met in a period, counted from the records of their calls."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from agi.books.events import QUEUE, Outcome
from agi.books.reader import CallReader
from agi.books.rows import stored

AGAIN = timedelta(hours=24)
"""Who calls again within this time had not been served."""
_TO_THE_HOUR = len("2026-11-24T13")
_HANDED_OVER = timedelta(hours=2)
"""So long after a hand-over a call may still be with the agents."""


class Fate(StrEnum):
    """What became of a call, told honestly; each call has one."""

    SERVED = "served"  # completed, with a question answered, and no second call within AGAIN
    HANDED = "handed"  # agents took it
    AGAIN = "again"  # completed, but its caller called again within AGAIN
    UNANSWERED = "unanswered"  # completed without any question answered
    ABANDONED = "abandoned"  # the caller hung up after a question
    GAVE_UP = "gave up"
    FAILED = "failed"
    LOCKED_OUT = "locked out"
    EARLY = "early"  # the caller hung up before any question: not counted
    GOING_ON = "going on"  # not counted


NOT_COUNTED = frozenset({Fate.EARLY, Fate.GOING_ON})
_BY_OUTCOME: Mapping[Outcome, Fate] = {
    Outcome.TRANSFERRED: Fate.HANDED,
    Outcome.GAVE_UP: Fate.GAVE_UP,
    Outcome.FAILED: Fate.FAILED,
    Outcome.LOCKED_OUT: Fate.LOCKED_OUT,
}


@dataclass(frozen=True, slots=True)
class Now:
    """At this moment: calls with the hotline, and calls handed to the agents (waiting or talking)."""

    talking: int
    handed: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """How often the `sentence` of a `question` came last in a turn, and nothing, or nothing that fits, was heard."""

    question: str
    sentence: str
    asked: int
    no_inputs: int
    no_matches: int

    @property
    def share(self) -> float:
        """Of the turns, those that went wrong: 0 to 1."""
        return (self.no_inputs + self.no_matches) / self.asked


@dataclass(frozen=True, slots=True)
class Reached:
    """How many calls came to a `question`, and how many ended there, by how."""

    question: str
    calls: int
    hung_up: int
    gave_up: int
    failed: int


@dataclass(frozen=True, slots=True)
class Confidence:
    """Spoken answers whose confidence is `tenth` tenths or more and less than the next; `sure`: not asked back."""

    tenth: int
    answers: int
    sure: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all calls begun in a period. `begun`: how many in each hour (UTC). `troubles`: the worst first. Callers
    who hung up in the agents' queue had waited `gave_up_waits_s` seconds; how long others waited is not recorded."""

    begun: Mapping[datetime, int]
    fates: Mapping[Fate, int]
    reached: tuple[Reached, ...]
    troubles: tuple[Trouble, ...]
    by_keys: int
    by_voice: int
    confidence: tuple[Confidence, ...]
    gave_up_waits_s: tuple[float, ...]

    @property
    def calls(self) -> int:
        """All of them."""
        return sum(self.begun.values())

    @property
    def counted(self) -> int:
        """Calls of which it can be told whether they were served."""
        return sum(count for fate, count in self.fates.items() if fate not in NOT_COUNTED)

    @property
    def served_share(self) -> float | None:
        """Of the calls that count, those that were served: 0 to 1; None without any."""
        return self.fates[Fate.SERVED] / self.counted if self.counted else None


class CallFigures(CallReader):
    """A reader that counts."""

    def now(self, at: datetime) -> Now:
        """The calls of the moment `at`. Raises BookUnreadable."""
        handed = """SELECT count(*) AS calls FROM calls WHERE started >= ? AND ended IS NOT NULL
            AND outcome IN (?, ?) AND place <> ? AND afterwards = ''"""
        values = (stored(at - _HANDED_OVER), Outcome.TRANSFERRED, Outcome.GAVE_UP, QUEUE)
        rows = self._rows(handed, values)
        return Now(len(self.open_calls()), rows[0]["calls"] if rows else 0)

    def figures(self, since: datetime, until: datetime) -> Figures:
        """Those of the calls begun from `since` to before `until`. Raises BookUnreadable."""
        moments = {"since": stored(since), "until": stored(until)}
        within = "call IN (SELECT id FROM calls WHERE started >= :since AND started < :until)"
        calls = self._rows(
            "SELECT id, caller_hash, started, outcome, place FROM calls "
            "WHERE started >= :since AND started < :later ORDER BY started",
            {**moments, "later": stored(until + AGAIN)},
        )
        answered = {
            row["call"]: bool(row["answered"])
            for row in self._rows(
                "SELECT call, max(result = 'match') AS answered FROM events "  # noqa: S608 - ours
                f"WHERE kind = 'asked' AND {within} GROUP BY call",
                moments,
            )
        }
        turns = self._rows(
            "SELECT node, coalesce(json_extract(prompts, '$[#-1][0]'), '') AS sentence, result, mode, "  # noqa: S608
            "min(CAST(confidence * 10 AS INTEGER), 9) AS tenth, sure, count(*) AS turns "
            f"FROM events WHERE kind = 'asked' AND {within} GROUP BY 1, 2, 3, 4, 5, 6",
            moments,
        )
        came = self._rows(
            "SELECT node, count(DISTINCT call) AS calls FROM events "  # noqa: S608
            f"WHERE kind = 'asked' AND {within} GROUP BY node",
            moments,
        )
        own = [row for row in calls if row["started"] < moments["until"]]
        begun = Counter(row["started"][:_TO_THE_HOUR] for row in own)
        again = _called_again(calls)
        modes = _counted((row["mode"], row["turns"]) for row in turns)
        return Figures(
            begun={datetime.fromisoformat(f"{hour}:00+00:00"): calls for hour, calls in begun.items()},
            fates=Counter(_fate(row, answered.get(row["id"]), again) for row in own),
            reached=_reached(own, came),
            troubles=_troubles(turns),
            by_keys=modes["keys"],
            by_voice=modes["speech"],
            confidence=_confidence(turns),
            gave_up_waits_s=tuple(self._waits(moments, within)),
        )

    def chosen(self, since: datetime) -> Mapping[tuple[str, str], int]:
        """How many answers chose an option, by question and key, since then. Raises BookError."""
        rows = self._rows(
            "SELECT node, value, count(*) AS times FROM events WHERE kind = 'asked' AND result = 'match' "
            "AND length(value) = 1 AND at >= ? GROUP BY node, value",
            (stored(since),),
        )
        return {(row["node"], row["value"]): row["times"] for row in rows}

    def _waits(self, moments: Mapping[str, str], within: str) -> Iterable[float]:
        rows = self._rows(
            "SELECT at, (SELECT max(earlier.at) FROM events AS earlier WHERE earlier.call = events.call "  # noqa: S608
            "AND earlier.kind = 'ended' AND earlier.seq < events.seq) AS came FROM events "
            f"WHERE kind = 'ended' AND node = 'queue' AND detail LIKE '%while waiting' AND {within}",
            moments,
        )
        for row in rows:
            if row["came"]:
                yield max((datetime.fromisoformat(row["at"]) - datetime.fromisoformat(row["came"])).total_seconds(), 0)


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
    if outcome is Outcome.ABANDONED:
        return Fate.EARLY if answered is None and row["place"] != QUEUE else Fate.ABANDONED
    if outcome is Outcome.COMPLETED:
        if not answered:
            return Fate.UNANSWERED
        return Fate.AGAIN if row["id"] in again else Fate.SERVED
    return _BY_OUTCOME[outcome]


def _counted(counts: Iterable[tuple[str, int]]) -> Counter[str]:
    found = Counter[str]()
    for name, count in counts:
        found[name] += count
    return found


def _reached(calls: list[Any], came: list[Any]) -> tuple[Reached, ...]:
    ends = Counter((row["place"], row["outcome"]) for row in calls)
    found = [
        Reached(
            node := row["node"],
            row["calls"],
            ends[node, Outcome.ABANDONED],
            ends[node, Outcome.GAVE_UP] + ends[node, Outcome.LOCKED_OUT],
            ends[node, Outcome.FAILED],
        )
        for row in came
    ]
    return tuple(sorted(found, key=lambda one: -one.calls))


def _troubles(turns: list[Any]) -> tuple[Trouble, ...]:
    asked, silent, unfit = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in turns:
        of = row["node"], row["sentence"]
        asked[of] += row["turns"]
        silent[of] += row["turns"] * (row["result"] == "no-input")
        unfit[of] += row["turns"] * (row["result"] == "no-match")
    found = [Trouble(*of, count, silent[of], unfit[of]) for of, count in asked.items() if silent[of] + unfit[of]]
    return tuple(sorted(found, key=lambda one: (-(one.no_inputs + one.no_matches), -one.share)))


def _confidence(turns: list[Any]) -> tuple[Confidence, ...]:
    answers, sure = Counter[int](), Counter[int]()
    for row in turns:
        if row["tenth"] is not None:
            answers[row["tenth"]] += row["turns"]
            sure[row["tenth"]] += row["turns"] * row["sure"]
    return tuple(Confidence(tenth, answers[tenth], sure[tenth]) for tenth in range(10)) if answers else ()
