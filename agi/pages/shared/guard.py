"""What stands before every page: who may enter, from where, with how much, and what the browser may do with it."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agi.books.accounts import Role
from agi.books.errors import BookError
from agi.pages.shared import cookie
from agi.pages.shared.render import render
from agi.pages.shared.site import Site, Visitor, maybe_visitor

MOST_BYTES = 64_000
"""The body of a form; uploads have limits of their own."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = ("/masuk", "/undangan/", "/telepon/atur/", "/aset/")
"""Where one need not be signed in."""
_HALF_IN = ("/masuk", "/keluar", "/aset/", "/kode")
"""Where one may be while the second factor has not been given."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
}


class TooLarge(Exception):
    """The body goes on past its limit."""


class Guard:
    """Lets in who may come in. `larger`: the limit of bodies (bytes) by the beginning of a path."""

    def __init__(self, app: ASGIApp, site: Site, larger: Mapping[str, int]) -> None:
        self._app = app
        self._site = site
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        path: str = scope["path"]
        try:
            found = await run_in_threadpool(self._visitor, cookie.token(connection))
        except BookError:
            await PlainTextResponse("Buku akun tidak bisa dibaca: lihat hotline doctor.", 503)(scope, receive, send)
            return
        if found is not None:
            scope.setdefault("state", {})["visitor"] = found
        if scope["type"] == "websocket":
            if found is None or not found.proven or not _same_origin(connection.headers):
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        refused = self._refused(Request(scope), path, found)
        if refused is not None:
            await refused(scope, receive, _with_headers(send, path))
            return
        limit = next((most for begin, most in self._larger.items() if path.startswith(begin)), MOST_BYTES)
        try:
            await self._app(scope, _limited(receive, limit), _with_headers(send, path))
        except TooLarge:
            await _too_large(limit)(scope, receive, _with_headers(send, path))

    def _visitor(self, token: str) -> Visitor | None:
        session = self._site.accounts.session(token, datetime.now(UTC)) if token else None
        if session is None:
            return None
        account = session.account
        return Visitor(account.name, account.role, session.id, session.proven, bool(account.totp))

    def _refused(self, request: Request, path: str, found: Visitor | None) -> Response | None:
        """What is answered instead of the page; None where it may be served."""
        if request.method not in SAFE:
            if not _same_origin(request.headers):
                return PlainTextResponse("Permintaan ini datang dari situs lain dan tidak dijalankan.", 403)
            length = request.headers.get("content-length", "0")
            limit = next((most for begin, most in self._larger.items() if path.startswith(begin)), MOST_BYTES)
            if not length.isdigit() or int(length) > limit:
                return _too_large(limit)
        if path.startswith(OPEN):
            return None
        if found is None:
            back = quote(path) if request.method in SAFE and path != "/" else ""
            return RedirectResponse(f"/masuk?ke={back}" if back else "/masuk", 303)
        if not found.proven and not path.startswith(_HALF_IN):
            return RedirectResponse("/masuk/kode" if found.has_second_factor else "/kode", 303)
        return None


class Only:
    """Serves a page to some roles, and to auditors who only look; others are told that it is not theirs."""

    def __init__(self, app: ASGIApp, roles: Collection[Role]) -> None:
        self._app = app
        self._roles = roles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        found = maybe_visitor(HTTPConnection(scope))
        looks = scope["type"] == "http" and scope["method"] in SAFE
        if found is not None and (found.role in self._roles or (found.role is Role.AUDITOR and looks)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await render(Request(scope), "shared/refused.html", status=403)(scope, receive, send)


def _same_origin(headers: Headers) -> bool:
    """Whether the request was made by one of our own pages, or typed by hand.

    Browsers say so themselves (Fetch Metadata, W3C); older ones name the page's origin. Who says neither is no
    browser, and has no cookie that somebody else could use.
    """
    told = headers.get("sec-fetch-site")
    if told is not None:
        return told in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def _too_large(limit: int) -> Response:
    return PlainTextResponse(f"Terlalu besar: paling banyak {limit // 1000} kB.", 413)


def _limited(receive: Receive, limit: int) -> Receive:
    """`receive` that raises `TooLarge` when more than `limit` bytes come, whatever was announced."""
    got = 0

    async def limited() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > limit:
            raise TooLarge
        return message

    return limited


def _with_headers(send: Send, path: str) -> Send:
    """`send` that adds what the browser must know."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if not path.startswith("/aset/"):
                headers.setdefault("cache-control", "no-store")
        await send(message)

    return sending
