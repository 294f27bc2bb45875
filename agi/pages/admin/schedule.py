"""Publication at a set time, for the page of the draft: `planned` for its template, which includes
`admin/schedule.html`, and what its two forms do.
"""

from datetime import UTC, datetime, timedelta
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.editions.moments import NoMoment, moment
from agi.editions.publishing import Publisher, Refused
from agi.editions.schedule import NotScheduled, Schedule, Scheduled
from agi.editions.store import Editions
from agi.ops.speech import speech_is_on
from agi.pages.shared.render import done
from agi.pages.shared.site import site, visitor
from agi.services.checked import check_all
from agi.settings import Settings

BACK = "/draf"
"""The page that shows it."""
_LONGEST_NOTE = 200


def planned(request: Request) -> Scheduled | None:
    """What goes live at a set time, for the page of the draft."""
    return Schedule(Editions(site(request).settings.editions_folder)).standing()


async def plan(request: Request) -> Response:
    """Check and prepare the draft now, and let callers hear it at the time that was given."""
    form = await request.form()
    at, note = str(form.get("pada", "")), str(form.get("catatan", ""))[:_LONGEST_NOTE]
    return await run_in_threadpool(_plan, request, at, note)


def _plan(request: Request, at: str, note: str) -> Response:
    here, who = site(request), visitor(request).name
    settings, makes = here.settings, _publisher(here.settings)
    try:
        when = moment(at, settings.zone, datetime.now(UTC))
        if when < datetime.now(UTC) + timedelta(seconds=1):
            raise NotScheduled("Waktu terbitnya sudah lewat: pilih waktu yang akan datang, atau terbitkan sekarang.")
        with makes.editions.alone():
            made = makes.plan(makes.draft(settings.prompts), when, who, note)
    except (NoMoment, NotScheduled) as wrong:
        return done(request, BACK, str(wrong))
    except Refused as wrong:
        errors = len(wrong.findings)
        return done(request, BACK, f"Tidak dijadwalkan: draf punya {errors} kesalahan. Yang didengar penelepon tetap.")
    here.audit.add(who, "terbit.jadwal", made.content, f"{made.at.isoformat()} {note}".rstrip())
    return done(request, BACK, "Terjadwal: yang disiapkan sekarang itulah yang terbit, biarpun draf diubah lagi.")


def cancel(request: Request) -> Response:
    """Publish nothing at a set time."""
    here = site(request)
    before = Schedule(Editions(here.settings.editions_folder)).cancel()
    if before is not None:
        here.audit.add(visitor(request).name, "terbit.batal", before.content)
    return done(request, BACK, "Jadwal terbit dibatalkan." if before else "Tidak ada yang terjadwal.")


def _publisher(settings: Settings) -> Publisher:
    model = settings.speech_model if speech_is_on(settings) else None
    return Publisher(settings, partial(check_all, settings), model)


ROUTES = (
    Route(f"{BACK}/jadwal", plan, methods=["POST"]),
    Route(f"{BACK}/jadwal/batal", cancel, methods=["POST"]),
)
