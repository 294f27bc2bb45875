"""What is looked up with a number and its proof: a NIK, a person's applications, an application, a ticket."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.citizens.forms import Sent, answering
from agi.citizens.gate import LOOK_UP
from agi.citizens.render import render
from agi.citizens.site import site
from agi.office.counting import Visitor
from agi.office.results import Subject
from agi.text.reading import PIN_DIGITS, REGISTRATION_DIGITS, TICKET_DIGITS, Intent
from agi.text.service import Answer, Found, TextService

_NIK_DIGITS = 16


def _page(template: str) -> Callable[..., Response]:
    def page(
        request: Request, _sent: Sent | None = None, wrong: str = "", status: int = 200, told: tuple[str, ...] = ()
    ) -> Response:
        """The form, below what was told; numbers that were sent are not sent back."""
        kk_digits = site(request).office.kk_digits
        return render(request, template, status, wrong=wrong, told=told, kk_digits=kk_digits)

    return page


_nik, _status, _ticket = _page("nik.html"), _page("status.html"), _page("ticket.html")


def nik_form(request: Request) -> Response:
    """The form for a NIK."""
    return _nik(request)


def _check(request: Request, sent: Sent) -> Response:
    """Whether the NIK is in use and how far its card is; or how far all applications of its owner are."""
    here = site(request)
    digits = here.office.kk_digits
    nik = sent.number("nik", "NIK", _NIK_DIGITS)
    proof = sent.number("kk", "Nomor Kartu Keluarga", digits, 16)[-digits:]
    if sent.text("tentang") == "permohonan":
        return _told(request, _nik, Intent.STATUS, lambda service, who: service.applications(who, nik, proof))
    return _told(request, _nik, Intent.CHECK, lambda service, who: service.prove(who, Subject.NIK, nik, proof))


def status_form(request: Request) -> Response:
    """The form for a registration number."""
    return _status(request)


def _follow(request: Request, sent: Sent) -> Response:
    number = sent.number("nomor", "Nomor registrasi", REGISTRATION_DIGITS)
    pin = sent.number("pin", "PIN", PIN_DIGITS)
    asked = Subject.REGISTRATION
    return _told(request, _status, Intent.STATUS, lambda service, who: service.prove(who, asked, number, pin))


def ticket_form(request: Request) -> Response:
    """The form for a ticket."""
    return _ticket(request)


def _ticket_status(request: Request, sent: Sent) -> Response:
    number = sent.number("nomor", "Nomor tiket", TICKET_DIGITS)
    pin = sent.number("pin", "PIN tiket", PIN_DIGITS)
    asked = Subject.TICKET
    return _told(request, _ticket, Intent.TICKET, lambda service, who: service.prove(who, asked, number, pin))


def _told(
    request: Request, page: Callable[..., Response], intent: Intent, ask: Callable[[TextService, Visitor], Found]
) -> Response:
    """The page with the answer, which is in the records like that to a message."""
    here = site(request)
    service = here.service()
    found = ask(service, here.visitor(request))
    told = service.sentences(*found.prompts)
    here.record(request, service, Answer("", intent, found))
    return page(request, told=told)


ROUTES = (
    Route("/nik", nik_form, methods=["GET"]),
    Route("/nik", answering(_nik, LOOK_UP, _check), methods=["POST"]),
    Route("/status", status_form, methods=["GET"]),
    Route("/status", answering(_status, LOOK_UP, _follow), methods=["POST"]),
    Route("/tiket", ticket_form, methods=["GET"]),
    Route("/tiket", answering(_ticket, LOOK_UP, _ticket_status), methods=["POST"]),
)
