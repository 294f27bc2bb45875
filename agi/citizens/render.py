"""From a template to a page."""

from datetime import date, datetime
from functools import cache
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from agi.citizens import assets
from agi.citizens.gate import TRAP
from agi.citizens.site import site

_LOCALE = "id"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = assets.address
    made.globals["trap"] = TRAP
    made.filters["tanggal"] = long_date
    made.filters["angka"] = lambda number: format_decimal(number, locale=_LOCALE)
    return made


def long_date(day: date | datetime) -> str:
    """Senin, 30 November 2026."""
    return format_date(day, "EEEE, d MMMM y", locale=_LOCALE)


def render(request: Request, template: str, status: int = 200, **context: object) -> Response:
    """The page `template` ("home.html"). Templates find the `path`, the `telephone` number, and a new `form`."""
    here = site(request)
    told = {"path": request.url.path, "telephone": here.settings.telephony.number, "form": here.gate.form, **context}
    return HTMLResponse(_environment().get_template(template).render(told), status)
