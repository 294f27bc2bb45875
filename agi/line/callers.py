"""The account that a call came from."""

import re

_ACCOUNT = re.compile(r"PJSIP/(tester[0-9]+|hp-[a-z0-9._-]+|browser|[0-9]+)-[0-9a-f]{8}")


def account(channel: str) -> str:
    """The account of a channel ("PJSIP/tester1-0000002a"): a tester's (with a browser, too) or an agent's, else ""."""
    named = _ACCOUNT.fullmatch(channel)
    return named[1] if named else ""
