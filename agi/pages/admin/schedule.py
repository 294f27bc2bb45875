"""Publication at a set time: what is planned, in words, and the forms that plan and cancel it.

A page that shows the draft includes `admin/schedule.html` and gives it what is `planned`, and the digest of the
draft that was `seen`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.editions.differences import differences
from agi.editions.moments import NoMoment, moment
from agi.editions.schedule import NotScheduled, Schedule, Scheduled
from agi.editions.store import Editions
from agi.errors import HotlineError
from agi.pages.admin.publication import BUSY, Changed, digest, publication
from agi.pages.shared.render import done, render
from agi.pages.shared.site import site, visitor

PATH = "/draf/jadwal"
_LONGEST_NOTE = 200


def planned(request: Request) -> Scheduled | None:
    """What goes live at a set time, for the page of the draft."""
    return Schedule(Editions(site(request).settings.editions_folder)).standing()


def show(request: Request) -> Response:
    """What is planned, or could be: how it differs from what callers hear."""
    settings, found = site(request).settings, planned(request)
    seen = digest(settings)
    editions = Editions(settings.editions_folder)
    current = editions.current()
    prompts = Schedule(editions).prompts(found) if found else settings.prompts
    changes: tuple[str, ...] = ()
    wrong = ""
    try:
        changes = tuple(differences(current.prompts, prompts, settings.office.language)) if current else ()
    except HotlineError as error:  # a draft that can't be read yet
        wrong = str(error)
    told: dict[str, Any] = {"planned": found, "current": current, "changes": changes, "wrong": wrong, "seen": seen}
    return render(request, "admin/planned.html", **told)


async def plan(request: Request) -> Response:
    """Begin to check and prepare the draft, for callers to hear at the time that was given; the next page tells."""
    form = await request.form()
    at, note = str(form.get("pada", "")), str(form.get("catatan", ""))[:_LONGEST_NOTE]
    return await run_in_threadpool(_plan, request, at, note, str(form.get("dasar", "")))


def _plan(request: Request, at: str, note: str, seen: str) -> Response:
    settings = site(request).settings
    try:
        when = moment(at, settings.zone, datetime.now(UTC))
        if when < datetime.now(UTC) + timedelta(seconds=1):
            raise NotScheduled("Waktu terbitnya sudah lewat: pilih waktu yang akan datang, atau terbitkan sekarang.")
        if seen != digest(settings):
            raise Changed
    except (NoMoment, NotScheduled, Changed) as wrong:
        return done(request, PATH, str(wrong))
    begun = publication(request).start(visitor(request).name, note, seen, when)
    return done(request, "/draf/terbit", "" if begun else BUSY)


def cancel(request: Request) -> Response:
    """Publish nothing at a set time."""
    here = site(request)
    before = Schedule(Editions(here.settings.editions_folder)).cancel()
    if before is not None:
        here.audit.add(visitor(request).name, "terbit.batal", before.content)
    return done(request, PATH, "Jadwal terbit dibatalkan." if before else "Tidak ada yang terjadwal.")


ROUTES = (
    Route(PATH, show, methods=["GET"]),
    Route(PATH, plan, methods=["POST"]),
    Route(f"{PATH}/batal", cancel, methods=["POST"]),
)
