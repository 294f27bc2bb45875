"""What is counted of the calls begun in a stretch of time, so that stretches can be added up and kept as JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from agi.books.survey import Element, Rating


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
    OFF_DUTY = "off duty"  # wanted an agent outside their hours, and nothing else afterwards
    EARLY = "early"  # the caller hung up before any question: not counted
    GOING_ON = "going on"  # not counted


class Turn(NamedTuple):
    """How a turn went: the `sentence` that came last, and what was heard; `tenth` of its confidence, None of keys."""

    question: str
    sentence: str
    result: str
    mode: str
    tenth: int | None
    sure: int


class End(NamedTuple):
    """Where a call ended, and its outcome; "" while it goes on."""

    question: str
    outcome: str


class Choice(NamedTuple):
    """An option that was chosen."""

    question: str
    key: str


class Wait(NamedTuple):
    """A wait in the agents' queue, in whole seconds, and how it ended (a `WaitEnd`)."""

    seconds: int
    end: str


class Sound(NamedTuple):
    """Whether the sound of a call was carried badly."""

    bad: int


class Written(NamedTuple):
    """What became of a message (an `Outcome`), and its channel."""

    channel: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many calls began in each hour (UTC, "2026-11-24T13"), met which fate, ended where and came to which question;
    how many turns went how, which options were chosen, how long callers waited for an agent, how their sound was
    carried, how the survey's questions were rated, and in how many calls something was noted, by its kind (those of
    `counting` alone). All of that of calls; beside them what became of messages."""

    begun: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    ends: Counter[End] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)
    turns: Counter[Turn] = field(default_factory=Counter)
    chosen: Counter[Choice] = field(default_factory=Counter)
    waits: Counter[Wait] = field(default_factory=Counter)
    sounds: Counter[Sound] = field(default_factory=Counter)
    ratings: Counter[Rating] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    messages: Counter[Written] = field(default_factory=Counter)

    @classmethod
    def of(cls, parts: Iterable["Tally"]) -> "Tally":
        """All of them together."""
        total = cls()
        for part in parts:
            total.begun.update(part.begun)
            total.fates.update(part.fates)
            total.ends.update(part.ends)
            total.came.update(part.came)
            total.turns.update(part.turns)
            total.chosen.update(part.chosen)
            total.waits.update(part.waits)
            total.sounds.update(part.sounds)
            total.ratings.update(part.ratings)
            total.noted.update(part.noted)
            total.messages.update(part.messages)
        return total

    def packed(self) -> dict[str, list[Any]]:
        """As JSON holds it."""
        plain = {"begun": self.begun, "fates": self.fates, "came": self.came, "noted": self.noted}
        rows: dict[str, Counter[Any]] = {"ends": self.ends, "turns": self.turns, "chosen": self.chosen}
        rows |= {"waits": self.waits, "sounds": self.sounds, "ratings": self.ratings, "messages": self.messages}
        return {
            **{name: list(counter.items()) for name, counter in plain.items()},
            **{name: [[*key, count] for key, count in counter.items()] for name, counter in rows.items()},
        }

    @classmethod
    def unpacked(cls, packed: Mapping[str, list[Any]]) -> "Tally":
        """What `packed` made. Raises KeyError, TypeError, ValueError where it is something else."""
        return cls(
            Counter(dict(packed["begun"])),
            Counter(dict(packed["fates"])),
            Counter({End(*key): count for *key, count in packed["ends"]}),
            Counter(dict(packed["came"])),
            Counter({Turn(*key): count for *key, count in packed["turns"]}),
            Counter({Choice(*key): count for *key, count in packed["chosen"]}),
            Counter({Wait(*key): count for *key, count in packed["waits"]}),
            Counter({Sound(*key): count for *key, count in packed["sounds"]}),
            Counter({Rating(Element(element), grade): count for element, grade, count in packed["ratings"]}),
            Counter(dict(packed["noted"])),
            Counter({Written(*key): count for *key, count in packed["messages"]}),
        )
