"""Pages for agents, who take calls."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from agi.pages.agent import desk
from agi.pages.shared.site import Tab

ROUTES: Sequence[BaseRoute] = desk.ROUTES
TABS: Sequence[Tab] = (desk.TAB,)
