"""Against fraud: which numbers callers have reported, and the lock of a NIK, which the office alone opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi import privacy
from agi.books.contacts import masked
from agi.books.numbers import nik_fault
from agi.books.ticket import State, Ticket
from agi.books.tickets import TicketBook
from agi.office.office import safety_of
from agi.office.safety import Safety
from agi.pages.shared.render import done, render
from agi.pages.shared.site import Tab, site, visitor

PATH = "/keamanan"
TAB = Tab(PATH, "Keamanan")
DAYS = 30
MOST = 50
_LONGEST = 200
_SENT = tuple(state for state in State if state is not State.DRAFT)


@dataclass(frozen=True, slots=True)
class Reported:
    """A number that was reported, masked; how often, and when last."""

    number: str
    times: int
    last: datetime


def show(request: Request) -> Response:
    """The numbers that were reported most, and the form for the lock of a NIK."""
    return _page(request)


def _page(request: Request, *, wrong: str = "", told: str = "", reason: str = "", status: int = 200) -> Response:
    since = datetime.now(UTC) - timedelta(days=DAYS)
    tickets = TicketBook(site(request).settings.tickets_db).tickets(_SENT)
    fraud = [one for one in tickets if one.category == "fraud" and one.opened >= since]
    return render(
        request,
        "supervisor/safety.html",
        status=status,
        days=DAYS,
        reports=len(fraud),
        reported=reported(fraud)[:MOST],
        most=MOST,
        frozen=safety(request).frozen.count(),
        wrong=wrong,
        told=told,
        reason=reason,
    )


def reported(fraud: Iterable[Ticket]) -> list[Reported]:
    """The numbers that these reports name, the most frequent first."""
    by_number: dict[str, list[datetime]] = {}
    for ticket in fraud:
        if ticket.suspect:
            by_number.setdefault(ticket.suspect, []).append(ticket.opened)
    found = [Reported(masked(number), len(times), max(times)) for number, times in by_number.items()]
    return sorted(found, key=lambda one: (-one.times, -one.last.timestamp()))


async def nik(request: Request) -> Response:
    """See whether a NIK is locked, or unlock it; the NIK stands in no address, page or audit."""
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    return await run_in_threadpool(_nik, request, form.get("nik", ""), form.get("alasan", ""), form.get("aksi", ""))


def _nik(request: Request, number: str, reason: str, act: str) -> Response:
    here, reason = site(request), privacy.redact(reason)[:_LONGEST]
    if nik_fault(number):
        return _page(request, wrong="Itu bukan NIK: periksa keenam belas angkanya.", reason=reason, status=422)
    who, frozen = visitor(request).name, safety(request).frozen
    if act != "buka":
        here.audit.add(who, "nik.lihat_kunci", privacy.mask(number))
        since = frozen.since(number)
        state = f"dikunci sejak {since.astimezone(here.settings.zone):%d-%m-%Y %H.%M}" if since else "tidak dikunci"
        return _page(request, told=f"NIK {privacy.mask(number)} {state}.", reason=reason)
    if not reason:
        return _page(request, wrong="Tulis bagaimana pemiliknya dikenali, misalnya dengan KTP-el asli.", status=422)
    if not frozen.unfreeze(number):
        return _page(request, wrong="NIK itu tidak dikunci.", reason=reason, status=409)
    here.audit.add(who, "nik.buka_kunci", privacy.mask(number), reason)
    return done(request, PATH, "Kunci NIK itu sudah dibuka.")


def safety(request: Request) -> Safety:
    """What there is against fraud, opened once."""
    state = request.app.state
    if not hasattr(state, "safety"):
        settings = site(request).settings
        state.safety = safety_of(settings, privacy.hash_key(settings.var))
    return cast("Safety", state.safety)


ROUTES = (Route(PATH, show, methods=["GET"]), Route(f"{PATH}/nik", nik, methods=["POST"]))
