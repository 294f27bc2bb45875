"""Pages for admins, who change what callers hear."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from agi.pages.admin import announcement, recordings, schedule, sentences
from agi.pages.shared.site import Tab

ROUTES: Sequence[BaseRoute] = (*sentences.ROUTES, *recordings.ROUTES, *announcement.ROUTES, *schedule.ROUTES)
TABS: Sequence[Tab] = (sentences.TAB, announcement.TAB)
