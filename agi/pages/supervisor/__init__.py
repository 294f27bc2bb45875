"""Pages for supervisors, who see what callers met."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from agi.pages.shared.site import Tab
from agi.pages.supervisor import (
    call,
    callbacks,
    calls,
    case,
    institutions,
    live,
    messages,
    safety,
    survey,
    tickets,
    today,
)

ROUTES: Sequence[BaseRoute] = (
    *today.ROUTES,
    *live.ROUTES,
    *calls.ROUTES,
    *call.ROUTES,
    *tickets.ROUTES,
    *callbacks.ROUTES,
    *messages.ROUTES,
    *case.ROUTES,
    *safety.ROUTES,
    *survey.ROUTES,
    *institutions.ROUTES,
)
TABS: Sequence[Tab] = (
    today.TAB,
    calls.TAB,
    case.TAB,
    callbacks.TAB,
    messages.TAB,
    tickets.TAB,
    safety.TAB,
    survey.TAB,
    institutions.TAB,
)
LOOKS = frozenset({"/panggilan", "/panggilan/unduh", case.PATH})
"""What changes nothing though it is sent as a form: a number that is looked for may stand in no address."""
