"""What is told without any number: requirements, where to go, good to know, how citizens rate the service."""

from collections.abc import Mapping
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.errors import BookError
from agi.citizens.forms import Sent, Wrong, answering
from agi.citizens.gate import WORDS
from agi.citizens.render import render
from agi.citizens.site import site
from agi.dialogue.question import Prompt
from agi.office.survey import Index
from agi.services import telling
from agi.services.survey_table import ELEMENTS, QUALITIES
from agi.text.cleaned import cleaned
from agi.text.service import TextService
from agi.text.wishes import region

_YEAR = 365
_TIPS: Mapping[str, str] = {
    "info.fraud": "Waspada penipuan",
    "text.nik_unknown": "NIK tidak ditemukan di BPJS, bank, atau CPNS",
    "text.life_events": "Melaporkan kelahiran, kematian, perkawinan, perceraian, dan pindah",
}
"""Titles of what no place of the menu tells by itself, or by another name."""


def requirements(request: Request) -> Response:
    """What to bring for each document."""
    return render(request, "requirements.html", documents=_told(site(request).service(), "requirements."))


def tips(request: Request) -> Response:
    """Good to know."""
    service = site(request).service()
    first = [(title, service.sentences(Prompt(key))) for key, title in _TIPS.items()]
    known = {sentence for _, told in first for sentence in told}
    more = [(title, told) for title, told in _told(service, "info.") if not known & set(told)]
    return render(request, "tips.html", tips=(*first, *more))


def _told(service: TextService, beginning: str) -> list[tuple[str, tuple[str, ...]]]:
    """The title and the sentences of each place of the menu that tells a sentence whose key begins so, in its order."""
    return [
        (service.menu.titles[name], service.sentences(*map(Prompt, (*node.say, *node.details))))
        for name, node in service.menu.nodes.items()
        if node.say and node.say[0].startswith(beginning)
    ]


def where(request: Request) -> Response:
    """The form for a region."""
    return _where(request)


def _where(
    request: Request, _sent: Sent | None = None, wrong: str = "", status: int = 200, told: tuple[str, ...] = ()
) -> Response:
    return render(request, "where.html", status, wrong=wrong, told=told)


def _found(request: Request, sent: Sent) -> Response:
    here = site(request)
    code = region(cleaned(sent.text("daerah")).words)
    if not code:
        raise Wrong("Kabupaten atau kota itu tidak kami kenal. Tulis namanya saja, misalnya: Kota Bandung.")
    prompts = telling.where_to_go(here.office.serving(code))
    return _where(request, told=here.service().sentences(*prompts))


def survey(request: Request) -> Response:
    """The index of satisfaction of a year, once every question was answered often enough."""
    here = site(request)
    index = None
    try:
        counted = here.days.of(here.office.today - timedelta(_YEAR - 1), _YEAR)
        if not counted.missing:
            index = Index.of(counted.tally.ratings, here.settings.survey.least)
    except BookError:  # as where it is not known yet
        pass
    return render(request, "survey.html", index=index, elements=ELEMENTS, qualities=QUALITIES)


ROUTES = (
    Route("/syarat", requirements, methods=["GET"]),
    Route("/informasi", tips, methods=["GET"]),
    Route("/kantor", where, methods=["GET"]),
    Route("/kantor", answering(_where, WORDS, _found), methods=["POST"]),
    Route("/survei", survey, methods=["GET"]),
)
