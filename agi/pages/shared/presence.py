"""Who has which page open: so that two admins on one page know of each other before one of them changes something.

It is known to this process only, and for as long as nobody needs to be asked: a page that is open says so every ten
seconds, and one without JavaScript when it is loaded.
"""

import threading
import time
from collections.abc import Callable
from typing import cast

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from agi.pages.shared.render import render
from agi.pages.shared.site import visitor

GONE_S = 30.0
"""How long somebody is there after their page was last heard of."""
_LONGEST_PATH = 200
_MOST = 1000
"""Pages that are remembered: nobody fills the memory by asking for many."""


class Presence:
    """Who looks at which page; `clock` tells seconds. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], float] = {}

    def meet(self, path: str, name: str) -> tuple[str, ...]:
        """Note that `name` has the page `path` open; who else has."""
        with self._lock:
            now = self._clock()
            self._seen = {key: at for key, at in self._seen.items() if now - at < GONE_S}
            if len(self._seen) < _MOST:
                self._seen[path, name] = now
            return tuple(sorted(other for where, other in self._seen if where == path and other != name))


def presence(request: HTTPConnection) -> Presence:
    """That of this process."""
    state = request.app.state
    if not hasattr(state, "presence"):
        state.presence = Presence()
    return cast("Presence", state.presence)


def others(request: HTTPConnection) -> tuple[str, ...]:
    """Who else has the page open that is being shown."""
    return presence(request).meet(request.url.path, visitor(request).name)


def still_there(request: Request) -> Response:
    """A page that is open tells so, and shows who else has it open by now, where that is not what it shows (`ada`)."""
    path = request.query_params.get("di", "")[:_LONGEST_PATH]
    found = presence(request).meet(path, visitor(request).name)
    if request.query_params.get("ada") == ",".join(found):
        return Response(status_code=204)  # nothing is swapped: a screen reader does not say it again
    return render(request, "shared/page.html", block="presence", others=found, path=path)


ROUTES = (Route("/hadir", still_there, methods=["GET"]),)
