"""What is going on at this moment: calls, agents, and what somebody must see to; told anew as it changes."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast

import structlog
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.counting import CallCounter
from agi.books.desks import Break
from agi.books.figures import Now
from agi.books.hours import HoursBook
from agi.errors import HotlineError
from agi.office import hours
from agi.office.limit import utc_now
from agi.ops import present
from agi.ops.doctor import Check
from agi.ops.duty import Duty, Presence
from agi.ops.present import Present
from agi.pages.shared import cookie
from agi.pages.shared.render import render
from agi.pages.shared.site import site
from agi.settings import Settings

_LOOK_S = 1.0
"""How often it is looked whether something has changed, for all who look together."""
_SESSION_S = 10.0
PRESENCES: Mapping[Presence, str] = {
    Presence.FREE: "siap",
    Presence.RINGING: "berdering",
    Presence.TALKING: "berbicara",
    Presence.AFTER: "setelah panggilan",
    Presence.PAUSED: "istirahat",
    Presence.AWAY: "tidak masuk",
}
BREAKS: Mapping[Break, str] = {
    Break.MEAL: "makan",
    Break.PRAYER: "salat",
    Break.PAPERWORK: "administrasi",
    Break.TRAINING: "pelatihan",
    Break.OTHER: "lainnya",
}
TROUBLES: Mapping[str, str] = {
    "disk": "Ruang penyimpanan hampir habis",
    "processes": "Ada bagian hotline yang tidak berjalan",
    "calls": "Panggilan tidak dijawab",
    "trunk": "Sambungan ke operator terputus",
    "logs": "Ada peringatan dalam catatan satu hari terakhir",
}
_T = TypeVar("_T")
_log = structlog.get_logger("pages")


@dataclass(frozen=True, slots=True)
class Seen:
    """This moment. `duty`: None where Asterisk does not tell; `off`: set outside the agents' hours; `troubles`: what
    doctor found, in technicians' words."""

    now: Now
    duty: Duty | None
    off: hours.OffDuty | None
    troubles: tuple[Check, ...]


class _Kept(Generic[_T]):
    """What `look` finds, looked for again in a thread of its own when somebody asks and it is older than `for_s`."""

    def __init__(self, look: Callable[[], _T], for_s: float, first: _T) -> None:
        self._look = look
        self._for_s = for_s
        self._lock = threading.Lock()
        self._at = -for_s
        self._found = first

    def get(self, wait_s: float = 0.0) -> _T:
        """What was found last; at most `wait_s` seconds later what is found now."""
        if time.monotonic() - self._at >= self._for_s and self._lock.acquire(blocking=False):
            looking = threading.Thread(target=self._renew, daemon=True)
            looking.start()
            looking.join(wait_s)
        return self._found

    def _renew(self) -> None:
        try:
            self._found = self._look()
        except (HotlineError, OSError) as error:
            _log.warning("pages.not_seen", why=type(error).__name__)
        finally:
            self._at = time.monotonic()
            self._lock.release()


class Live:
    """This moment of one installation, looked at once for all who look."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._hours = hours.Duty(HoursBook(settings.hours_file), settings.zone, utc_now)
        self._now = _Kept(self._count, _LOOK_S, Now(0, 0))
        self._present = _Kept(self._look, _LOOK_S, Present())

    def seen(self, wait_s: float = 0.0) -> Seen:
        """What was seen last; at most some `wait_s` seconds later what is to be seen now."""
        now, found = self._now.get(wait_s), self._present.get(wait_s)
        return Seen(now, found.duty, self._hours.off(), found.troubles)

    def _count(self) -> Now:
        with CallCounter(self._settings.calls_db) as reader:
            return reader.now(datetime.now(UTC))

    def _look(self) -> Present:
        present.wish(self._settings)
        return present.told(self._settings)


def live(request: Request) -> Live:
    """That of this process's pages."""
    state = request.app.state
    if not hasattr(state, "live"):
        state.live = Live(site(request).settings)
    return cast("Live", state.live)


def told(seen: Seen) -> dict[str, Any]:
    """What the block `now` of the page says."""
    return {
        "now": seen.now,
        "duty": seen.duty,
        "off_duty": seen.off,
        "troubles": seen.troubles,
        "presences": PRESENCES,
        "breaks": BREAKS,
        "words": TROUBLES,
    }


async def follow(request: Request) -> Response:
    """The block of this moment, as often as it changes, as server-sent events."""
    return EventSourceResponse(_changes(request), ping=15)


async def _changes(request: Request) -> AsyncIterator[ServerSentEvent]:
    accounts, token, loop = site(request).accounts, cookie.token(request), asyncio.get_running_loop()
    here, shown, look = live(request), None, 0.0
    while not await request.is_disconnected():
        if loop.time() >= look:
            if await run_in_threadpool(accounts.session, token, datetime.now(UTC)) is None:
                return
            look = loop.time() + _SESSION_S
        seen = await run_in_threadpool(here.seen)
        if seen != shown:
            shown = seen
            yield ServerSentEvent(await run_in_threadpool(_drawn, request, seen), event="sekarang")
        await asyncio.sleep(_LOOK_S)


def _drawn(request: Request, seen: Seen) -> str:
    return bytes(render(request, "supervisor/today.html", block="now", **told(seen)).body).decode()


ROUTES = (Route("/hari-ini/langsung", follow, methods=["GET"]),)
