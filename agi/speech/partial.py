"""Where a turn stands while the caller may still be talking."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Partial:
    """`speaking`: the caller talks now. `started`: speech was heard in this turn. `complete`: what was heard so far
    is a whole answer. `ended`: the answer is over, ask for it with `finish`. `text` is private on questions for
    numbers.
    """

    text: str
    speaking: bool
    started: bool
    complete: bool
    ended: bool
