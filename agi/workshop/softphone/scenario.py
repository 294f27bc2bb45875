"""A whole call in plain words: who calls, what is heard and done step by step, and what its record must say.

`agi.workshop.softphone.scenariofile` reads it from YAML.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from agi.books.events import Outcome


class ScenarioError(Exception):
    """A scenario that can't be run; every line of the text names file and line and says what to do."""


SPEAKER, LEVEL_DBOV = "pria", -26.0
"""Who speaks where a scenario does not say, and how loudly: as telephone networks are planned for (ITU-T G.168)."""


class Do(StrEnum):
    """What a step does, by the word that a scenario uses."""

    HEAR = "hear"
    HEAR_WHOLE = "hear whole"
    PRESS = "press"
    SAY = "say"
    COUGH = "cough"
    NOISE = "noise"
    WAIT = "wait"
    SILENCE = "silence"
    HANG_UP = "hang up"
    THEY_HANG_UP = "they hang up"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `text` is a key, keys to press, or what is said; `seconds` a time."""

    line: int
    do: Do
    text: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def __str__(self) -> str:
        if self.do in (Do.WAIT, Do.SILENCE, Do.NOISE):
            return f"{self.do} {self.seconds:g} s"
        return " ".join([self.do, self.text, *(f"{name}={value}" for name, value in self.places.items())]).rstrip()


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent on duty: signs in, and answers or lets it ring."""

    user: str
    answers: bool


@dataclass(frozen=True, slots=True)
class Expect:
    """What the record of the call must say; what is left out may be anything."""

    outcome: Outcome | None = None
    where: str = ""
    afterwards: str = ""
    events: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    case: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One call. `agents` None: it does not matter who is on duty. `voice`: who speaks, a name of `SPEAKERS`.

    `level_dbov`: how loudly (active speech level by ITU-T P.56). `beside`: what is heard behind the caller for the
    whole call, a name of `BESIDE`; nothing if empty.
    """

    file: Path
    title: str
    steps: tuple[Step, ...]
    expect: Expect
    agents: tuple[Agent, ...] | None = None
    voice: str = SPEAKER
    level_dbov: float = LEVEL_DBOV
    beside: str = ""
