"""Where a turn stands while its recogniser listens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`speaking`: the caller talks now. `started`: speech was heard in this turn. `ended`: the answer is over, ask for
    it with `finish`.
    """

    speaking: bool
    started: bool
    ended: bool
