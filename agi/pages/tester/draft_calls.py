"""Telephoning with the draft: prepared as for publishing, heard in the calls of who tries it and in no other."""

import re
from dataclasses import dataclass
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from agi.dialogue.menu import Menu
from agi.editions.publishing import Refused
from agi.errors import HotlineError
from agi.languages import named
from agi.pages.shared.once import Once
from agi.pages.shared.site import site, visitor
from agi.services.publisher import publisher
from agi.settings import Settings

PATH = "/telepon/draf"
KEPT_S = 120.0
"""How long a browser may take to call once the draft is ready: it does so at once."""
_PLACE = re.compile(r"[0-9A-Za-z_-]{0,60}")  # as the dialplan takes it


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which draft, by its (negative) number, and the place of its menu at which a call begins; "": the greeting."""

    number: int
    place: str

    def told(self) -> str:
        """As Asterisk hands it to the line."""
        return f"{-self.number}.{self.place}"


async def begin(request: Request) -> Response:
    """Have the draft ready, and give the token by which one call of this session hears it."""
    form = await request.form()
    return await run_in_threadpool(_begin, request, str(form.get("dari", "")))


def _begin(request: Request, place: str) -> Response:
    here, found = site(request), visitor(request)
    try:
        wanted = prepared(here.settings, place, found.name)
    except Refused as refused:
        return PlainTextResponse(f"draf masih punya {len(refused.findings)} kesalahan", 409)
    except (HotlineError, OSError) as error:
        return PlainTextResponse(str(error), 409)
    here.audit.add(found.name, "telepon.draf", place)
    return JSONResponse({"token": tokens(request).put(found.session, wanted)})


def prepared(settings: Settings, place: str, author: str) -> Wanted:
    """The draft as it stands, rendered and ready for calls. Raises what `Publisher.draft` does, HotlineError."""
    makes = publisher(settings)
    with makes.editions.alone():
        ready = makes.draft(settings.prompts)
        edition = makes.editions.try_out(ready.content, ready.made_by, author)
    menu = Menu.load(edition.prompts / "menu.toml", named(settings.office.language))
    if place and (place not in menu.nodes or not _PLACE.fullmatch(place)):
        raise HotlineError("tempat itu tidak ada dalam menu draf")
    return Wanted(edition.number, place)


def tokens(connection: HTTPConnection) -> Once[Wanted]:
    """Those of this process."""
    state = connection.app.state
    if not hasattr(state, "draft_calls"):
        state.draft_calls = Once[Wanted](KEPT_S)
    return cast("Once[Wanted]", state.draft_calls)


ROUTES = (Route(PATH, begin, methods=["POST"]),)
