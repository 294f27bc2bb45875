"""What stands before every page: how much may be sent, from which page, and what the browser may do with the answer."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 32_000
"""Of a form; a complaint of 2,000 characters has less, however it is encoded."""
_SAFE = frozenset({"GET", "HEAD"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


class TooLarge(Exception):
    """The body goes on past its limit."""


class Guard:
    """Serves what a browser asks from our own pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, safe = Headers(scope=scope), scope["method"] in _SAFE
        length = headers.get("content-length", "0")
        sending = _with_headers(send)
        if not safe and not _from_our_page(headers):
            refused = PlainTextResponse("Permintaan ini datang dari situs lain dan tidak dijalankan.", 403)
            await refused(scope, receive, sending)
        elif not length.isdecimal() or int(length[:9]) > MOST_BYTES:
            await _too_large(scope, receive, sending)
        else:
            try:
                await self._app(scope, _limited(receive), sending)
            except TooLarge:
                await _too_large(scope, receive, sending)


_too_large = PlainTextResponse(f"Terlalu panjang: paling banyak {MOST_BYTES // 1000} kB.", 413)


def _from_our_page(headers: Headers) -> bool:
    """Whether one of our own pages sends this.

    Browsers say so themselves (Fetch Metadata, W3C). One that is too old for that names no origin, since our pages
    send no referrer: what it could be made to send has no cookie (SameSite=Strict), and so no session.
    """
    return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def _limited(receive: Receive) -> Receive:
    """`receive` that raises `TooLarge` when more than may be comes, whatever was announced."""
    got = 0

    async def limited() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > MOST_BYTES:
            raise TooLarge
        return message

    return limited


def _with_headers(send: Send) -> Send:
    """`send` that adds what the browser must know."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
