"""Direct messages of X: they come by webhook, signed; answers go out by HTTPS.

Facts of X's documentation (X Activity API, Webhooks, Direct Messages v2, rate limits): webhooks are signed with the
secret of the program that the account has let in, and X asks each hour for proof that the address is ours (CRC); `text`
is escaped as HTML, and addresses in it are shortened; 15 messages go in 15 minutes, 1,440 in a day.

A message can carry no token of ours. Which answer it was is told by whom it went to and what it says: X tells of each
that our account has sent (`dm.sent`), and is asked for the newest when the process starts. Its id proves one answer.
"""

import base64
import hashlib
import hmac
import html
import json
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import structlog
from oauthlib.oauth1 import Client

from agi.books.errors import BookError
from agi.books.events import Channel
from agi.books.mailbox_rows import Incoming, Outgoing
from agi.doors.door import Called, Came, Mention, OpenDoor, Proof, Refused, Reply, Take
from agi.doors.odd import dicts, fields, words
from agi.doors.web import LONGEST_ANSWER, Told, ask
from agi.ops.doors import secrets
from agi.settings import Settings
from agi.text.delivery import NotSent

SIGNED = "x-twitter-webhooks-signature"
LONGEST_TEXT = 10_000
"""Characters of one message."""
_CRC_TOKEN = re.compile(r"[A-Za-z0-9_.=+/-]{1,200}")
"""Whoever asks is given the signature of this; so it must be nothing that could be the body of a webhook."""
_ID = re.compile(r"[0-9]{1,20}")
_SHORTENED = re.compile(r"https://t\.co/\w+\s*$")
_WINDOW = timedelta(minutes=15)
_NEW_FOR = timedelta(days=1)
"""So old may be what came while nobody listened."""
_LONGEST_HISTORY = 10_000_000
"""Bytes: more than 100 messages of 10,000 characters can have."""
_LOOK_BACK_S, _AGAIN_S = 20.0, 60.0
_THE_OFFICE_S = frozenset({401, 402})
_log = structlog.get_logger("doors")


@dataclass(frozen=True)
class X(OpenDoor):
    """The door of the office's account. `api`: where X's API is."""

    api: str
    user_id: str
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)
    _quota: "_Quota" = field(default_factory=lambda: _Quota(), repr=False)
    _looked_back: threading.Event = field(default_factory=threading.Event, repr=False)
    _ended: threading.Event = field(default_factory=threading.Event, repr=False)

    name = "x"
    channel = Channel.X

    @classmethod
    def of(cls, settings: Settings) -> "X":
        """As it is set up."""
        setup, kept = settings.x, secrets(settings, cls.name)
        consumer, access = (
            (kept["consumer-key"], kept["consumer-secret"]),
            (kept["access-token"], kept["access-token-secret"]),
        )
        return cls(setup.api.rstrip("/"), setup.user_id, *consumer, *access)

    # ---- in ----

    def called(self, call: Called) -> Reply:
        """See `OpenDoor`."""
        if call.method == "GET":
            return self._proof_of_address(call.query.get("crc_token", ""))
        shown = call.headers.get(SIGNED, "")
        if not hmac.compare_digest(self._signature(call.raw).encode(), shown.encode()):
            raise Refused("the signature is wrong")
        try:
            data = fields(fields(json.loads(call.raw)).get("data"))
        except ValueError:
            raise Refused("it is no JSON") from None
        payload = fields(data.get("payload"))
        if data.get("event_type") == "post.mention.create":
            return Reply(came=Came(mentions=tuple(self._mentioned(payload, fields(data.get("includes"))))))
        return Reply(came=self._came(map(_told, dicts(payload.get("direct_message_events")))))

    def _proof_of_address(self, token: str) -> Reply:
        if not _CRC_TOKEN.fullmatch(token):
            raise Refused("it asks for no proof of the address")
        proof = json.dumps({"response_token": self._signature(token.encode())})
        return Reply(body=proof, media="application/json")

    def _signature(self, raw: bytes) -> str:
        """What X sends along with these raw bytes."""
        made = hmac.new(self.consumer_secret.encode(), raw, hashlib.sha256).digest()
        return f"sha256={base64.b64encode(made).decode()}"

    def _came(self, told: Iterable["_Direct"]) -> Came:
        """What others wrote to us, and what our account wrote; a picture comes empty, and is told how to ask."""
        messages: list[Incoming] = []
        proofs: list[Proof] = []
        for known, who, whom, text, picture in told:
            said = html.unescape(_SHORTENED.sub("", text) if picture else text)
            if not all(map(_ID.fullmatch, (known, who, whom))):
                continue
            if who == self.user_id:
                proofs.append(_proof(known, whom, said))
            elif whom == self.user_id:
                messages.append(Incoming(self.name, known, who, said, f"{self.name}:{who}"))
        return Came(tuple(messages), proofs=tuple(proofs))

    def _mentioned(self, post: Mapping[str, Any], includes: Mapping[str, Any]) -> Iterator[Mention]:
        known, by = words(post.get("id")), words(post.get("author_id"))
        said = html.unescape(words(fields(post.get("note_tweet")).get("text")) or words(post.get("text")))
        if not _ID.fullmatch(known) or by == self.user_id or not said.strip():
            return
        names = (words(one.get("username")) for one in dicts(includes.get("users")) if one.get("id") == by)
        author = next(filter(None, names), "")
        yield Mention(known, f"https://x.com/i/status/{known}", f"@{author}" if author else "", said)

    # ---- out ----

    def send(self, address: str, body: str, _token: str) -> str | None:
        """See `OpenDoor`."""
        if not _ID.fullmatch(address):
            raise NotSent("the address is no id of X", for_good=True)
        self._quota.check()
        message = {"text": body[:LONGEST_TEXT]}
        told = self._ask(f"/2/dm_conversations/with/{address}/messages", message)
        self._quota.note(told)
        if told.status >= 300:
            raise _not_sent(told)
        return words(fields(_parsed(told).get("data")).get("dm_event_id")) or None

    def begin(self, take: Take) -> None:
        """See `OpenDoor`: X is asked for the newest messages, once: what came while nobody listened, and what proves an
        answer that was in doubt when a process was killed."""
        threading.Thread(target=self._look_back, args=(take,), name="x", daemon=True).start()

    def end(self) -> None:
        """See `OpenDoor`."""
        self._ended.set()

    def has(self, _token: str) -> bool | None:
        """See `text.delivery.Door`: what looking back has proved is no longer in doubt once this raises NotSent."""
        self._looked_back.wait(_LOOK_BACK_S)
        raise NotSent("X has not told of it")

    def _look_back(self, take: Take) -> None:
        while not self._ended.is_set():
            try:
                take(self._came(self._lately()))
                return
            except (NotSent, BookError) as trouble:
                _log.warning("doors.not_looked_back", door=self.name, why=type(trouble).__name__)
            finally:  # what is in doubt does not wait for ever
                self._looked_back.set()
            self._ended.wait(_AGAIN_S)

    def _lately(self) -> Iterator["_Direct"]:
        """The newest messages, the oldest first: all of our account's, and those of others of the last day."""
        wanted = "id,text,sender_id,dm_conversation_id,created_at,attachments"
        path = f"/2/dm_events?event_types=MessageCreate&max_results=100&dm_event.fields={wanted}"
        told = self._ask(path, longest=_LONGEST_HISTORY)
        if told.status >= 300:
            raise _not_sent(told)
        for one in reversed(dicts(_parsed(told).get("data"))):
            who, pair = words(one.get("sender_id")), words(one.get("dm_conversation_id")).split("-")
            if len(pair) == 2 and who in pair and (who == self.user_id or _is_new(words(one.get("created_at")))):
                whom = pair[pair.index(who) - 1]
                yield _Direct(words(one.get("id")), who, whom, words(one.get("text")), "attachments" in one)

    def _ask(self, path: str, message: object = None, longest: int = LONGEST_ANSWER) -> Told:
        """What X answers at `path`, where `message` is posted if there is one. Raises NotSent where nobody answers.

        JSON is no part of what is signed (RFC 5849, 3.4.1.3).
        """
        client = Client(self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret)
        method, body = ("GET", None) if message is None else ("POST", json.dumps(message).encode())
        url, headers, _ = client.sign(f"{self.api}{path}", method)
        return ask(url, body, {**headers, "Content-Type": "application/json"}, longest)

    def tried(self, webhook: str) -> str:
        """See `OpenDoor`: a signed webhook without a message, and the question which account is ours."""
        raw = b"{}"
        if ask(webhook, raw, {SIGNED: self._signature(raw)}).status != 200:
            raise NotSent("the webhook does not take what is signed")
        told = self._ask("/2/users/me")
        if told.status >= 300:
            raise _not_sent(told)
        account = fields(_parsed(told).get("data"))
        if account.get("id") != self.user_id:
            raise NotSent("the webhook is taken, but X knows the access token as another account's")
        return f"The webhook is taken; X knows our account: @{words(account.get('username'))}"


class _Quota:
    """Until when X takes no more messages of this account."""

    def __init__(self) -> None:
        self._free_at = 0.0

    def check(self) -> None:
        """Raises NotSent while it takes none."""
        wait = self._free_at - time.monotonic()
        if wait > 0:
            raise NotSent("X takes no more messages for now", wait=timedelta(seconds=wait))

    def note(self, told: Told) -> None:
        """Whether what was `told` was the last for now. Raises NotSent where it came too late."""
        if told.status == 429 or told.headers["x-rate-limit-remaining"] == "0":
            self._free_at = time.monotonic() + _reset_in(told.headers).total_seconds()
        if told.status == 429:
            self.check()


def _reset_in(headers: Message) -> timedelta:
    """How long X counts on before it begins anew, by its own clock; at least a second."""
    try:
        now = parsedate_to_datetime(headers["date"]).timestamp()
        left = timedelta(seconds=int(headers["x-rate-limit-reset"]) - now)
    except (ValueError, TypeError, OverflowError):
        left = _WINDOW
    return min(max(left, timedelta(seconds=1)), timedelta(days=1))


def _not_sent(told: Told) -> NotSent:
    """Why X did not take a message: words of its own may hold what was written, and are not kept."""
    kind = words(_parsed(told).get("type")).rpartition("/")[2]
    forbidden = kind == "client-forbidden"  # to the program; else to this account, by who would get it
    passes = not 400 <= told.status < 500 or told.status in _THE_OFFICE_S or forbidden
    why = f"X: HTTP {told.status}{', client-forbidden' if forbidden else ''}"
    return NotSent(why, for_good=not passes)


def _parsed(told: Told) -> Mapping[str, Any]:
    try:
        return fields(json.loads(told.body))
    except ValueError:
        return {}


class _Direct(NamedTuple):
    """A direct message as X tells of it: its id, who wrote it to whom, and what; `picture`: something comes with it."""

    known: str
    who: str
    whom: str
    text: str
    picture: bool


def _told(event: Mapping[str, Any]) -> _Direct:
    """A message of a webhook; empty where it is none."""
    created = fields(event.get("message_create"))
    whom, data = words(fields(created.get("target")).get("recipient_id")), fields(created.get("message_data"))
    return _Direct(
        words(event.get("id")), words(created.get("sender_id")), whom, words(data.get("text")), "attachment" in data
    )


def _is_new(created: str) -> bool:
    """Whether this moment (ISO 8601) is not long ago; False where it is none."""
    try:
        return datetime.fromisoformat(created) > datetime.now(UTC) - _NEW_FOR
    except (ValueError, TypeError):
        return False


def _proof(known: str, whom: str, text: str) -> Proof:
    said = _alike(text)

    def is_it(one: Outgoing) -> bool:
        return one.address == whom and _alike(one.body) == said

    return Proof(known, is_it)


def _alike(text: str) -> list[str]:
    """The words of `text` but for those that X takes for addresses and shortens."""
    return [word for word in text.split() if not re.search(r"\w\.\w", word)]
