"""Telepon: a tester calls from the browser, and sees what is heard and where in the menu the call is."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from agi.books.accounts import Role
from agi.dialogue.menufile import read
from agi.dialogue.titles import titles
from agi.ops.speech import speech_is_on
from agi.pages.shared import cookie
from agi.pages.shared.render import render
from agi.pages.shared.site import Tab, site, visitor
from agi.pages.tester import draft_calls, sip
from agi.pages.tester.passing import LOOK_S, REFUSED, passed_on
from agi.pages.tester.try_out import DRAFT
from agi.pages.tester.watching import Watched
from agi.privacy import hash_key, keyed_hash
from agi.voice.texts import ANNOUNCEMENT

PATH = "/telepon"
TAB = Tab(PATH, "Telepon")
_POLL_S = 0.15
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - listened on, Asterisk names its addresses itself


def show(request: Request) -> Response:
    """The telephone."""
    settings = site(request).settings
    listen = settings.pages.listen
    media = "" if listen in _EVERYWHERE else listen
    return render(
        request,
        "tester/telephone.html",
        media=media,
        number=settings.telephony.number,
        seen=None,
        places=titles(read(settings.prompts / "menu.toml")),
        draft=request.query_params.get("isi") == DRAFT,
        place=request.query_params.get("dari", ""),
        speaks=speech_is_on(settings),
    )


async def speak(websocket: WebSocket) -> None:
    """The telephone's SIP; with a token, that of a call which tries the draft."""
    found, draft = visitor(websocket), sip.NO_DRAFT
    if token := websocket.query_params.get("draf"):
        wanted = draft_calls.tokens(websocket).take(token, found.session)
        if wanted is None:
            await websocket.close(REFUSED)
            return
        draft = wanted.told()
    page = await run_in_threadpool(_page, websocket)
    await passed_on(websocket, sip.number_of(found.name), page, draft)


async def follow(request: Request) -> Response:
    """What the call of this session is at, as often as that changes: parts of the page, as server-sent events."""
    return EventSourceResponse(_changes(request), ping=15)


async def _changes(request: Request) -> AsyncIterator[ServerSentEvent]:
    watched = await run_in_threadpool(Watched.of, request, await run_in_threadpool(_page, request))
    loop = asyncio.get_running_loop()
    accounts, token, look = site(request).accounts, cookie.token(request), 0.0
    try:
        while True:  # until the browser goes, which ends this from outside
            if loop.time() >= look:
                if await run_in_threadpool(accounts.session, token, datetime.now(UTC)) is None:
                    return
                look = loop.time() + LOOK_S
            if await run_in_threadpool(watched.has_changed):
                yield ServerSentEvent(await run_in_threadpool(_told, request, watched), event="keadaan")
            await asyncio.sleep(_POLL_S)
    finally:
        watched.close()  # at once: who is ended may wait for nothing any more


def _told(request: Request, watched: Watched) -> str:
    shown = render(
        request,
        "tester/telephone.html",
        block="call",
        seen=watched.seen(),
        may_edit=visitor(request).role is Role.ADMIN,
        announcement=ANNOUNCEMENT,
    )
    return bytes(shown.body).decode()


def _page(connection: HTTPConnection) -> str:
    """The name under which the line tells of the call of this session; nobody else knows it."""
    key = hash_key(site(connection).settings.var)
    return keyed_hash(key, "page", visitor(connection).session).hex()


ROUTES = (
    Route(PATH, show, methods=["GET"]),
    *draft_calls.ROUTES,
    Route(f"{PATH}/langsung", follow, methods=["GET"]),
    WebSocketRoute(f"{PATH}/ws", speak),
)
