"""Pages for testers, who call."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from agi.pages.shared.site import Tab
from agi.pages.tester import try_out

ROUTES: Sequence[BaseRoute] = (*try_out.ROUTES,)
TABS: Sequence[Tab] = (try_out.TAB,)
