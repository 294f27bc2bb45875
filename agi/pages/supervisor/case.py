"""The case of a call, by the number that its caller was told: at a counter, or with the caller on the telephone."""

from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi import privacy
from agi.books.case import CaseFile
from agi.books.guesses import MemoryGuesses
from agi.dialogue.question import Case
from agi.office.cases import Cases
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit
from agi.office.office import callbacks_of, cases_of
from agi.office.results import Invalid, Locked, Refusal
from agi.pages.shared.render import render
from agi.pages.shared.site import Tab, site, visitor
from agi.pages.supervisor.callbacks import STATES
from agi.services import in_words

PATH = "/nomor-panggilan"
TAB = Tab(PATH, "Nomor panggilan")


def asked(request: Request) -> Response:
    """The form."""
    return _page(request, None)


async def looked_up(request: Request) -> Response:
    """The case with this number; the number stands in no address."""
    given = str((await request.form()).get("nomor", ""))
    return await run_in_threadpool(_looked_up, request, "".join(filter(str.isdecimal, given)))


def _looked_up(request: Request, number: str) -> Response:
    who = visitor(request).name
    found = _cases(request).opened(Visitor(account=f"pages:{who}"), number)
    opened = isinstance(found, CaseFile)
    site(request).audit.add(who, "nomor-panggilan.cari", number if opened else "", "" if opened else "tidak ditemukan")
    return _page(request, found)


def in_short(request: Request, number: str) -> str:
    """What the call with this number was about, in words; "" where it is forgotten. Raises BookError."""
    case = _cases(request).book.by_number(number) if number else None
    return in_words(Case(case.topic, case.verified, case.reached, case.about, case.status)) if case else ""


def _page(request: Request, found: CaseFile | Refusal | None) -> Response:
    case = found if isinstance(found, CaseFile) else None
    callback = callbacks_of(site(request).settings).book.of_case(case.number) if case else None
    return render(
        request,
        "supervisor/case.html",
        status=200 if case or found is None else 404,
        case=case,
        words=in_words(Case(case.topic, case.verified, case.reached, case.about, case.status)) if case else "",
        callback=callback,
        states=STATES,
        wrong="" if case or found is None else _why(found),
    )


def _why(refusal: CaseFile | Refusal) -> str:
    match refusal:
        case Invalid():
            return "Nomor itu tidak benar. Mungkin ada angka yang tertukar."
        case Locked():
            return "Terlalu banyak nomor yang salah. Coba lagi nanti."
    return "Tidak ada panggilan dengan nomor itu, atau sudah terlalu lama."


def _cases(request: Request) -> Cases:
    """Those of this process, opened once: its limit of guesses lasts as long."""
    state = request.app.state
    if not hasattr(state, "cases"):
        settings = site(request).settings
        limit = GuessLimit(MemoryGuesses(), settings.lockout)
        state.cases = cases_of(settings, limit, privacy.hash_key(settings.var))
    return cast("Cases", state.cases)


ROUTES = (Route(PATH, asked, methods=["GET"]), Route(PATH, looked_up, methods=["POST"]))
