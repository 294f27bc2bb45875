"""Pages for admins, who change what callers hear."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from agi.pages.admin import (
    agents,
    announcement,
    draft,
    facts,
    history,
    hours,
    menu_changes,
    menu_place,
    menu_removal,
    menus,
    norm,
    recordings,
    rehearsal,
    schedule,
    sentences,
    whatif,
    written,
)
from agi.pages.shared.site import Tab

ROUTES: Sequence[BaseRoute] = (
    *sentences.ROUTES,
    *written.ROUTES,
    *recordings.ROUTES,
    *menus.ROUTES,
    *menu_place.ROUTES,
    *menu_removal.ROUTES,
    *menu_changes.ROUTES,
    *draft.ROUTES,
    *whatif.ROUTES,
    *rehearsal.ROUTES,
    *schedule.ROUTES,
    *history.ROUTES,
    *announcement.ROUTES,
    *norm.ROUTES,
    *hours.ROUTES,
    *facts.ROUTES,
    *agents.ROUTES,
)
TABS: Sequence[Tab] = (
    sentences.TAB,
    menus.TAB,
    draft.TAB,
    history.TAB,
    announcement.TAB,
    hours.TAB,
    facts.TAB,
)
