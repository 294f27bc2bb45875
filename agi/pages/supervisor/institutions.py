"""Institutions that may check NIKs, and what they asked: looked at here, and taken along by an auditor."""

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi import privacy
from agi.books.guesses import MemoryGuesses
from agi.office.institutions import Institutions
from agi.office.limit import GuessLimit
from agi.office.office import institutions_looked_at, institutions_of
from agi.pages.shared.render import render
from agi.pages.shared.site import Tab, site, visitor
from agi.services.institution_log import PURPOSES, STANDINGS, write_csv

PATH = "/lembaga"
TAB = Tab(PATH, "Lembaga")
DAYS = 30
MOST = 200


def show(request: Request) -> Response:
    """Each with its limit and what it used of it today; the newest questions."""
    here = _institutions(request)
    every = here.book.every()
    return render(
        request,
        "supervisor/institutions.html",
        institutions=every,
        names={one.id: one.name for one in every},
        asked=here.book.counts(here.day_began()),
        queries=here.book.queries(_since(here), MOST),
        purposes=PURPOSES,
        standings=STANDINGS,
        days=DAYS,
        most=MOST,
    )


def table(request: Request) -> Response:
    """All questions of these days as CSV; that it was taken stands in the audit."""
    here = _institutions(request)
    site(request).audit.add(visitor(request).name, "lembaga.unduh", "", f"{DAYS} hari")
    text = write_csv(here.book.queries(_since(here)), here.book.every(), site(request).settings.zone)
    headers = {"Content-Disposition": 'attachment; filename="lembaga.csv"', "Cache-Control": "no-store"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _since(here: Institutions) -> datetime:
    return here.day_began(timedelta(days=DAYS - 1))


def _institutions(request: Request) -> Institutions:
    settings = site(request).settings
    limit = GuessLimit(MemoryGuesses(), settings.lockout)
    return institutions_of(settings, limit, privacy.hash_key(settings.var), book=institutions_looked_at(settings))


ROUTES = (Route(PATH, show, methods=["GET"]), Route(f"{PATH}/tabel.csv", table, methods=["GET"]))
