"""The first page: what can be done here, other channels, agents' hours, and what fraud is like."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.hours import HoursBook, HoursError, written
from agi.citizens.render import long_date, render
from agi.citizens.site import Site, site
from agi.dialogue.question import Prompt
from agi.office.hours import Hours

_DAYS = 7


def show(request: Request) -> Response:
    """The page."""
    here = site(request)
    service = here.service()
    return render(
        request,
        "home.html",
        fraud=service.sentences(Prompt("info.fraud")),
        channels=service.sentences(Prompt("info.channels")),
        open_at=service.sentences(Prompt("info.hours")),
        hours=_hours(here),
        on_duty=here.office.duty.off() is None,
        doors=[table.SHOWN for table in here.settings.doors.values() if table.wanted],
    )


def _hours(here: Site) -> list[tuple[str, str]]:
    """The agents' hours of the next days; none where the office has set none."""
    try:
        own = HoursBook(here.settings.hours_file).read()
    except HoursError:
        return []
    if own is None:
        return []
    hours, today = Hours(own), here.office.today
    days = [hours.on(today + timedelta(later)) for later in range(_DAYS)]
    return [(long_date(one.day), f"{written(one.hours)}{f' ({one.name})' if one.name else ''}") for one in days]


ROUTES = (Route("/", show, methods=["GET"]),)
