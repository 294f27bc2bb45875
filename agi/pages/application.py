"""All pages as one application: which there are, and for whom."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from agi.books.accounts import Role
from agi.errors import HotlineError
from agi.pages import admin, agent, supervisor, tester
from agi.pages.admin import draft, recordings
from agi.pages.shared import accounts, assets, audit, home, presence, sign_in
from agi.pages.shared.guard import Guard, Only
from agi.pages.shared.render import render
from agi.pages.shared.site import Site, Tab
from agi.settings import Settings

LARGER: Mapping[str, int] = {**recordings.LARGER}
"""Bodies that may be larger than a form (bytes), by the beginning of the path."""
_EVERYBODY = frozenset(Role)
_AUDIT = Tab("/audit", "Audit")
_ACCOUNTS = Tab("/akun/semua", "Akun")
TABS: Mapping[Role, Sequence[Tab]] = {
    Role.ADMIN: (*admin.TABS, *supervisor.TABS, *tester.TABS, _ACCOUNTS, _AUDIT),
    Role.SUPERVISOR: supervisor.TABS,
    Role.TESTER: tester.TABS,
    Role.AGENT: agent.TABS,
    Role.AUDITOR: (*admin.TABS, *supervisor.TABS, _ACCOUNTS, _AUDIT),
}
_log = structlog.get_logger("pages")


def application(settings: Settings) -> Starlette:
    """The pages of an installation. Raises BadKey."""
    site = Site.of(settings, dict(TABS))
    app = Starlette(
        routes=[
            Route("/aset/{name:path}", assets.serve),
            *sign_in.ROUTES,
            *tester.FOR_TELEPHONES,
            *_only_for(_EVERYBODY, (*home.ROUTES, *accounts.OWN)),
            *_only_for({Role.ADMIN}, (*admin.ROUTES, *accounts.FOR_ADMINS, *audit.ROUTES, *presence.ROUTES)),
            *_only_for({Role.ADMIN, Role.SUPERVISOR}, supervisor.ROUTES),
            *_only_for({Role.ADMIN, Role.TESTER}, tester.ROUTES),
            *_only_for({Role.AGENT}, agent.ROUTES),
            *_only_for({Role.ADMIN, Role.SUPERVISOR, Role.AGENT}, agent.THREADS),
        ],
        middleware=[Middleware(Guard, site=site, larger=LARGER)],
        exception_handlers={HTTPException: _not_there, HotlineError: _not_possible, Exception: _broken},
    )
    app.state.site = site
    app.state.bar = draft.bar
    app.state.others = presence.others
    return app


def _only_for(roles: Collection[Role], routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """`routes` for these roles; auditors may look at all of them."""
    only = [Middleware(Only, roles=roles)]
    for route in routes:
        if isinstance(route, Route):
            methods = sorted(route.methods or {"GET"})
            looks = [Middleware(Only, roles={*roles, Role.AUDITOR})] if route.path in supervisor.LOOKS else only
            yield Route(route.path, route.endpoint, methods=methods, name=route.name, middleware=looks)
        elif isinstance(route, WebSocketRoute):
            yield WebSocketRoute(route.path, route.endpoint, name=route.name, middleware=only)
        else:
            raise TypeError(f"a page is a Route, not {route!r}")


def _not_there(request: Request, error: Exception) -> Response:
    """There is no such page, or it can't be asked so."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    told = "Halaman ini tidak ada." if error.status_code == 404 else "Permintaan ini tidak bisa dijalankan."
    return render(request, "shared/trouble.html", status=error.status_code, title="Tidak ada", told=told)


def _not_possible(request: Request, error: Exception) -> Response:
    """What was asked for can't be done; the error says why."""
    return render(request, "shared/trouble.html", status=409, title="Tidak bisa sekarang", told=str(error))


def _broken(request: Request, error: Exception) -> Response:
    """A fault of ours: its kind goes to the log, which names no number."""
    page = getattr(request.scope.get("route"), "path", "")  # the pattern, not what somebody asked for
    _log.error("pages.failed", page=page, why=type(error).__name__)
    told = "Ada kesalahan pada program. Perubahan terakhir mungkin belum tersimpan. Catatan ada di hotline logs."
    return render(request, "shared/trouble.html", status=500, title="Ada kesalahan", told=told)
