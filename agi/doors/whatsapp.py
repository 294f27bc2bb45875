"""WhatsApp Business Cloud API: messages come by webhook, signed; answers go out by HTTPS.

Facts of Meta's documentation: a webhook's signature is the HMAC of its raw bytes; what is not answered with 200 comes
again for up to seven days, and may come twice anyway; people with a user name may have no telephone number, but an id;
of what was sent, a webhook tells later, with the words (`biz_opaque_callback_data`) that went along.
"""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, NamedTuple

from agi.books.mailbox import Incoming
from agi.ops.whatsapp import secrets
from agi.settings import Settings
from agi.text.delivery import NotSent

LONGEST_WEBHOOK = 3_000_000
"""Bytes, as Meta says."""
LONGEST_TEXT = 4096
"""Characters of one message."""
_LIMIT_S = 10.0
_LONGEST_ANSWER = 100_000
_AGAIN_LATER = frozenset({1, 2, 4, 80007, 130429, 131000, 131016, 131056, 133004})
"""Codes of errors that pass: too much at once, or trouble at Meta's. All others are about this message."""
_THE_OFFICE_S = frozenset({0, 10, 190, 200})
"""Codes that are about the office's account (a token that has expired): answers wait until they are given up."""


class Refused(Exception):
    """A webhook that is not Meta's; the text is for the log."""


class Came(NamedTuple):
    """What one webhook brought: messages, and the tokens of answers that have been taken."""

    messages: tuple[Incoming, ...]
    taken: tuple[str, ...]


@dataclass(frozen=True)
class WhatsApp:
    """The door of one number of the office's. `graph`: where Meta's API is, with its version."""

    graph: str
    number_id: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)

    name = channel = "whatsapp"
    again_in_doubt = True

    @classmethod
    def of(cls, settings: Settings) -> "WhatsApp | None":
        """As it is set up; None where it is not."""
        kept = secrets(settings)
        setup = settings.whatsapp
        return cls(setup.graph.rstrip("/"), setup.number_id, *kept) if kept else None

    # ---- in ----

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """What Meta is answered who asks whether this is the office's address; None for anybody else."""
        shown = query.get("hub.verify_token", "").encode()
        known = hmac.compare_digest(shown, self.verify_token.encode())
        return query.get("hub.challenge", "") if known and query.get("hub.mode") == "subscribe" else None

    def came(self, raw: bytes, signature: str) -> Came:
        """What the webhook with these raw bytes brought; what is odd in it is left out. Raises Refused."""
        if not hmac.compare_digest(self.signature(raw).encode(), signature.encode()):
            raise Refused("the signature is wrong")
        try:
            told = json.loads(raw)
        except ValueError:
            raise Refused("it is no JSON") from None
        messages: list[Incoming] = []
        taken: list[str] = []
        for value in _values(told):
            messages += filter(None, map(self._message, _dicts(value.get("messages"))))
            taken += [
                _words(one.get("biz_opaque_callback_data"))
                for one in _dicts(value.get("statuses"))
                if one.get("status") in ("sent", "delivered", "read")
            ]
        return Came(tuple(messages), tuple(taken))

    def _message(self, told: Mapping[str, Any]) -> Incoming | None:
        """A message; what is no text (a picture, a voice) comes empty, and is told how to ask."""
        known, number = _words(told.get("id")), _words(told.get("from"))
        who = number if number.isdigit() else _words(told.get("user_id"))
        if not known or not who:
            return None
        text = told.get("text")
        return Incoming(self.name, known, who, _words(text.get("body")) if isinstance(text, dict) else "", who)

    # ---- out ----

    def send(self, address: str, body: str, token: str) -> None:
        """See `Door`."""
        whom = {"to": address} if address.isdigit() else {"recipient": address}
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **whom,
            "type": "text",
            "text": {"body": body[:LONGEST_TEXT]},
            "biz_opaque_callback_data": token,
        }
        self._asked(f"{self.graph}/{self.number_id}/messages", json.dumps(message).encode())

    def known(self) -> str:
        """The office's number as Meta shows it: who is told it may send from it. Raises NotSent."""
        told = self._asked(f"{self.graph}/{self.number_id}?fields=display_phone_number", None)
        try:
            return str(json.loads(told)["display_phone_number"])
        except (ValueError, KeyError, TypeError):
            raise NotSent("what answers is not WhatsApp") from None

    def signature(self, raw: bytes) -> str:
        """What Meta sends along with these raw bytes."""
        return f"sha256={hmac.new(self.app_secret.encode(), raw, hashlib.sha256).hexdigest()}"

    def _asked(self, url: str, body: bytes | None) -> bytes:
        """What Meta answers. Raises NotSent."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(url, body, headers)  # noqa: S310  # the office's own setting, checked there
        try:
            with urllib.request.urlopen(request, timeout=_LIMIT_S) as answer:  # noqa: S310
                told: bytes = answer.read(_LONGEST_ANSWER)
                return told
        except urllib.error.HTTPError as refused:
            with refused:
                raise _not_sent(refused.code, refused.read(_LONGEST_ANSWER)) from None
        except (OSError, ValueError, HTTPException) as trouble:
            raise NotSent(f"WhatsApp can't be reached ({type(trouble).__name__})") from None

    def has(self, _token: str) -> bool | None:
        """See `Door`; a webhook may still tell, so it is asked later."""
        raise NotSent("nobody knows yet whether WhatsApp has it")


def _not_sent(status: int, body: bytes) -> NotSent:
    """Why Meta did not take a message; of what it says the code alone is kept, for its words may hold a number."""
    try:
        code = json.loads(body)["error"]["code"]
    except (ValueError, KeyError, TypeError):
        code = None
    passes = status >= 500 or status == 429 or code in _AGAIN_LATER or code in _THE_OFFICE_S
    return NotSent(f"WhatsApp: HTTP {status}, code {code if isinstance(code, int) else '-'}", for_good=not passes)


def _values(told: object) -> Iterator[Mapping[str, Any]]:
    for entry in _dicts(told.get("entry") if isinstance(told, dict) else None):
        for change in _dicts(entry.get("changes")):
            if isinstance(value := change.get("value"), dict):
                yield value


def _words(told: object) -> str:
    """`told` where it is a text, without what no file can hold: JSON may name half a character (`\\ud83d`)."""
    return told.encode(errors="replace").decode() if isinstance(told, str) else ""


def _dicts(told: object) -> list[dict[str, Any]]:
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
