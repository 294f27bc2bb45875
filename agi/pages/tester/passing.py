"""A browser's WebSocket, passed on to Asterisk's: through the pages' own address, for as long as one is signed in."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import cast

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from agi.ops.configure import browser_path
from agi.pages.shared import cookie
from agi.pages.shared.site import site, visitor
from agi.pages.tester.sip import LONGEST, Dialog, Seal, begins
from agi.privacy import pages_proof

MOST, MOST_IN_ALL = 3, 40
"""Connections of one tester at once, and of all: Asterisk has places for more (agi/ops/configure.py)."""
LOOK_S = 5.0
"""How often it is looked whether the tester is still signed in."""
_SIP = Subprotocol("sip")
_LIMIT_S = 3.0
_AGAIN_LATER, REFUSED = 1013, 1008  # RFC 6455
_log = structlog.get_logger("pages")


class Lines:
    """How many connections each tester has. For the event loop alone."""

    def __init__(self) -> None:
        self._of: dict[str, int] = {}

    def take(self, name: str) -> bool:
        """One more for `name`; False where they have MOST, or all together MOST_IN_ALL."""
        if self._of.get(name, 0) >= MOST or sum(self._of.values()) >= MOST_IN_ALL:
            return False
        self._of[name] = self._of.get(name, 0) + 1
        return True

    def give_back(self, name: str) -> None:
        """One less."""
        self._of[name] -= 1


async def passed_on(websocket: WebSocket, number: str, page: str, draft: str) -> None:
    """Pass on what both sides say until one of them ends it, or the tester is signed out: the call ends with it."""
    settings, name = site(websocket).settings, visitor(websocket).name
    seal = Seal(pages_proof(settings.var), number, page, draft)
    lines = _lines(websocket)
    if not lines.take(name):
        await websocket.close(_AGAIN_LATER)
        return
    try:
        address = f"ws://127.0.0.1:{settings.pages.telephone_port}{browser_path(settings.var)}"
        async with connect(
            address, subprotocols=[_SIP], proxy=None, compression=None, open_timeout=_LIMIT_S, max_size=LONGEST * 4
        ) as exchange:
            await websocket.accept(subprotocol=_SIP)
            dialog = Dialog()
            ways = (
                _to_exchange(websocket, exchange, seal, dialog),
                _to_browser(websocket, exchange, dialog),
                _signed_in(websocket),
            )
            tasks = [asyncio.create_task(way) for way in ways]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                if (bye := dialog.bye()) and (told := seal.put(bye)):
                    with suppress(ConnectionClosed):
                        await exchange.send(told)
        with suppress(RuntimeError, WebSocketDisconnect):  # the browser was first
            await websocket.close()
    except (OSError, TimeoutError, InvalidHandshake) as error:
        _log.warning("telephone.no_asterisk", why=type(error).__name__)
        await websocket.close(_AGAIN_LATER)
    finally:
        lines.give_back(name)


def _lines(websocket: WebSocket) -> Lines:
    """Those of this process."""
    state = websocket.app.state
    if not hasattr(state, "lines"):
        state.lines = Lines()
    return cast("Lines", state.lines)


async def _to_exchange(websocket: WebSocket, exchange: ClientConnection, seal: Seal, dialog: Dialog) -> None:
    here, name = site(websocket), visitor(websocket).name
    with suppress(WebSocketDisconnect, ConnectionClosed, KeyError):  # KeyError: bytes, which no telephone sends
        while True:
            message = await websocket.receive_text()
            told = seal.put(message) if len(message) <= LONGEST else None
            if told is None or (begins(message) and dialog.going_on):
                await websocket.close(REFUSED)
                return
            if begins(message):
                await run_in_threadpool(here.audit.add, name, "telepon.panggil")
            dialog.sent(message)
            await exchange.send(told)


async def _to_browser(websocket: WebSocket, exchange: ClientConnection, dialog: Dialog) -> None:
    with suppress(WebSocketDisconnect, ConnectionClosed):
        async for message in exchange:
            text = message if isinstance(message, str) else message.decode("utf-8", "replace")
            dialog.came(text)
            await websocket.send_text(text)


async def _signed_in(websocket: WebSocket) -> None:
    """Goes on for as long as the session does."""
    accounts, token = site(websocket).accounts, cookie.token(websocket)
    while await run_in_threadpool(accounts.session, token, datetime.now(UTC)):
        await asyncio.sleep(LOOK_S)
