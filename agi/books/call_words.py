"""The words of call records: how a call ended, what happened in it, what a reader gets back."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Value = str | int | date


class Outcome(StrEnum):
    """How a call ended."""

    COMPLETED = "completed"
    TRANSFERRED = "transferred"
    ABANDONED = "abandoned"
    GAVE_UP = "gave up"
    FAILED = "failed"
    LOCKED_OUT = "locked out"


class Kind(StrEnum):
    """What an event is."""

    SAID = "said"
    ASKED = "asked"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a call. Nothing here may hold a NIK, KK digits or a PIN in clear.

    `prompts` is made by `pack`; `value` is masked or ""; `took_ms` counts from the start of the prompt to the
    end of the answer; `attempt` counts from 1, 0 where there was no question.
    """

    at: datetime
    kind: Kind
    node: str = ""
    prompts: str = "[]"
    result: str = ""
    mode: str = ""
    attempt: int = 0
    value: str = ""
    took_ms: int = 0
    detail: str = ""


def pack(prompts: Iterable[tuple[str, Mapping[str, Value]]]) -> str:
    """Prompts as an event keeps them: a JSON list of [key, places]; a date becomes {"date": "YYYY-MM-DD"}."""
    return json.dumps(
        [
            [key, {k: {"date": v.isoformat()} if isinstance(v, date) else v for k, v in places.items()}]
            for key, places in prompts
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def unpack(packed: str) -> list[tuple[str, dict[str, Value]]]:
    """The reverse of `pack`."""
    return [
        (key, {k: date.fromisoformat(v["date"]) if isinstance(v, dict) else v for k, v in places.items()})
        for key, places in json.loads(packed)
    ]


QUEUE = "queue"
"""The node name of the agents' queue, in events and as the `where` of an end."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it stands in the book. Numbers are masked; `ended` and `outcome` are None while it goes on."""

    id: str
    caller: str
    started: datetime
    ended: datetime | None
    outcome: Outcome | None
    where: str
    why: str
    afterwards: str
    about: str

    @property
    def lasted_s(self) -> float | None:
        """Seconds from begin to end by the clock on the wall, never negative; None while the call goes on."""
        return None if self.ended is None else max((self.ended - self.started).total_seconds(), 0.0)
