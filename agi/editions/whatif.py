"""What recorded calls would meet in a draft: who comes elsewhere, presses what is gone, gets an agent, waits longer."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from agi.books.events import Asked, Event
from agi.editions.replayed import Replayed, Verdict, Version
from agi.editions.replaying import replay

NOTICED_S = 1.0
"""Seconds from which on a call counts as longer or shorter."""
EXAMPLES = 5


class Left(StrEnum):
    """Why a call can't be had again."""

    NO_PATH = "no path"  # nothing was asked in it, or its record names no edition: written by an earlier program
    NO_EDITION = "no edition"  # what callers heard then is no longer kept
    UNCLEAR = "unclear"  # the record does not explain how it went


@dataclass(frozen=True, slots=True)
class Example:
    """A call that would go otherwise, by its id, and how many others would in the same way; its `edition`."""

    call: str
    edition: int
    replayed: Replayed
    others: int


@dataclass(frozen=True, slots=True)
class Waits:
    """How many listen longer (or shorter), by how many seconds on average, and at the most."""

    calls: int = 0
    mean_s: float = 0.0
    most_s: float = 0.0

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Waits":
        """Of these, each above nothing."""
        return cls(len(seconds), sum(seconds) / len(seconds), max(seconds)) if seconds else cls()


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Of `calls` looked at: `left` by why they can't be had again; the others by what becomes of them.

    `agents_then`, `agents_now`: who came, and would come, to an agent. `lost_agent` would no longer; of
    `agents_unknown`, who go another way before, nobody knows. `guessed`: sentences whose length is reckoned by their
    words, since nobody has spoken them yet.
    """

    calls: int
    left: Counter[Left]
    verdicts: Counter[Verdict]
    agents_then: int
    agents_now: int
    lost_agent: int
    agents_unknown: int
    longer: Waits
    shorter: Waits
    examples: tuple[Example, ...]
    guessed: int = 0

    @property
    def replayed(self) -> int:
        """How many were had again."""
        return sum(self.verdicts.values())

    @property
    def unchanged(self) -> int:
        """How many come to the same, and need not listen longer."""
        return self.verdicts[Verdict.SAME] - self.longer.calls


@dataclass(slots=True)
class Count:
    """Counts calls as they are had again with the edition `now`; `tries`: those of the settings."""

    now: Version
    tries: int
    _calls: int = 0
    _left: Counter[Left] = field(default_factory=Counter)
    _done: list[tuple[str, int, Replayed]] = field(default_factory=list)

    def add(self, call: str, edition: int, events: Sequence[Event], then: Version | None) -> None:
        """Have the call with this id again; `then`: what it met, None where that is no longer kept."""
        self._calls += 1
        if not edition or not any(isinstance(event, Asked) for event in events):
            self._left[Left.NO_PATH] += 1
        elif then is None:
            self._left[Left.NO_EDITION] += 1
        else:
            replayed = replay(events, then, self.now, self.tries)
            if replayed.verdict is Verdict.UNCLEAR:
                self._left[Left.UNCLEAR] += 1
            else:
                self._done.append((call, edition, replayed))

    def result(self, guessed: int = 0) -> WhatIf:
        """All that was counted."""
        all_of_them = [replayed for _, _, replayed in self._done]
        longer = [one.longer_s for one in all_of_them]
        lost, won = sum(one.lost_agent for one in all_of_them), sum(one.won_agent for one in all_of_them)
        agents, unknown = (sum(one.reached_agent for one in all_of_them), sum(one.later_agent for one in all_of_them))
        return WhatIf(
            self._calls,
            self._left,
            Counter(one.verdict for one in all_of_them),
            agents + unknown,
            agents - lost + won,
            lost,
            unknown,
            Waits.of([one for one in longer if one >= NOTICED_S]),
            Waits.of([-one for one in longer if one <= -NOTICED_S]),
            _examples(self._done),
            guessed,
        )


def _examples(done: Iterable[tuple[str, int, Replayed]]) -> tuple[Example, ...]:
    """The calls that change most, each for all that change in the same way; then those that listen longest."""
    changed = [one for one in done if one[2].verdict is not Verdict.SAME or one[2].longer_s >= NOTICED_S]
    alike = Counter(_change(one) for _, _, one in changed)
    first: dict[object, tuple[str, int, Replayed]] = {}
    for one in sorted(changed, key=lambda one: (one[2].weight, alike[_change(one[2])]), reverse=True):
        first.setdefault(_change(one[2]), one)
    chosen = list(first.values())[:EXAMPLES]
    return tuple(Example(call, edition, one, alike[_change(one)] - 1) for call, edition, one in chosen)


def _change(one: Replayed) -> object:
    """What is the same in calls that change in the same way."""
    return one.verdict, one.step, one.then, one.now
