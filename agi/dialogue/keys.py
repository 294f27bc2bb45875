"""The keys of one call, in one queue: each counts once, whichever way it came."""

from collections import deque
from collections.abc import Iterable

DIGITS = "0123456789"

KEYS = DIGITS + "*#"
"""All keys of a caller's telephone. DTMF (ITU-T Q.23) knows A to D too, which exchanges send among themselves: they say
nothing here, and the queue leaves them out."""


class KeyQueue:
    """Keys pressed and not yet taken, the oldest first.

    `hash_is_habit`: the last turn ended without `#`: one that comes before any other key still belongs to that turn.
    """

    def __init__(self, *, hash_is_habit: bool = False) -> None:
        self._waiting = deque[str]()
        self.hash_is_habit = hash_is_habit

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def waiting(self) -> str:
        """The keys in the queue."""
        return "".join(self._waiting)

    def put(self, pressed: str) -> None:
        """Keys that were seen for the first time."""
        self._waiting.extend(key for key in pressed if key in KEYS)

    def put_back(self, keys: Iterable[str]) -> None:
        """Keys that were taken and are to be taken again, in their order."""
        self._waiting.extendleft(reversed(tuple(keys)))

    def take(self) -> str:
        """The oldest key. Raises IndexError when there is none."""
        return self._waiting.popleft()

    def flush(self) -> None:
        """Throw away what was typed ahead."""
        self._waiting.clear()
        self.hash_is_habit = False
