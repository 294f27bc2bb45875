"""What Meta's networks have in common: how webhooks are proven and signed, and what their API refuses.

Facts of Meta's documentation: a webhook's signature is the HMAC of its raw bytes; what is not answered with 200 comes
again for up to seven days, and may come twice anyway.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from agi.doors.door import Called, Refused
from agi.doors.odd import dicts, fields
from agi.doors.web import ask
from agi.text.delivery import NotSent

SIGNED = "x-hub-signature-256"
_AGAIN_LATER = frozenset({1, 2, 4, 613, 80007, 130429, 131000, 131016, 131056, 133004})
"""Codes of errors that pass: too much at once, or trouble at Meta's. All others are about this message."""
_THE_OFFICE_S = frozenset({0, 10, 190, 200, 1893063})
"""Codes that are about the office's account (a token that has expired): answers wait until they are given up."""
_TOO_LATE = 2018278
"""The code below code 10 that is no matter of the account: 24 hours after a citizen's last message are over."""


def challenge(query: Mapping[str, str], verify_token: str) -> str:
    """What Meta is answered who asks whether this is the office's address. Raises Refused for anybody else."""
    shown = query.get("hub.verify_token", "").encode()
    if not hmac.compare_digest(shown, verify_token.encode()) or query.get("hub.mode") != "subscribe":
        raise Refused("it does not show the office's word")
    return query.get("hub.challenge", "")


def signature(raw: bytes, app_secret: str) -> str:
    """What Meta sends along with these raw bytes."""
    return f"sha256={hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()}"


def signed(call: Called, app_secret: str) -> list[dict[str, Any]]:
    """The entries of a webhook that Meta has signed. Raises Refused."""
    shown = call.headers.get(SIGNED, "")
    if not hmac.compare_digest(signature(call.raw, app_secret).encode(), shown.encode()):
        raise Refused("the signature is wrong")
    try:
        told = json.loads(call.raw)
    except ValueError:
        raise Refused("it is no JSON") from None
    return dicts(fields(told).get("entry"))


def graph(url: str, message: object, token: str) -> bytes:
    """What Meta's API answers at `url`, where `message` is posted if there is one. Raises NotSent."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    told = ask(url, None if message is None else json.dumps(message).encode(), headers)
    if told.status >= 300:
        raise _not_sent(told.status, told.body)
    return told.body


def _not_sent(status: int, body: bytes) -> NotSent:
    """Why Meta did not take a message; of what it says the code alone is kept, for its words may hold a number."""
    try:
        error = json.loads(body)["error"]
        codes = {code for code in (error.get("code"), error.get("error_subcode")) if isinstance(code, int)}
    except (ValueError, KeyError, TypeError, AttributeError):
        codes = set()
    passes = (
        not 400 <= status < 500 or status == 429 or (codes & (_AGAIN_LATER | _THE_OFFICE_S) and _TOO_LATE not in codes)
    )
    named = "/".join(map(str, sorted(codes))) or "-"
    return NotSent(f"Meta: HTTP {status}, code {named}", for_good=not passes)
