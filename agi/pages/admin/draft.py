"""The draft: how it differs from what callers hear, what is wrong with it, and its publication."""

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.editions.differences import Change, Kind
from agi.editions.spelling import plain
from agi.errors import HotlineError
from agi.pages.admin import schedule, sentence_check
from agi.pages.admin.publication import BUSY, Changed, digest, publication
from agi.pages.shared.difference import Bit, bits
from agi.pages.shared.heard import heard
from agi.pages.shared.render import done, render
from agi.pages.shared.site import Tab, visitor

_LONGEST_NOTE = 200
_AGAIN_S = "1"


@dataclass(frozen=True, slots=True)
class Bar:
    """What stands above every page of an admin: how many changes wait, and the edition that callers hear."""

    waiting: int
    edition: int
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A change as the page shows it; `bits`: the words of a sentence that were added and removed."""

    change: Change
    bits: tuple[Bit, ...]


def bar(request: Request) -> Bar:
    """The bar of this moment."""
    here = heard(request)
    edition = here.editions.current_number()
    try:
        return Bar(len(here.changes()), edition)
    except HotlineError:
        return Bar(0, edition, unreadable=True)


def rows(found: tuple[Change, ...]) -> dict[str, list[Row]]:
    """Changes by their headings, ready to be shown."""
    told: dict[str, list[Row]] = {}
    for one in found:
        words = (
            bits(plain(one.before or ""), plain(one.after or "")) if one.kind in (Kind.SENTENCE, Kind.MESSAGE) else ()
        )
        told.setdefault(one.kind, []).append(Row(one, words))
    return told


def show(request: Request) -> Response:
    """All changes that wait, and what the checker says."""
    return _page(request)


def _page(request: Request, wrong: str = "", note: str = "", status: int = 200) -> Response:
    here = heard(request)
    seen = digest(here.settings)  # first: who changes it after this shall not have it published unseen
    found: tuple[Change, ...] = ()
    try:
        found = here.changes()
    except HotlineError as error:
        wrong = str(error)
    findings = here.findings()
    return render(
        request,
        "admin/draft.html",
        status,
        seen=seen,
        note=note,
        changes=rows(found),
        wrong=wrong,
        red=[one for one in findings if one.is_error],
        yellow=[one for one in findings if not one.is_error],
        mending=sentence_check.MENDING,
        planned=schedule.planned(request),
        edition=here.editions.current_number(),
    )


async def publish(request: Request) -> Response:
    """Begin to publish what somebody saw; how far it is tells the next page."""
    form = await request.form()
    note, seen = str(form.get("catatan", "")).strip()[:_LONGEST_NOTE], str(form.get("dasar", ""))
    return await run_in_threadpool(_publish, request, note, seen)


def _publish(request: Request, note: str, seen: str) -> Response:
    if seen != digest(heard(request).settings):
        return _page(request, str(Changed()), note, 409)
    begun = publication(request).start(visitor(request).name, note, seen)
    return done(request, "/draf/terbit", "" if begun else BUSY)


def progress(request: Request) -> Response:
    """How far the publication is; the browser asks again by itself until it is over."""
    state = publication(request).state
    response = render(request, "admin/publication.html", state=state)
    if state.running:
        response.headers["refresh"] = _AGAIN_S
    return response


ROUTES = (
    Route("/draf", show),
    Route("/draf/terbit", progress, methods=["GET"]),
    Route("/draf/terbit", publish, methods=["POST"]),
)
TAB = Tab("/draf", "Draf")
