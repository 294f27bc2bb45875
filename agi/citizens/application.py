"""All pages for citizens as one application."""

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.citizens import assets, chat, checks, complaint, home, information, menu
from agi.citizens.guard import Guard
from agi.citizens.render import render
from agi.citizens.site import Site
from agi.errors import HotlineError

_AGAIN_LATER = "Halaman ini sedang terganggu. Silakan coba beberapa saat lagi, atau menelepon kami."
_log = structlog.get_logger("citizens")


def application(site: Site) -> Starlette:
    """The pages of an installation."""
    app = Starlette(
        routes=[
            Route("/aset/{name}", assets.serve, methods=["GET"]),
            *home.ROUTES,
            *checks.ROUTES,
            *complaint.ROUTES,
            *information.ROUTES,
            *menu.ROUTES,
            *chat.ROUTES,
        ],
        middleware=[Middleware(Guard)],
        exception_handlers={HTTPException: _not_there, HotlineError: _unavailable, Exception: _broken},
    )
    app.state.site = site
    return app


def _not_there(request: Request, error: Exception) -> Response:
    """There is no such page, or it can't be asked so."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    told = "Halaman ini tidak ada." if error.status_code == 404 else "Permintaan ini tidak bisa dijalankan."
    return render(request, "trouble.html", error.status_code, told=told)


def _unavailable(request: Request, error: Exception) -> Response:
    """A book can't be used, or nothing was published yet."""
    _log.error("citizens.unavailable", why=type(error).__name__)
    return render(request, "trouble.html", 503, told=_AGAIN_LATER)


def _broken(request: Request, error: Exception) -> Response:
    """A fault of ours: its kind goes to the log, which names no number."""
    page = getattr(request.scope.get("route"), "path", "")  # the pattern, not what somebody asked for
    _log.error("citizens.failed", page=page, why=type(error).__name__)
    return render(request, "trouble.html", 500, told=_AGAIN_LATER)
