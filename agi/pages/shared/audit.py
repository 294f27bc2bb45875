"""The audit: who did what, the newest first."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.pages.shared.render import render
from agi.pages.shared.site import site

_ROWS = 100


def audit(request: Request) -> Response:
    """A page of it; whether the chain is sound where that is asked."""
    about, before = request.query_params.get("cari", "")[:100], request.query_params.get("sebelum", "")
    last = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    book = site(request).audit
    entries = book.entries(_ROWS, before=last, about=about)
    checked = "periksa" in request.query_params
    return render(
        request,
        "shared/audit.html",
        entries=entries,
        about=about,
        more=entries[-1].number if len(entries) == _ROWS else None,
        checked=checked,
        broken=book.broken() if checked else None,
    )


ROUTES = (Route("/audit", audit),)
