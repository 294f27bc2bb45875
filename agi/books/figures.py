"""What callers met in a period, as supervisors read it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agi.books.events import NoteKind, Outcome
from agi.books.tally import End, Fate, Sound, Tally, Turn, Wait, Written

NOT_COUNTED = frozenset({Fate.EARLY, Fate.GOING_ON})


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
class Messages:
    """Messages by a `channel`: how many, and how many were answered, not understood, locked out or failed."""

    channel: str
    came: int
    answered: int
    not_understood: int
    locked: int
    failed: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all calls begun in a period. `begun`: how many in each hour (UTC). `troubles`: the worst first. `waits`: those
    in the agents' queue, by how often. `carried`: calls whose sound is known, and how many had a `bad` one. `off_duty`:
    calls in which an agent was wanted outside their hours. `messages`: beside the calls, the most first.
    """

    begun: Mapping[datetime, int]
    fates: Mapping[Fate, int]
    reached: tuple[Reached, ...]
    troubles: tuple[Trouble, ...]
    by_keys: int
    by_voice: int
    confidence: tuple[Confidence, ...]
    waits: Mapping[Wait, int]
    carried: int
    bad: int
    off_duty: int
    messages: tuple[Messages, ...]

    @classmethod
    def of(cls, tally: Tally) -> "Figures":
        """What was counted, as it is read."""
        modes = Counter[str]()
        for turn, count in tally.turns.items():
            modes[turn.mode] += count
        return cls(
            begun={datetime.fromisoformat(f"{hour}:00+00:00"): calls for hour, calls in tally.begun.items()},
            fates={Fate(fate): calls for fate, calls in tally.fates.items()},
            reached=_reached(tally),
            troubles=_troubles(tally.turns),
            by_keys=modes["keys"],
            by_voice=modes["speech"],
            confidence=_confidence(tally.turns),
            waits=tally.waits,
            carried=tally.sounds.total(),
            bad=tally.sounds[Sound(True)],
            off_duty=tally.noted[NoteKind.AGENT_OFF_DUTY],
            messages=_messages(tally.messages),
        )

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
        return self.fates.get(Fate.SERVED, 0) / self.counted if self.counted else None


def _messages(written: Mapping[Written, int]) -> tuple[Messages, ...]:
    by_channel: dict[str, Counter[str]] = {}
    for (channel, outcome), count in written.items():
        by_channel.setdefault(channel, Counter())[outcome] += count
    ends = (Outcome.COMPLETED, Outcome.GAVE_UP, Outcome.LOCKED_OUT, Outcome.FAILED)
    found = (Messages(channel, came.total(), *(came[end] for end in ends)) for channel, came in by_channel.items())
    return tuple(sorted(found, key=lambda one: (-one.came, one.channel)))


def _reached(tally: Tally) -> tuple[Reached, ...]:
    def ended(question: str, *outcomes: Outcome) -> int:
        return sum(tally.ends[End(question, outcome)] for outcome in outcomes)

    found = [
        Reached(
            question,
            calls,
            ended(question, Outcome.ABANDONED),
            ended(question, Outcome.GAVE_UP, Outcome.LOCKED_OUT),
            ended(question, Outcome.FAILED),
        )
        for question, calls in tally.came.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.calls, one.question)))


def _troubles(turns: Mapping[Turn, int]) -> tuple[Trouble, ...]:
    asked, silent, unfit = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for turn, count in turns.items():
        of = turn.question, turn.sentence
        asked[of] += count
        silent[of] += count * (turn.result == "no-input")
        unfit[of] += count * (turn.result == "no-match")
    found = [Trouble(*of, count, silent[of], unfit[of]) for of, count in asked.items() if silent[of] + unfit[of]]
    return tuple(sorted(found, key=lambda one: (-(one.no_inputs + one.no_matches), -one.share, one.sentence)))


def _confidence(turns: Mapping[Turn, int]) -> tuple[Confidence, ...]:
    answers, sure = Counter[int](), Counter[int]()
    for turn, count in turns.items():
        if turn.tenth is not None:
            answers[turn.tenth] += count
            sure[turn.tenth] += count * turn.sure
    return tuple(Confidence(tenth, answers[tenth], sure[tenth]) for tenth in range(10)) if answers else ()
