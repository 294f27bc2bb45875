"""The time as books keep it."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Tells the time (UTC)."""


def to_the_millisecond(at: datetime) -> datetime:
    """`at` as a book gives it back."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
