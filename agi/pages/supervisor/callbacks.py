"""Callbacks: who waits, who was called, and that one is not called after all."""

from collections.abc import Mapping
from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.callback import OPEN, Callback, CallbackState
from agi.books.callbacks import CallbackNotFound
from agi.books.contacts import masked
from agi.office.callbacks import Callbacks
from agi.office.office import callbacks_of
from agi.pages.shared.render import done, render
from agi.pages.shared.site import Tab, site, visitor

PATH = "/panggil-balik"
TAB = Tab(PATH, "Panggil balik")
STATES: Mapping[CallbackState, str] = {
    CallbackState.WAITING: "menunggu",
    CallbackState.CALLING: "sedang dipanggil",
    CallbackState.DIALLED: "sedang dipanggil",
    CallbackState.DONE: "tersambung",
    CallbackState.REFUSED: "tidak memintanya",
    CallbackState.FAILED: "tidak menjawab",
    CallbackState.CANCELLED: "dibatalkan",
    CallbackState.EXPIRED: "kedaluwarsa",
}
_MOST = 200


def listed(request: Request) -> Response:
    """Those that wait, in the order of the queue, and behind them those that are over."""
    book = _callbacks(request).book
    over = book.listed([state for state in CallbackState if state not in OPEN])
    found = (*book.listed(), *sorted(over, key=lambda one: one.changed, reverse=True)[:_MOST])
    return render(request, "supervisor/callbacks.html", found=found, states=STATES, open=OPEN, whom=whom)


def cancelled(request: Request) -> Response:
    """Call nobody; where they are being called already, say so."""
    callback_id = request.path_params["callback"]
    try:
        gone = _callbacks(request).cancel(callback_id)
    except CallbackNotFound:
        raise HTTPException(404) from None
    if gone is None:
        return done(request, PATH, "Sudah terlambat: panggilan itu sedang atau sudah dilakukan.")
    site(request).audit.add(visitor(request).name, "panggil-balik.batal", gone.case_number)
    return done(request, PATH, f"Panggil balik {gone.case_number} dibatalkan.")


def whom(callback: Callback) -> str:
    """The telephone, masked."""
    return callback.account or masked(callback.number) or "–"


def _callbacks(request: Request) -> Callbacks:
    """Those of this process, opened once."""
    state = request.app.state
    if not hasattr(state, "callbacks"):
        state.callbacks = callbacks_of(site(request).settings)
    return cast("Callbacks", state.callbacks)


ROUTES = (
    Route(PATH, listed, methods=["GET"]),
    Route(f"{PATH}/{{callback:str}}/batal", cancelled, methods=["POST"]),
)
