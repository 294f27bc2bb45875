"""The menu of the telephone to read and to tap: each place is a page, with the sentences that callers hear there."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from agi.citizens.render import render
from agi.citizens.site import site
from agi.dialogue.question import Prompt
from agi.text.information import TOLD_OF_SERVICE

PATH = "/menu"
_PAGES: Mapping[str, str] = {
    "nik_check": "/nik",
    "document_status": "/status",
    "applications": "/nik",
    "where": "/kantor",
    "complaint": "/lapor",
    "fraud_report": "/lapor?tentang=fraud",
    "ticket_status": "/tiket",
}
"""Where a service of the telephone is done here; all others are done by telephone."""


def first(request: Request) -> Response:
    """The first place."""
    return _shown(request, site(request).service().menu.start)


def place(request: Request) -> Response:
    """A place by its name."""
    return _shown(request, request.path_params["name"])


def _shown(request: Request, name: str) -> Response:
    service = site(request).service()
    menu = service.menu
    if name not in menu.nodes:
        raise HTTPException(404)
    node = menu.nodes[name]
    if (page := _PAGES.get(node.service)) and not node.options:
        return RedirectResponse(page, 303)
    way = menu.way_to(name)
    told = TOLD_OF_SERVICE.get(node.service, node.prompt)
    said = [told] if told else node.say
    welcome = ["call.welcome"] if name == menu.start else []
    return render(
        request,
        "menu.html",
        title=menu.titles[name],
        said=service.sentences(*map(Prompt, (*welcome, *said))),
        details=service.sentences(*map(Prompt, node.details)),
        options=[(key, f"{PATH}/{target}", menu.titles[target]) for key, target in node.options.items()],
        office=node.office and f"{PATH}/{node.office}",
        by_telephone=bool(node.service),
        back=f"{PATH}/{way[-2]}" if len(way) > 1 else "",
    )


ROUTES = (Route(PATH, first, methods=["GET"]), Route(f"{PATH}/{{name}}", place, methods=["GET"]))
