"""From a template to a page, or to a part of one."""

from datetime import datetime
from functools import cache
from pathlib import Path

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from jinja2_fragments import render_block
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from agi.books.accounts import Role
from agi.pages.shared import assets, cookie
from agi.pages.shared.site import maybe_visitor, site

PAGES = Path(__file__).resolve().parent.parent
_LOCALE = "id"
_BARS = (Role.ADMIN, Role.AUDITOR)
"""Who is told on every page how many changes wait to be published."""


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals["asset"] = assets.address
    made.filters["waktu"] = _moment
    made.filters["jam"] = _clock
    made.filters["tanggal"] = lambda day: format_date(day, "d MMM y", locale=_LOCALE)
    made.filters["angka"] = lambda number: format_decimal(number, locale=_LOCALE)
    made.filters["detik"] = seconds
    return made


def seconds(lasts: float) -> str:
    """How long something lasts: 3,4 s."""
    return f"{format_decimal(round(lasts, 1), locale=_LOCALE)} s"


@pass_context
def _moment(context: Context, at: datetime | None) -> str:
    """A time at the office: 27 Nov 2026 13.45."""
    zone = context["settings"].zone
    return format_datetime(at.astimezone(zone), "d MMM y HH.mm", locale=_LOCALE) if at else ""


@pass_context
def _clock(context: Context, at: datetime) -> str:
    """A time of this day at the office: 13.45."""
    return format_datetime(at.astimezone(context["settings"].zone), "HH.mm", locale=_LOCALE)


def render(request: Request, template: str, status: int = 200, block: str = "", **context: object) -> Response:
    """The page `template` ("admin/menus.html"), or its `block` alone.

    Templates find the `visitor` (None: nobody is signed in), the `path`, `settings`, the `tabs` of the navigation and
    the `message` of what was done before, the `bar` of the draft,
    and the `others` who have the page open, too.
    """
    here, found = site(request), maybe_visitor(request)
    bar = request.app.state.bar if found and found.proven and found.role in _BARS and not block else None
    admin = found and found.proven and found.role is Role.ADMIN and not block
    told = {
        "others": request.app.state.others(request) if admin else (),
        "bar": bar(request) if bar else None,
        "visitor": found,
        "path": request.url.path,
        "settings": here.settings,
        "tabs": here.tabs.get(found.role, ()) if found and found.proven else (),
        "message": "" if block or found is None else here.accounts.take_message(cookie.token(request)),
        **context,
    }
    environment = _environment()
    if block:
        return HTMLResponse(render_block(environment, template, block, **told), status)
    return HTMLResponse(environment.get_template(template).render(told), status)


def done(request: Request, path: str, message: str = "") -> Response:
    """On to the page at `path`, which tells `message` once."""
    if message:
        site(request).accounts.leave_message(cookie.token(request), message)
    return RedirectResponse(path, 303)


def safe(markup: str) -> Markup:
    """`markup` that we made ourselves (a drawing): it is not escaped."""
    return Markup(markup)  # noqa: S704 - every value in it was escaped by its maker
