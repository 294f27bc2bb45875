"""Pages for agents, who take calls."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from agi.pages.agent import desk, threads
from agi.pages.shared.site import Tab

ROUTES: Sequence[BaseRoute] = desk.ROUTES
THREADS: Sequence[BaseRoute] = threads.ROUTES
"""For supervisors and admins, too: they may take over what no agent does."""
TABS: Sequence[Tab] = (desk.TAB, threads.TAB)
