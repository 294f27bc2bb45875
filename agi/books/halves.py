"""Numbers that wait for what proves them, where nothing is kept; the mailbox keeps those of messages that came."""

from datetime import datetime

from agi.books.ports import Half


class MemoryHalves:
    """`ports.Halves` in memory: for messages that are tried, of which nothing is kept."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Half, datetime]] = {}

    def half(self, sender: str, since: datetime) -> Half | None:
        """See `Halves`."""
        half, at = self._kept.get(sender, (None, since))
        return half if at >= since else None

    def keep_half(self, sender: str, subject: str, number: str, at: datetime) -> None:
        """See `Halves`."""
        self._kept[sender] = (Half(subject, number), at)

    def drop_half(self, sender: str) -> None:
        """See `Halves`."""
        self._kept.pop(sender, None)
