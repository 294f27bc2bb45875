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
from agi.doors.web import ask
from agi.text.delivery import NotSent

SIGNED = "x-hub-signature-256"
_AGAIN_LATER = frozenset({1, 2, 4, 80007, 130429, 131000, 131016, 131056, 133004})
"""Codes of errors that pass: too much at once, or trouble at Meta's. All others are about this message."""
_THE_OFFICE_S = frozenset({0, 10, 190, 200})
"""Codes that are about the office's account (a token that has expired): answers wait until they are given up."""


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
    return dicts(told.get("entry") if isinstance(told, dict) else None)


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
        code = json.loads(body)["error"]["code"]
    except (ValueError, KeyError, TypeError):
        code = None
    passes = status >= 500 or status == 429 or code in _AGAIN_LATER or code in _THE_OFFICE_S
    return NotSent(f"Meta: HTTP {status}, code {code if isinstance(code, int) else '-'}", for_good=not passes)


def words(told: object) -> str:
    """`told` where it is a text, without what no file can hold: JSON may name half a character (`\\ud83d`)."""
    return told.encode(errors="replace").decode() if isinstance(told, str) else ""


def dicts(told: object) -> list[dict[str, Any]]:
    """The objects in `told`, where that is a list."""
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
