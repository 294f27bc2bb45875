"""The webhooks of all doors that are open, as one application."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.errors import BookError
from agi.doors.door import Called, OpenDoor, Refused, Take

LONGEST_CALL = 3_000_000
"""Bytes, as Meta says; no other network calls with more."""
_log = structlog.get_logger("doors")


def application(doors: Iterable[tuple[OpenDoor, Take]]) -> Starlette:
    """What networks call: each door at /NAME, with what keeps the messages that come by it."""
    routes = [Route(f"/{door.name}", _webhook(door, take), methods=["GET", "POST"]) for door, take in doors]
    return Starlette(routes=routes, exception_handlers={Exception: _broken})


def _webhook(door: OpenDoor, take: Take) -> Callable[[Request], Awaitable[Response]]:
    posts = asyncio.Lock()

    async def called(request: Request) -> Response:
        try:
            call = Called(request.method, request.query_params, request.headers, await _body(request))
            reply = door.called(call)
        except ClientDisconnect:
            return Response(status_code=400)
        except Refused as why:
            _log.warning("doors.refused", door=door.name, why=str(why))
            return Response(status_code=403)
        try:
            if reply.came.mentions:  # opening tickets takes long: many at once must hold up no messages
                async with posts:
                    await asyncio.to_thread(take, reply.came)
            elif any(reply.came):
                await asyncio.to_thread(take, reply.came)
        except BookError as trouble:  # the network brings it again
            _log.error("doors.not_kept", door=door.name, why=type(trouble).__name__)
            return Response(status_code=503)
        return Response(reply.body, reply.status, media_type=reply.media)

    return called


async def _body(request: Request) -> bytes:
    """The raw bytes. Raises Refused where there are too many, ClientDisconnect."""
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > LONGEST_CALL:
            raise Refused("it is too long")
    return bytes(raw)


def _broken(_request: Request, error: Exception) -> Response:
    """A fault of ours: its kind goes to the log, which names no number."""
    _log.error("doors.failed", why=type(error).__name__)
    return Response(status_code=500)
