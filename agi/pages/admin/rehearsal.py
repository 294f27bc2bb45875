"""Gladi: synthetic callers go through the draft before anybody hears it; begun, watched and stopped here."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.pages.admin.publication import digest
from agi.pages.admin.rehearsing import rehearsing
from agi.pages.shared.render import done, render
from agi.pages.shared.site import site, visitor
from agi.rehearsal.place import kept
from agi.rehearsal.result import WELL, mending

PATH = "/draf/gladi"
_AGAIN_S = "2"
_ALL = "semua"


def show(request: Request) -> Response:
    """How far the rehearsal is, or the result of the last one; the browser asks again by itself meanwhile."""
    settings, state = site(request).settings, rehearsing(request).state
    found = None if state.running else kept(settings)
    response = render(
        request,
        "admin/rehearsal.html",
        state=state,
        found=found,
        old=found is not None and found.draft != digest(settings),
        mending=tuple(mending(found)) if found else (),
        well=WELL,
        titles={one.name: one.title for one in found.questions} if found else {},
    )
    if state.running:
        response.headers["refresh"] = _AGAIN_S
    return response


async def begin(request: Request) -> Response:
    """Begin one: of what differs from what callers hear, or of everything."""
    form = await request.form()
    return await run_in_threadpool(_begin, request, form.get("apa") == _ALL)


def _begin(request: Request, every: bool) -> Response:
    name = visitor(request).name
    if not rehearsing(request).start(name, every=every):
        return done(request, PATH, "Gladi lain sedang berjalan: tunggu sampai selesai, atau hentikan dulu.")
    site(request).audit.add(name, "gladi.mulai", detail=_ALL if every else "")
    return done(request, PATH)


def stop(request: Request) -> Response:
    """Stop it; what was found until then is lost."""
    name = visitor(request).name
    if rehearsing(request).stop(name):
        site(request).audit.add(name, "gladi.henti")
    return done(request, PATH)


ROUTES = (
    Route(PATH, show, methods=["GET"]),
    Route(PATH, begin, methods=["POST"]),
    Route(f"{PATH}/henti", stop, methods=["POST"]),
)
