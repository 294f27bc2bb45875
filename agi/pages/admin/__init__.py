"""Pages for admins, who change what callers hear."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from agi.pages.admin import announcement, schedule
from agi.pages.shared.site import Tab

ROUTES: Sequence[BaseRoute] = (*announcement.ROUTES, *schedule.ROUTES)
TABS: Sequence[Tab] = (announcement.TAB,)
