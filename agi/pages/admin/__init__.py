"""Pages for admins, who change what callers hear."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from agi.pages.shared.site import Tab

ROUTES: Sequence[BaseRoute] = ()
TABS: Sequence[Tab] = ()
