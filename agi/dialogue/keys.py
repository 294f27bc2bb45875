"""The keys of one call, in one queue: each counts once, whichever way it came."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

DIGITS = "0123456789"

KEYS = DIGITS + "*#"
"""All keys of a caller's telephone. DTMF (ITU-T Q.23) knows A to D too, which exchanges send among themselves: they say
nothing here, and the queue leaves them out."""


class Source(StrEnum):
    """Where a key was seen."""

    KEYPAD = "keypad"  # HOTLINE_KEYS, the result of an AGI command, a line of a terminal
    AUDIOSOCKET = "audiosocket"


@dataclass(frozen=True, slots=True)
class Key:
    """One key, private: `number` counts the keys of its source from 1."""

    number: int
    source: Source
    digit: str


class KeyQueue:
    """Keys pressed and not yet taken, the oldest first.

    `hash_is_habit`: the last turn ended without `#`: one that comes before any other key still belongs to that turn.
    """

    def __init__(self, waiting: Iterable[Key] = (), *, hash_is_habit: bool = False) -> None:
        self._waiting = deque(waiting)
        self._counts = dict.fromkeys(Source, 0)
        self.hash_is_habit = hash_is_habit

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def waiting(self) -> tuple[Key, ...]:
        """The keys in the queue."""
        return tuple(self._waiting)

    def put(self, pressed: str, source: Source) -> None:
        """Keys that `source` has seen, each for the first time."""
        for digit in pressed:
            if digit in KEYS:
                self._counts[source] += 1
                self._waiting.append(Key(self._counts[source], source, digit))

    def put_back(self, keys: Iterable[Key]) -> None:
        """Keys that were taken and are to be taken again, in their order."""
        self._waiting.extendleft(reversed(tuple(keys)))

    def take(self) -> Key:
        """The oldest key. Raises IndexError when there is none."""
        return self._waiting.popleft()

    def flush(self) -> None:
        """Throw away what was typed ahead."""
        self._waiting.clear()
        self.hash_is_habit = False
