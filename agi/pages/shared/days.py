"""The tallies of days that all pages share."""

from typing import cast

from starlette.requests import Request

from agi.books.days import Days
from agi.pages.shared.site import site


def days(request: Request) -> Days:
    """Those of this process's pages."""
    state = request.app.state
    if not hasattr(state, "days"):
        settings = site(request).settings
        state.days = Days(settings.calls_db, settings.var / "pages" / "days.jsonl", settings.zone)
    return cast("Days", state.days)
