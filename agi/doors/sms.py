"""SMS by a gateway that speaks HTTP: messages come by webhook, proven by a secret; answers go out by HTTP.

Gateways differ in all names, so all are settings. Where one gives a message no id, its sender, time and words are it.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import structlog
from python_multipart import parse_form
from python_multipart.exceptions import FormParserError

from agi.books.events import Channel
from agi.books.mailbox_rows import Incoming
from agi.books.telephone import e164
from agi.doors import gsm
from agi.doors.door import Called, Came, OpenDoor, Refused, Reply
from agi.doors.odd import dicts, words
from agi.doors.web import Told, ask
from agi.ops.doors import secrets
from agi.settings import Settings
from agi.settings.doors import Sms as Setup
from agi.text.delivery import NotSent

_NOT_UNDERSTOOD = 422
_OF_THE_OFFICE = frozenset({401, 402, 403, 404, 405, 408, 429})
"""HTTP's errors that are about our account, our settings or the moment, not about one SMS."""
_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
_log = structlog.get_logger("doors")


@dataclass(frozen=True)
class Sms(OpenDoor):
    """The door of one number of the office's, as it is set up."""

    setup: Setup = field(repr=False)
    token: str = field(repr=False)
    secret: str = field(repr=False)

    name = "sms"
    channel = Channel.SMS
    at_once = 8
    limits = gsm.LIMITS

    @classmethod
    def of(cls, settings: Settings) -> "Sms":
        """As it is set up."""
        kept = secrets(settings, cls.name)
        return cls(settings.sms, kept["token"], kept["secret"])

    def called(self, call: Called) -> Reply:
        """See `OpenDoor`. What is proven and yet no SMS is told so, so that wrong names in the settings lose none."""
        self._prove(call)
        told = self._told(call)
        if call.raw in (b"", b"{}", b"[]") and not told:  # gateways try an address that is entered
            return Reply()
        listed = found(told, self.setup.came_list) if self.setup.came_list else told
        calls = dicts(listed) if isinstance(listed, list) else dicts([listed])
        messages = [self._message(one) for one in calls]
        understood = bool(messages) and None not in messages
        if not understood:
            _log.error("sms.not_understood", why="sms.came_from or sms.came_text names no field of the webhook")
        # Who has no telephone number (advertising, a service) gets no answer: no two machines talk for ever.
        came = Came(tuple(one for one in messages if one and e164(one.sender)))
        return Reply(200 if understood else _NOT_UNDERSTOOD, came=came)

    def _told(self, call: Called) -> object:
        """What a webhook tells, whichever way it comes. Raises Refused where it tells nothing."""
        kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
        if call.method == "GET":
            return {name: value for name, value in call.query.items() if name != self.setup.proof_name}
        if kind == "multipart/form-data":
            return _of_form(call)
        if kind == _TYPES["form"]:
            return dict(parse_qsl(call.raw.decode(errors="replace"), keep_blank_values=True))
        if (told := _json(call.raw)) is None:
            raise Refused("it is neither JSON nor a form")
        return told

    def _prove(self, call: Called) -> None:
        name = self.setup.proof_name
        shown = call.query.get(name, "") if self.setup.proof == "query" else call.headers.get(name.lower(), "")
        expected = self.secret
        if self.setup.proof == "hmac":
            if call.method != "POST":
                raise Refused("what is not posted is not signed")
            expected, shown = _signature(call.raw, self.secret), shown.removeprefix("sha256=").lower()
        if not hmac.compare_digest(shown.encode(errors="replace"), expected.encode()):
            raise Refused("it does not show the office's secret")

    def _message(self, told: Mapping[str, Any]) -> Incoming | None:
        sender, text = (_text(found(told, name)) for name in (self.setup.came_from, self.setup.came_text))
        if not sender or text is None:
            return None
        known = self.setup.came_id and _text(found(told, self.setup.came_id))
        time = self.setup.came_time and _text(found(told, self.setup.came_time))
        if not known and time:
            known = "\x1f".join((sender, time, text))
        return Incoming(self.name, _signature(known.encode(), self.secret) if known else "", sender, text, sender)

    def send(self, address: str, body: str, token: str) -> None:
        """See `OpenDoor`."""
        setup = self.setup
        fields = {**setup.send_more, setup.send_to: address, setup.send_text: gsm.plain(body)}
        headers = {}
        if setup.send_reference:
            fields[setup.send_reference] = token
        if setup.token_field:
            fields[setup.token_field] = self.token
        else:
            headers[setup.token_header] = setup.token_words.replace("{token}", self.token)
        self._look(self._ask(fields, headers))

    def _ask(self, fields: Mapping[str, str], headers: Mapping[str, str]) -> Told:
        url, form = self.setup.url, self.setup.format
        if form == "query":
            return ask(f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(fields)}", None, headers)
        body = json.dumps(fields) if form == "json" else urlencode(fields)
        return ask(url, body.encode(), {**headers, "Content-Type": _TYPES[form]})

    def _look(self, told: Told) -> None:
        """Raises NotSent unless `told` says that an SMS was taken; what it says may hold a number, and is not kept."""
        if told.status >= 300:
            about_it = 400 <= told.status < 500 and told.status not in _OF_THE_OFFICE
            raise NotSent(f"the gateway: HTTP {told.status}", for_good=about_it)
        if not self.setup.success:
            return
        good = tuple(one.strip().lower() for one in self.setup.success.split(","))
        if not self.setup.success_field:
            taken = told.body.decode(errors="replace").strip().lower().startswith(good)
        else:
            taken = (_text(found(_json(told.body), self.setup.success_field)) or "").lower() in good
        if not taken:
            raise NotSent("the gateway answers that it did not take it (sms.success)")

    def tried(self, webhook: str) -> str:
        """See `OpenDoor`: a webhook with the secret and without a message, and a call that holds no SMS."""
        name, raw = self.setup.proof_name, b"{}"
        shown = _signature(raw, self.secret) if self.setup.proof == "hmac" else self.secret
        in_address = self.setup.proof == "query"
        address = f"{webhook}?{urlencode({name: shown})}" if in_address else webhook
        if (
            ask(address, raw, {"Content-Type": "application/json", **({} if in_address else {name: shown})}).status
            != 200
        ):
            raise NotSent("the webhook does not take what shows the secret")
        return f"The webhook is taken; the gateway is there (HTTP {ask(self.setup.url, None, {}).status})"


def found(told: object, path: str) -> object:
    """What stands in `told` at `path` (`a.b`: in the field b of a), None where nothing does."""
    for name in path.split("."):
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _text(told: object) -> str | None:
    """A field's value as it is written, None where it is none."""
    if isinstance(told, bool):
        return str(told).lower()
    return str(told) if isinstance(told, int) else words(told) if isinstance(told, str) else None


def _of_form(call: Called) -> dict[str, str]:
    """The fields of a form in parts (multipart/form-data), without its files. Raises Refused."""
    got: dict[str, str] = {}

    def keep(one: Any) -> None:
        got[(one.field_name or b"").decode(errors="replace")] = (one.value or b"").decode(errors="replace")

    try:
        parse_form({"Content-Type": call.headers["content-type"].encode()}, BytesIO(call.raw), keep, None)
    except (FormParserError, ValueError, OSError):
        raise Refused("it is a form that can't be read") from None
    return got


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _signature(raw: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
