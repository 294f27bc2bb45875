"""What if: the last calls, had again with the draft, before it is published; it goes on in the background."""

import threading
from dataclasses import dataclass, replace
from typing import cast

import structlog
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from agi.editions.whatif import WhatIf
from agi.editions.whatif_lines import ASSUMED, guessed, lines
from agi.errors import HotlineError
from agi.pages.admin.publication import digest
from agi.pages.shared.render import done, render
from agi.pages.shared.site import site, visitor
from agi.services.whatif import CALLS, what_if
from agi.settings import Settings

PATH = "/draf/bagaimana-jika"
_AGAIN_S = "1"
_log = structlog.get_logger("pages")


@dataclass(frozen=True, slots=True)
class State:
    """How far the last count is: `done` of `length` calls, then what came of it, or why nothing did. `of` is the digest
    of the draft that it counts with."""

    of: str = ""
    running: bool = False
    done: int = 0
    length: int = 0
    told: WhatIf | None = None
    wrong: str = ""


class Counting:
    """One count at a time in this process; the last one is kept until the next."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self.state = State()

    def start(self) -> bool:
        """Begin to count; False where that goes on already."""
        with self._lock:
            if self.state.running:
                return False
            self.state = State(digest(self._settings), running=True)
        threading.Thread(target=self._run, name="whatif", daemon=True).start()
        return True

    def _run(self) -> None:
        try:
            told = what_if(self._settings, progress=self._progress)
        except (HotlineError, OSError) as error:
            self._end(wrong=str(error))
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it, and somebody waits on a page
            _log.error("whatif.failed", why=type(error).__name__)
            self._end(wrong="Ada kesalahan pada program: lihat hotline logs.")
        else:
            self._end(told)

    def _progress(self, done: int, length: int) -> None:
        with self._lock:
            self.state = replace(self.state, done=done, length=length)

    def _end(self, told: WhatIf | None = None, wrong: str = "") -> None:
        with self._lock:
            self.state = replace(self.state, running=False, told=told, wrong=wrong)


def counting(request: HTTPConnection) -> Counting:
    """That of this process."""
    state = request.app.state
    if not hasattr(state, "counting"):
        state.counting = Counting(site(request).settings)
    return cast("Counting", state.counting)


def shown(request: Request) -> Response:
    """How far the count is, or what came of it; the browser asks again by itself until it is over."""
    state = counting(request).state
    told = state.told
    response = render(
        request,
        "admin/whatif.html",
        state=state,
        told=told,
        lines=tuple(lines(told)) if told else (),
        notes=(ASSUMED, guessed(told)) if told else (ASSUMED,),
        stale=bool(told) and state.of != digest(site(request).settings),
        calls=CALLS,
    )
    if state.running:
        response.headers["refresh"] = _AGAIN_S
    return response


def count(request: Request) -> Response:
    """Begin to count."""
    if counting(request).start():
        site(request).audit.add(visitor(request).name, "draf.bagaimana-jika", detail=f"{CALLS} panggilan")
    return done(request, PATH)


ROUTES = (Route(PATH, shown, methods=["GET"]), Route(PATH, count, methods=["POST"]))
