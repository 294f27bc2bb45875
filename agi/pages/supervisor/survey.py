"""The survey of satisfaction: the index as PermenPANRB 14/2017 has it computed, and its table to take along."""

import io
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.days import Counted
from agi.books.events import NoteKind
from agi.office.survey import Index, sample
from agi.pages.shared.days import days
from agi.pages.shared.render import render
from agi.pages.shared.site import Tab, site, visitor
from agi.services.survey_table import ELEMENTS, QUALITIES, write_csv

PATH = "/survei"
TAB = Tab(PATH, "Survei")
_DAYS = {"30": "30 hari", "90": "90 hari", "365": "Satu tahun"}
_USUAL = "30"


def show(request: Request) -> Response:
    """The index, and how each element was rated."""
    settings = site(request).settings
    choice, counted = _counted(request)
    index = Index.of(counted.tally.ratings, settings.survey.least)
    calls = sum(counted.tally.begun.values())
    return render(
        request,
        "supervisor/survey.html",
        choice=choice,
        choices=_DAYS,
        missing=counted.missing,
        index=index,
        elements=ELEMENTS,
        qualities=QUALITIES,
        calls=calls,
        asked=counted.tally.noted[NoteKind.SURVEY_ASKED],
        wanted=sample(calls),
    )


def table(request: Request) -> Response:
    """The same as CSV; a table of days that are still counted is not given."""
    here = site(request)
    choice, counted = _counted(request)
    if counted.missing:
        raise HTTPException(503)
    index = Index.of(counted.tally.ratings, here.settings.survey.least)
    here.audit.add(visitor(request).name, "survei.unduh", f"{choice} hari")
    out = io.StringIO()
    write_csv(out, index)
    headers = {"Content-Disposition": 'attachment; filename="survei.csv"', "Cache-Control": "no-store"}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _counted(request: Request) -> tuple[str, Counted]:
    """The days that were chosen, up to today. Raises HTTPException for what no form of ours sends."""
    choice = request.query_params.get("hari", _USUAL)
    if choice not in _DAYS:
        raise HTTPException(400)
    today = datetime.now(site(request).settings.zone).date()
    return choice, days(request).of(today - timedelta(int(choice) - 1), int(choice))


ROUTES = (Route(PATH, show, methods=["GET"]), Route(f"{PATH}/tabel.csv", table, methods=["GET"]))
