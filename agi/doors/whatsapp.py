"""WhatsApp Business Cloud API: messages come by webhook, signed; answers go out by HTTPS.

Facts of Meta's documentation: people with a user name may have no telephone number, but an id; of what was sent, a
webhook tells later, with the words (`biz_opaque_callback_data`) that went along.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agi.books.events import Channel
from agi.books.mailbox_rows import Incoming
from agi.doors import meta
from agi.doors.door import Called, Came, OpenDoor, Reply
from agi.doors.odd import dicts, fields, words
from agi.doors.web import ask
from agi.ops.doors import secrets
from agi.settings import Settings
from agi.text.delivery import NotSent

LONGEST_TEXT = 4096
"""Characters of one message."""


@dataclass(frozen=True)
class WhatsApp(OpenDoor):
    """The door of one number of the office's. `graph`: where Meta's API is, with its version."""

    graph: str
    number_id: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)

    name = "whatsapp"
    channel = Channel.WHATSAPP
    at_once = 8

    @classmethod
    def of(cls, settings: Settings) -> "WhatsApp":
        """As it is set up."""
        setup, kept = settings.whatsapp, secrets(settings, cls.name)
        return cls(setup.graph.rstrip("/"), setup.number_id, kept["token"], kept["app-secret"], kept["verify-token"])

    def called(self, call: Called) -> Reply:
        """See `OpenDoor`."""
        if call.method == "GET":
            return Reply(body=meta.challenge(call.query, self.verify_token))
        messages: list[Incoming] = []
        taken: list[str] = []
        for value in _values(meta.signed(call, self.app_secret)):
            messages += filter(None, map(self._message, dicts(value.get("messages"))))
            taken += [
                words(one.get("biz_opaque_callback_data"))
                for one in dicts(value.get("statuses"))
                if one.get("status") in ("sent", "delivered", "read")
            ]
        return Reply(came=Came(tuple(messages), tuple(taken)))

    def _message(self, told: Mapping[str, Any]) -> Incoming | None:
        """A message; what is no text (a picture, a voice) comes empty, and is told how to ask."""
        known, number = words(told.get("id")), words(told.get("from"))
        who = number if number.isdigit() else words(told.get("user_id"))
        if not known or not who:
            return None
        return Incoming(self.name, known, who, words(fields(told.get("text")).get("body")), who)

    def send(self, address: str, body: str, token: str) -> None:
        """See `OpenDoor`."""
        whom = {"to": address} if address.isdigit() else {"recipient": address}
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **whom,
            "type": "text",
            "text": {"body": body[:LONGEST_TEXT]},
            "biz_opaque_callback_data": token,
        }
        meta.graph(f"{self.graph}/{self.number_id}/messages", message, self.token)

    def tried(self, webhook: str) -> str:
        """See `OpenDoor`: a signed webhook without a message, and the question which number is ours."""
        raw = b"{}"
        if ask(webhook, raw, {meta.SIGNED: meta.signature(raw, self.app_secret)}).status != 200:
            raise NotSent("the webhook does not take what is signed")
        told = meta.graph(f"{self.graph}/{self.number_id}?fields=display_phone_number", None, self.token)
        try:
            return f"The webhook is taken; Meta knows our number: {json.loads(told)['display_phone_number']}"
        except (ValueError, KeyError, TypeError):
            raise NotSent("the webhook is taken, but what answers for Meta is not WhatsApp") from None


def _values(entries: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for entry in entries:
        for change in dicts(entry.get("changes")):
            yield fields(change.get("value"))
