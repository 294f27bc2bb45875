"""Pages for supervisors, who see what callers met."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from agi.pages.shared.site import Tab
from agi.pages.supervisor import call, calls, today

ROUTES: Sequence[BaseRoute] = (*today.ROUTES, *calls.ROUTES, *call.ROUTES)
TABS: Sequence[Tab] = (today.TAB, calls.TAB)
