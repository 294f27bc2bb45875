"""The channel variables that the line shares with the dialplan, which says of each what it is (extensions.conf)."""

NEXT = "HOTLINE_NEXT"
KEYS = "HOTLINE_KEYS"
FAILURES = "HOTLINE_FAILURES"
TALKED = "HOTLINE_TALKED"
SLOW = "HOTLINE_SLOW"
PAGE = "HOTLINE_PAGE"
DRAFT = "HOTLINE_DRAFT"
LANGUAGE = "CHANNEL(language)"
"""Asterisk's own: where the sounds that it plays by itself are, which for a call is its edition."""
SHOWN_CASE = "HOTLINE_CASE"
FAULT = "HOTLINE_FAULT"
KEPT = "HOTLINE_KEPT"
QUEUED = "HOTLINE_QUEUED"
JOINED = "HOTLINE_JOINED"
CALLBACK = "HOTLINE_CALLBACK"
DIAL, DIAL_ACCOUNT = "HOTLINE_DIAL", "HOTLINE_DIAL_ACCOUNT"
HELD = "QEHOLDTIME"
"""Asterisk's own, by queues.conf: the seconds that the caller waited until an agent answered."""
AGENT = "MEMBERINTERFACE"
"""Asterisk's own, by queues.conf: the telephone of the agent who has talked with the caller."""


def of_case(part: str) -> str:
    """The variable for a part of a `Case`."""
    return f"HOTLINE_{part.upper()}"


def inherited(name: str) -> str:
    """`name` as it is set so that the channels which this one calls (an agent's telephone) have it too."""
    return f"__{name}"
