"""Facebook Messenger: messages to the office's page come by webhook, signed; answers go out by HTTPS.

Facts of Meta's documentation (Messenger Platform, Webhooks for Pages): people are known by an id that is the page's
own (PSID); what the page sends comes back as an echo, with the words (`metadata`) that went along; while another
program has a conversation, its messages stand in `standby`; posts and comments come as `changes`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agi.books.events import Channel
from agi.books.mailbox_rows import Incoming
from agi.doors import meta
from agi.doors.door import Called, Came, Mention, OpenDoor, Reply
from agi.doors.odd import dicts, fields, words
from agi.doors.web import ask
from agi.ops.doors import secrets
from agi.settings import Settings
from agi.text.delivery import NotSent

LONGEST_TEXT = 2000
"""Characters of one message."""
_POSTS = frozenset({"post", "status", "comment", "photo", "video", "share"})
"""Items of a page's feed that somebody has written; others are likes and the like."""
_POST_ID = re.compile(r"[0-9]+(?:_[0-9]+)*")
_PART = re.compile(
    rf".{{1,{LONGEST_TEXT}}}(?:(?<=[.!?\n])\s+|\Z)|.{{1,{LONGEST_TEXT}}}(?:\s+|\Z)|.{{{LONGEST_TEXT}}}", re.S
)
"""The longest piece that ends with a sentence, else with a word, else anywhere."""


@dataclass(frozen=True)
class Messenger(OpenDoor):
    """The door of the office's page. `graph`: where Meta's API is, with its version."""

    graph: str
    page_id: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)

    name = "messenger"
    channel = Channel.MESSENGER
    at_once = 8

    @classmethod
    def of(cls, settings: Settings) -> "Messenger":
        """As it is set up."""
        setup, kept = settings.messenger, secrets(settings, cls.name)
        return cls(setup.graph.rstrip("/"), setup.page_id, kept["token"], kept["app-secret"], kept["verify-token"])

    def called(self, call: Called) -> Reply:
        """See `OpenDoor`; what is about another page of the same account is left out."""
        if call.method == "GET":
            return Reply(body=meta.challenge(call.query, self.verify_token))
        messages: list[Incoming | None] = []
        taken: list[str] = []
        mentions: list[Mention | None] = []
        for entry in meta.signed(call, self.app_secret):
            if entry.get("id") == self.page_id:
                events = dicts(entry.get("messaging"))
                messages += map(self._message, events)
                taken += _echoed([*events, *dicts(entry.get("standby"))])
                mentions += map(self._mention, dicts(entry.get("changes")))
        return Reply(came=Came(tuple(filter(None, messages)), tuple(taken), tuple(filter(None, mentions))))

    def _message(self, event: Mapping[str, Any]) -> Incoming | None:
        """A message, or a button that was pressed; what is no text (a picture, a voice) comes empty, and is told how
        to ask."""
        message, pressed = fields(event.get("message")), fields(event.get("postback"))
        known, who = words(message.get("mid") or pressed.get("mid")), words(fields(event.get("sender")).get("id"))
        ours = message.get("is_echo") or who == self.page_id
        if not known or not who or ours or message.get("is_deleted"):
            return None
        said = words(message.get("text")) or words(pressed.get("payload")) or words(pressed.get("title"))
        return Incoming(self.name, known, who, said, f"{self.name}:{who}")

    def _mention(self, change: Mapping[str, Any]) -> Mention | None:
        """A post or comment on the page, or one that names it; what the page writes itself is none."""
        told = fields(change.get("value"))
        author = fields(told.get("from"))
        by, name = (words(author.get(key) or told.get(f"sender_{key}")) for key in ("id", "name"))
        post, said = words(told.get("comment_id") or told.get("post_id")), words(told.get("message"))
        written = (
            change.get("field") in ("feed", "mention") and told.get("verb") == "add" and told.get("item") in _POSTS
        )
        if not written or by == self.page_id or not said.strip() or not _POST_ID.fullmatch(post):
            return None
        return Mention(post, f"https://www.facebook.com/{post}", name, said)

    def send(self, address: str, body: str, token: str) -> None:
        """See `OpenDoor`. What is too long goes in parts, the last of which has the token: if that is in doubt, all
        of them are sent again."""
        parts = [part.strip() for part in _PART.findall(body)]
        for nth, part in enumerate(parts, 1):
            message = {"text": part} | ({"metadata": token} if nth == len(parts) else {})
            told = {"recipient": {"id": address}, "messaging_type": "RESPONSE", "message": message}
            meta.graph(f"{self.graph}/{self.page_id}/messages", told, self.token)

    def tried(self, webhook: str) -> str:
        """See `OpenDoor`: a signed webhook without a message, and the question which page is ours."""
        raw = b"{}"
        if ask(webhook, raw, {meta.SIGNED: meta.signature(raw, self.app_secret)}).status != 200:
            raise NotSent("the webhook does not take what is signed")
        told = meta.graph(f"{self.graph}/{self.page_id}?fields=name", None, self.token)
        try:
            return f"The webhook is taken; Meta knows our page: {json.loads(told)['name']}"
        except (ValueError, KeyError, TypeError):
            raise NotSent("the webhook is taken, but what answers for Meta is not Facebook") from None


def _echoed(events: list[dict[str, Any]]) -> Iterator[str]:
    """The tokens of those answers that the page has sent."""
    for event in events:
        message = fields(event.get("message"))
        if message.get("is_echo") and (token := words(message.get("metadata"))):
            yield token
