"""Pages for testers, who call."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from agi.pages.shared.site import Tab
from agi.pages.tester import own_telephone, telephone, try_out

ROUTES: Sequence[BaseRoute] = (*try_out.ROUTES, *telephone.ROUTES, *own_telephone.ROUTES)
FOR_TELEPHONES: Sequence[BaseRoute] = own_telephone.FOR_TELEPHONES
TABS: Sequence[Tab] = (try_out.TAB, telephone.TAB)
