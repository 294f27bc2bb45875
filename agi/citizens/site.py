"""What every page may ask: the installation, who asks, and from which network."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from secrets import token_hex
from threading import Lock
from typing import cast

from starlette.requests import HTTPConnection
from starlette.responses import Response

from agi.books.citizens import CitizensBook
from agi.books.days import Days
from agi.books.events import Channel
from agi.books.ports import CallLog
from agi.citizens.chat_door import Chat
from agi.citizens.gate import Gate
from agi.office.counting import Visitor
from agi.office.office import Office
from agi.privacy import keyed_hash
from agi.settings import Settings
from agi.text.record import record
from agi.text.service import Answer, TextService

_COOKIE = "warga"
_SESSION = re.compile(r"[A-Za-z0-9_-]{22}")
_PREFIX6 = 64
"""Bits of an IPv6 address that name a subscriber's network: who has one has all addresses in it."""


@dataclass(frozen=True, slots=True)
class Site:
    """The installation behind the pages. `service`: gives that of the edition that is published now; `writing`: held
    while a ticket is written, since one form may be sent twice at once."""

    settings: Settings
    office: Office
    service: Callable[[], TextService]
    book: CitizensBook
    gate: Gate
    chat: Chat
    days: Days
    log: CallLog
    key: bytes
    writing: Lock = field(default_factory=Lock)

    def visitor(self, connection: HTTPConnection) -> Visitor:
        """Who asks, for limits and locks: a session anybody may drop, so that the network is counted, too."""
        return Visitor(sender_of(connection), self.network(connection))

    def network(self, connection: HTTPConnection) -> str:
        """The network that asks, by a keyed hash."""
        told = network_of(connection, forwarded=self.settings.citizens.forwarded)
        return f"web:{keyed_hash(self.key, 'network', told).hex()}"

    def record(self, connection: HTTPConnection, service: TextService, answer: Answer) -> None:
        """Write down what was answered to a form, as one contact of its own."""
        contact, now = f"{Channel.CHAT}-{token_hex(8)}", self.office.clock()
        record(self.log, contact, sender_of(connection), Channel.CHAT, service.edition, answer, now, now)


def site(connection: HTTPConnection) -> Site:
    """The installation."""
    return cast("Site", connection.app.state.site)


def session_of(connection: HTTPConnection) -> str:
    """The session of this browser; "" where it has none."""
    told = connection.cookies.get(_COOKIE, "")
    return told if _SESSION.fullmatch(told) else cast("str", getattr(connection.state, "session", ""))


def sender_of(connection: HTTPConnection) -> str:
    """The session as limits and follow-ups know it: it looks like nobody's telephone number."""
    return f"web:{session_of(connection)}"


def begin_session(connection: HTTPConnection, form: str) -> None:
    """Let a browser without a session have one, by the name of the `form` that it sends: sent twice, it is one."""
    if not session_of(connection):
        name = keyed_hash(site(connection).key, "citizens-session", form)
        connection.state.session = urlsafe_b64encode(name).decode().rstrip("=")


def keep_session(connection: HTTPConnection, response: Response) -> Response:
    """`response` with the cookie of the session, until the browser is closed: who only reads gets none."""
    secure = connection.headers.get("x-forwarded-proto", connection.url.scheme) == "https"
    response.set_cookie(_COOKIE, session_of(connection), httponly=True, samesite="strict", secure=secure)
    return response


def drop_session(response: Response) -> Response:
    """`response` that lets the browser forget its session."""
    response.delete_cookie(_COOKIE, httponly=True, samesite="strict")
    return response


def network_of(connection: HTTPConnection, *, forwarded: bool) -> str:
    """The network that asks: an IPv4 address, or the first 64 bits of an IPv6 one.

    Where the web server of this machine says in X-Forwarded-For who asks, its own word is the last one there; what
    stands before it anybody may have written.
    """
    told = connection.client.host if connection.client else ""
    try:
        if forwarded and ip_address(told).is_loopback:
            said = connection.headers.getlist("x-forwarded-for")
            told = ",".join(said).rpartition(",")[2].strip() or told
        address = ip_address(told)
    except ValueError:
        return "unknown"
    if address.version == 6 and address.ipv4_mapped is None:
        return f"{int(address) >> (128 - _PREFIX6):x}"
    return str(address.ipv4_mapped if address.version == 6 else address)
