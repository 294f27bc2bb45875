"""Things that are handed out by a token, which works once and not for long."""

import secrets
import threading
import time
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """What waits for who has its token, at most `kept_s` seconds; of each owner the last alone."""

    def __init__(self, kept_s: float) -> None:
        self._kept_s = kept_s
        self._lock = threading.Lock()
        self._of: dict[str, tuple[str, T, float]] = {}

    def put(self, owner: str, thing: T) -> str:
        """The token of `thing`; those before it for the same owner are good no more."""
        token, now = secrets.token_urlsafe(24), time.monotonic()
        with self._lock:
            kept = {key: one for key, one in self._of.items() if one[2] > now and one[0] != owner}
            self._of = {**kept, token: (owner, thing, now + self._kept_s)}
        return token

    def take(self, token: str, owner: str | None = None) -> T | None:
        """What waits under `token`, once; None where it does not, or is another `owner`'s."""
        with self._lock:
            found = self._of.pop(token, None)
        if found is None or found[2] <= time.monotonic() or owner not in (None, found[0]):
            return None
        return found[1]
