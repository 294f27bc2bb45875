"""The norms: which are kept by the draft, where not and how to mend it; a statement about an edition, to be printed."""

from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.dialogue.finding import Finding
from agi.editions.store import NoEdition
from agi.pages.shared.heard import heard
from agi.pages.shared.render import render
from agi.pages.shared.site import site
from agi.services.norm.statement import NOT_MEASURED, Statement, statement


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule is not kept: `key` of the sentence, "" where it is none."""

    finding: Finding
    key: str


def shown(request: Request) -> Response:
    """Every rule, measured on the draft."""
    told = statement(site(request).settings)
    return render(request, "admin/norm.html", told=told, places=_places(request, told), **_about(request))


def printed(request: Request) -> Response:
    """The statement about an edition (`versi`, else the one that callers hear)."""
    asked = request.query_params.get("versi", "")
    number = (
        int(asked)
        if asked.isascii() and asked.isdigit() and len(asked) < 10
        else heard(request).editions.current_number()
    )
    try:
        told = statement(site(request).settings, number) if number else None
    except NoEdition:
        raise HTTPException(404) from None
    if told is None:
        raise HTTPException(404)
    return render(request, "admin/norm_statement.html", told=told, **_about(request))


def _about(request: Request) -> dict[str, Any]:
    editions = heard(request).editions
    return {"editions": editions.history(), "current": editions.current_number(), "not_measured": NOT_MEASURED}


def _places(request: Request, told: Statement) -> dict[str, list[Place]]:
    """Of each rule the places that break it."""
    texts = heard(request).draft().texts
    return {
        one.rule.code: [
            Place(finding, key if (key := finding.message.partition(":")[0]) in texts else "")
            for finding in one.measured.breaches
        ]
        for one in told.outcomes
    }


ROUTES = (Route("/norma", shown, methods=["GET"]), Route("/norma/pernyataan", printed, methods=["GET"]))
