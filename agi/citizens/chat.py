"""The chat: what is written is answered on the same page, by the text service of all doors."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from agi.citizens.forms import Sent, Wrong, answering
from agi.citizens.gate import LOOK_UP, TICKET, WORDS, Limit
from agi.citizens.render import render
from agi.citizens.site import drop_session, sender_of, site
from agi.privacy import masked_numbers
from agi.text.cleaned import LONGEST
from agi.text.reading import Intent

PATH = "/obrolan"


def show(request: Request) -> Response:
    """What was written and answered, and the form for more."""
    return _page(request)


def _page(request: Request, sent: Sent | None = None, wrong: str = "", status: int = 200) -> Response:
    here = site(request)
    lines = here.chat.lines(sender_of(request))
    said = sent.text("pesan") if sent else ""
    return render(request, "chat.html", status, wrong=wrong, lines=lines, said=said, most=LONGEST)


def _limit(request: Request, sent: Sent) -> Limit:
    """As at the forms that ask the same."""
    reading, _ = site(request).service().explained(sent.text("pesan"))
    if reading.intent is Intent.COMPLAIN:
        return TICKET
    return LOOK_UP if masked_numbers(sent.text("pesan")) != sent.text("pesan") else WORDS


def _say(request: Request, sent: Sent) -> Response:
    message = sent.text("pesan")
    if not message:
        raise Wrong("Silakan tulis dulu pertanyaannya.")
    if len(message) > LONGEST:
        raise Wrong(f"Pesan paling panjang {LONGEST} huruf. Silakan dipersingkat.")
    here = site(request)
    here.chat.say(here.visitor(request), sent.name, message)
    return RedirectResponse(f"{PATH}#akhir", 303)


async def end(request: Request) -> Response:
    """Nothing of the chat stays here, and the browser forgets its session."""
    await run_in_threadpool(site(request).chat.end, sender_of(request))
    return drop_session(RedirectResponse(PATH, 303))


ROUTES = (
    Route(PATH, show, methods=["GET"]),
    Route(PATH, answering(_page, _limit, _say), methods=["POST"]),
    Route(f"{PATH}/akhiri", end, methods=["POST"]),
)
