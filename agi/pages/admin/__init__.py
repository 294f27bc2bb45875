"""Pages for admins, who change what callers hear."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from agi.pages.admin import announcement, draft, history, menus, recordings, schedule, sentences
from agi.pages.shared.site import Tab

ROUTES: Sequence[BaseRoute] = (
    *sentences.ROUTES,
    *recordings.ROUTES,
    *menus.ROUTES,
    *draft.ROUTES,
    *schedule.ROUTES,
    *history.ROUTES,
    *announcement.ROUTES,
)
TABS: Sequence[Tab] = (sentences.TAB, menus.TAB, draft.TAB, history.TAB, announcement.TAB)
