"""Coba: the draft, or what callers hear, tried as text from any place of the menu, before anybody else hears it."""

from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from agi.books.accounts import Role
from agi.books.tickets import MemoryTickets
from agi.dialogue.menu import Menu
from agi.dialogue.menufile import read
from agi.dialogue.titles import titles
from agi.editions.announcement import Announcements
from agi.errors import HotlineError
from agi.hearing.typed import understood
from agi.languages import named
from agi.office.counting import Visitor as Asking
from agi.office.office import Office, tried_cases, tried_institutions
from agi.pages.shared.heard import heard, telephoned
from agi.pages.shared.render import done, render
from agi.pages.shared.site import Tab, site, visitor
from agi.pages.tester.trial import Kind, Trial, TrialJournal, Trials
from agi.services.conversation import Ending, converse
from agi.services.desk import Desk
from agi.voice.texts import ANNOUNCEMENT

PATH = "/coba"
TAB = Tab(PATH, "Coba")
DRAFT, LIVE = "draf", "terbit"
_LONGEST = 200
"""Characters of an answer."""


class NotThere(HotlineError):
    """What should be tried is not there; the message says why, in Indonesian."""


def show(request: Request) -> Response:
    """The trial of this session as it stands, and where another may begin."""
    settings, found = site(request).settings, visitor(request)
    trial = _trials(request).of(found.session)
    source, place = (request.query_params.get(name, "") for name in ("isi", "dari"))
    return render(
        request,
        "tester/try_out.html",
        trial=trial,
        places=titles(read(settings.prompts / "menu.toml")),
        source=LIVE if source == LIVE else DRAFT,
        place=place,
        kinds=Kind,
        may_edit=found.role is Role.ADMIN,
        announcement=ANNOUNCEMENT,
    )


async def begin(request: Request) -> Response:
    """Begin a trial."""
    form = await request.form()
    return await run_in_threadpool(_begin, request, str(form.get("isi", "")) == LIVE, str(form.get("dari", "")))


def _begin(request: Request, live: bool, place: str) -> Response:
    here, found, trials = site(request), visitor(request), _trials(request)
    settings, kept = here.settings, heard(request)
    clips = kept.live() if live else kept.draft()
    if clips is None:
        raise NotThere("Belum ada yang terbit: coba draf, atau terbitkan dulu.")
    menu = Menu.load(_prompts(request, live) / "menu.toml", named(settings.office.language))
    if place and place not in menu.nodes:
        raise NotThere("Tempat itu tidak ada dalam menu yang dicoba.")
    hears = partial(understood, spoken=menu.spoken, leads=menu.leads) if settings.speech.enabled else None
    announced = Announcements(settings).standing(datetime.now(UTC))

    def talk(phone: Trial) -> Ending:
        with closing(
            Office.open(
                settings,
                trials.guesses,
                tickets=MemoryTickets(),
                cases=tried_cases(),
                institutions=tried_institutions(),
                tried=True,
            )
        ) as office:
            desk = Desk(office, Asking(f"{PATH} {found.name}"), recorder=phone)
            told = announced.prompt if announced else None
            return converse(phone, TrialJournal(phone), desk, menu, settings.dialogue, announced=told, place=place)

    trial = Trial(clips, menu, hears)
    trials.put(found.session, trial)
    here.audit.add(found.name, "coba.mulai", place, LIVE if live else DRAFT)
    trial.begin(talk)
    return RedirectResponse(f"{PATH}#jawaban", 303)


async def answer(request: Request) -> Response:
    """Give an answer: keys that were tapped, or what was written."""
    form = await request.form()
    line = str(form.get("tombol") or form.get("jawaban", ""))[:_LONGEST]
    trial = _trials(request).of(visitor(request).session)
    if trial is None or trial.over:
        return await run_in_threadpool(done, request, PATH, "Percobaan ini sudah selesai. Mulai lagi.")
    await run_in_threadpool(trial.answer, line)
    return RedirectResponse(f"{PATH}#jawaban", 303)


def end(request: Request) -> Response:
    """Hang up."""
    if trial := _trials(request).of(visitor(request).session):
        trial.end()
    return RedirectResponse(f"{PATH}#jawaban", 303)


def sound(request: Request) -> Response:
    """What one line of the trial sounds like on a telephone."""
    trial, number = _trials(request).of(visitor(request).session), request.path_params["line"]
    prompt = trial.lines[number].prompt if trial and number < len(trial.lines) else None
    if trial is None or prompt is None:
        return PlainTextResponse("Ucapan ini tidak ada lagi: mulai lagi.", 404)
    if prompt.key == ANNOUNCEMENT:
        spoken = Announcements(site(request).settings).spoken(str(prompt.places["words"]))
        files = [Announcements(site(request).settings).sound(spoken.clip)]
    else:
        files = trial.clips.clips(prompt.key, prompt.places)
    return Response(telephoned(files), media_type="audio/wav")


def _prompts(request: Request, live: bool) -> Path:
    settings, edition = site(request).settings, heard(request).editions.current()
    return edition.prompts if live and edition else settings.prompts


def _trials(request: Request) -> Trials:
    """Those of this process."""
    state = request.app.state
    if not hasattr(state, "trials"):
        state.trials = Trials()
    return cast("Trials", state.trials)


ROUTES = (
    Route(PATH, show),
    Route(f"{PATH}/mulai", begin, methods=["POST"]),
    Route(f"{PATH}/jawab", answer, methods=["POST"]),
    Route(f"{PATH}/tutup", end, methods=["POST"]),
    Route(f"{PATH}/suara/{{line:int}}", sound),
)
