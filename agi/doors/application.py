"""The webhooks of all doors that are open, as one application."""

import asyncio
from collections.abc import Callable

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from agi.books.errors import BookError
from agi.doors.whatsapp import LONGEST_WEBHOOK, Came, Refused, WhatsApp

_log = structlog.get_logger("doors")


def application(whatsapp: WhatsApp, take: Callable[[Came], object]) -> Starlette:
    """What Meta calls. `take` keeps what came, and returns once it can't be lost; it raises BookError."""

    async def asked(request: Request) -> Response:
        answer = whatsapp.challenge(request.query_params)
        return PlainTextResponse(answer or "", 403 if answer is None else 200)

    async def told(request: Request) -> Response:
        try:
            raw = await _body(request)
            came = whatsapp.came(raw, request.headers.get("x-hub-signature-256", ""))
        except ClientDisconnect:
            return Response(status_code=400)
        except Refused as why:
            _log.warning("doors.refused", door=whatsapp.name, why=str(why))
            return Response(status_code=403)
        try:
            await asyncio.to_thread(take, came)
        except BookError as trouble:  # Meta brings it again
            _log.error("doors.not_kept", door=whatsapp.name, why=type(trouble).__name__)
            return Response(status_code=503)
        return Response()

    return Starlette(
        routes=[Route("/whatsapp", asked, methods=["GET"]), Route("/whatsapp", told, methods=["POST"])],
        exception_handlers={Exception: _broken},
    )


async def _body(request: Request) -> bytes:
    """The raw bytes. Raises Refused where there are too many, ClientDisconnect."""
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > LONGEST_WEBHOOK:
            raise Refused("it is too long")
    return bytes(raw)


def _broken(_request: Request, error: Exception) -> Response:
    """A fault of ours: its kind goes to the log, which names no number."""
    _log.error("doors.failed", why=type(error).__name__)
    return Response(status_code=500)
