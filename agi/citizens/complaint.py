"""A complaint or a wish becomes a ticket, once however often its form is sent."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.events import Channel, NoteKind
from agi.books.ticket import Category
from agi.citizens.forms import Sent, Wrong, answering
from agi.citizens.gate import TICKET
from agi.citizens.render import render
from agi.citizens.site import site
from agi.office.results import Opened
from agi.services import telling
from agi.text.reading import Intent
from agi.text.service import Answer, Found

CATEGORIES: Mapping[Category, str] = {
    Category.SERVICE: "Pelayanan",
    Category.DATA: "Data yang salah",
    Category.FEE: "Permintaan uang (pungli)",
    Category.FRAUD: "Penipuan atas nama Dukcapil",
    Category.WISH: "Usul atau aspirasi",
}
_LEAST, MOST = 10, 2_000
"""Characters of a complaint."""


def form(request: Request) -> Response:
    """The form; a link to it may choose what it is about."""
    return _page(request, Sent({"tentang": request.query_params.get("tentang", "")}))


def _page(
    request: Request, sent: Sent | None = None, wrong: str = "", status: int = 200, opened: Opened | None = None
) -> Response:
    """The form with what was written in it, or the ticket in its place."""
    sent = sent or Sent()
    return render(
        request,
        "complaint.html",
        status,
        wrong=wrong,
        opened=opened,
        categories=CATEGORIES,
        category=sent.text("tentang"),
        said=sent.text("isi"),
        most=MOST,
    )


def _complain(request: Request, sent: Sent) -> Response:
    said, about = sent.text("isi"), sent.text("tentang")
    if about not in CATEGORIES:
        raise Wrong("Silakan pilih dulu, pengaduan ini tentang apa.")
    if not _LEAST <= len(said) <= MOST:
        raise Wrong(f"Isi pengaduan harus {_LEAST} sampai {MOST} huruf. Tulis apa yang terjadi, di mana, dan kapan.")
    here = site(request)
    with here.writing:
        opened = here.office.tickets.write(Category(about), said, f"{Channel.CHAT}-{sent.name}", Channel.CHAT)
    found = Found(telling.opened(opened), NoteKind.TICKET_OPENED, about, opened.number)
    here.record(request, here.service(), Answer("", Intent.COMPLAIN, found))
    return _page(request, opened=opened)


ROUTES = (
    Route("/lapor", form, methods=["GET"]),
    Route("/lapor", answering(_page, TICKET, _complain), methods=["POST"]),
)
