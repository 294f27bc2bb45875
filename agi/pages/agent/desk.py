"""Petugas: an agent's state, the call that rings or is talked in, and what came of each call.

The telephone works without this page; whoever has it open sees the case before they answer.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.desks import Break, Desks, Handled, Result, What
from agi.books.errors import BookError
from agi.books.search import CallSearch
from agi.books.ticket import Category
from agi.office.results import Opened
from agi.ops.duty import AtHand, Duty, OnDuty, Presence
from agi.pages.agent.case import lines_for, seen
from agi.pages.agent.checklist import Line
from agi.pages.shared import cookie
from agi.pages.shared.render import done, render
from agi.pages.shared.site import Tab, site, visitor
from agi.pages.supervisor import words
from agi.pages.supervisor.live import BREAKS, PRESENCES, live
from agi.pages.supervisor.tickets import CATEGORIES, STATES, office_tickets
from agi.privacy import redact

PATH = "/petugas"
TAB = Tab(PATH, "Petugas")
_LOOK_S = 0.5
_SESSION_S = 10.0
_READ_S = 60.0
"""How often the records are read again for calls that this page has not seen."""
_KEPT = timedelta(days=7)
"""Older calls are not asked after any more."""
_MOST_CALLS = 200
_SHOWN = 5
_LONGEST = 2000
CHANNEL = "agent"


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A call of this agent of which nobody has written down what came of it. `begun`: None while it goes on."""

    call: str
    begun: datetime | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """An agent's desk at this moment. `me`: None where Asterisk does not tell; `unwritten`: the newest first."""

    agent: str
    me: OnDuty | None
    duty: Duty | None
    unwritten: tuple[Unwritten, ...]

    @property
    def talking(self) -> AtHand | None:
        """The call that the agent talks in."""
        return self.me.at_hand if self.me and self.me.presence is Presence.TALKING else None


@dataclass(frozen=True, slots=True)
class Had:
    """What the books tell of an `agent` ("": whose account is none): the calls that they had lately and when these
    began, and those of which is `written` what came of them."""

    agent: str
    calls: dict[str, datetime]
    written: frozenset[str]


def show(request: Request) -> Response:
    """The desk."""
    return _page(request)


async def change_state(request: Request) -> Response:
    """Take calls, or none for a while, and why."""
    form = await request.form()
    return await run_in_threadpool(_change_state, request, str(form.get("keadaan", "")), str(form.get("alasan", "")))


def _change_state(request: Request, state: str, reason: str) -> Response:
    agent = _agent(request)
    if state == "siap":
        what, detail, told = What.READY, "", "Anda menerima panggilan lagi."
    elif state == "istirahat" and reason in tuple(Break):
        what, detail = What.BREAK, reason
        told = f"Istirahat ({BREAKS[Break(reason)]}): tidak ada panggilan sampai Anda siap lagi."
    else:
        raise HTTPException(400)
    here = site(request)
    desks(request).order(what, agent, detail, datetime.now(UTC))
    here.audit.add(visitor(request).name, f"petugas.{state}", agent, detail)
    return done(request, PATH, told)


async def write_down(request: Request) -> Response:
    """What came of a call."""
    form = await request.form()
    given = {name: str(form.get(name, "")).strip() for name in ("call", "hasil", "catatan", "kategori")}
    checked = tuple(str(one) for one in form.getlist("cek"))[:20]
    return await run_in_threadpool(_write_down, request, given, checked)


def _write_down(request: Request, given: Mapping[str, str], checked: tuple[str, ...]) -> Response:
    agent, found = _agent(request), visitor(request)
    desk = _desk(request, _had(request))
    call = next((one for one in desk.unwritten if one.call == given["call"]), None)
    if call is None:
        return _page(request, wrong="Panggilan ini sudah dicatat, atau bukan panggilan Anda.", status=409)
    note = redact(given["catatan"][:_LONGEST])
    if given["hasil"] not in tuple(Result) or not note:
        return _page(request, wrong="Pilih hasilnya dan tulis catatan singkat.", given=given, status=422)
    result, opened = Result(given["hasil"]), None
    if result is Result.TICKET:
        if given["kategori"] not in tuple(Category):
            return _page(request, wrong="Pilih tentang apa tiketnya.", given=given, status=422)
        opened = _opened(request, call.call, Category(given["kategori"]), note)
    done_lines = tuple(line.key for line in call.lines if line.key in checked)
    now = datetime.now(UTC)
    desks(request).write_down(Handled(call.call, agent, found.name, now, result, note, done_lines))
    site(request).audit.add(found.name, "petugas.catat", call.call, words.RESULTS[result])
    if opened is None:
        return done(request, PATH, "Catatan disimpan.")
    return _page(request, opened=opened)


def _opened(request: Request, call: str, category: Category, note: str) -> Opened:
    """A ticket of that call, with the note of the agent."""
    tickets, by = office_tickets(request), visitor(request).name
    draft = tickets.begin(category, call, CHANNEL)
    opened = tickets.submit(draft.id, None, 0.0)
    tickets.edit(tickets.book.ticket(draft.id), lambda one: one, by, note)
    site(request).audit.add(by, "petugas.tiket", draft.id)
    return opened


async def follow(request: Request) -> Response:
    """The desk as it changes, as server-sent events: this moment, and the calls to be written down."""
    return EventSourceResponse(_changes(request), ping=15)


async def _changes(request: Request) -> AsyncIterator[ServerSentEvent]:
    here, token, loop = site(request), cookie.token(request), asyncio.get_running_loop()
    shown: Desk | None = None
    had = Had("", {}, frozenset())
    look, read, rang = 0.0, 0.0, ""
    while not await request.is_disconnected():
        if loop.time() >= look:
            if await run_in_threadpool(here.accounts.session, token, datetime.now(UTC)) is None:
                return
            look = loop.time() + _SESSION_S
        if loop.time() >= read:
            before, had = had, await run_in_threadpool(_had, request)
            had = replace(had, calls=before.calls | had.calls)
            read = loop.time() + _READ_S
        desk = await run_in_threadpool(_desk, request, had)
        at_hand = desk.me.at_hand if desk.me else None
        if at_hand and at_hand.call != rang:
            await run_in_threadpool(here.audit.add, visitor(request).name, "petugas.kasus", at_hand.call)
        rang = at_hand.call if at_hand else ""
        if desk.talking:
            had.calls.setdefault(desk.talking.call, datetime.now(UTC))
        if shown is None or (desk.me, desk.duty) != (shown.me, shown.duty):
            yield ServerSentEvent(await run_in_threadpool(_drawn, request, desk, "now"), event="sekarang")
        if shown is None or desk.unwritten != shown.unwritten:
            yield ServerSentEvent(await run_in_threadpool(_drawn, request, desk, "notes"), event="catatan")
        shown = desk
        await asyncio.sleep(_LOOK_S)


def _drawn(request: Request, desk: Desk, block: str) -> str:
    return bytes(render(request, "agent/desk.html", block=block, **_told(request, desk)).body).decode()


def _page(
    request: Request,
    *,
    wrong: str = "",
    given: Mapping[str, str] | None = None,
    opened: Opened | None = None,
    status: int = 200,
) -> Response:
    desk = _desk(request, _had(request), wait_s=1.0)
    told = {**_told(request, desk), "wrong": wrong, "given": given or {}, "opened": opened}
    return render(request, "agent/desk.html", status=status, **told)


def _told(request: Request, desk: Desk) -> dict[str, Any]:
    """What the page says of `desk`."""
    at_hand = desk.me.at_hand if desk.me else None
    try:
        case = seen(request, at_hand) if at_hand else None
        trouble = False
    except BookError:  # the call goes on all the same
        case, trouble = None, True
    return {
        "desk": desk,
        "case": case,
        "trouble": trouble,
        "ringing": desk.me is not None and desk.me.presence is Presence.RINGING,
        "presences": PRESENCES,
        "breaks": BREAKS,
        "results": words.RESULTS,
        "categories": CATEGORIES,
        "states": STATES,
        "outcomes": words.OUTCOMES,
        "given": {},
        "shown": _SHOWN,
    }


def _desk(request: Request, had: Had, wait_s: float = 0.0) -> Desk:
    """The desk now."""
    if not had.agent:
        return Desk("", None, None, ())
    duty = live(request).seen(wait_s).duty
    desk = Desk(had.agent, duty.agent(had.agent) if duty else None, duty, ())
    now = desk.talking
    left = {
        call: begun for call, begun in had.calls.items() if call not in had.written and not (now and now.call == call)
    }
    over = [Unwritten(call, left[call], lines_for(None)) for call in sorted(left, key=lambda one: left[one])[::-1]]
    going_on = [Unwritten(now.call, None, lines_for(now))] if now and now.call not in had.written else []
    return replace(desk, unwritten=(*going_on, *over))


def _had(request: Request) -> Had:
    """What the books tell of the agent who looks."""
    book, since = desks(request), datetime.now(UTC) - _KEPT
    agent = book.agent_of(visitor(request).name)
    if not agent:
        return Had("", {}, frozenset())
    with CallSearch(site(request).settings.calls_db) as reader:
        calls = {one.id: one.started for one in reader.of_agent(agent, since, _MOST_CALLS)}
    return Had(agent, calls, frozenset(one.call for one in book.handled(agent, limit=2 * _MOST_CALLS)))


def _agent(request: Request) -> str:
    """The number of the agent who looks; others have no desk."""
    if agent := desks(request).agent_of(visitor(request).name):
        return agent
    raise HTTPException(403)


def desks(request: Request) -> Desks:
    """Those of this installation."""
    return Desks(site(request).settings.pages_db)


ROUTES = (
    Route(PATH, show, methods=["GET"]),
    Route(f"{PATH}/langsung", follow, methods=["GET"]),
    Route(f"{PATH}/keadaan", change_state, methods=["POST"]),
    Route(f"{PATH}/catatan", write_down, methods=["POST"]),
)
