"""What all callers hear before the greeting, from now until a set end: written, listened to, announced, ended."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from agi.editions.announcement import LONGEST, LONGEST_S, Announcements, NotAnnounced, Spoken
from agi.editions.moments import NoMoment, moment
from agi.pages.shared.render import done, render
from agi.pages.shared.site import Tab, site, visitor

PATH = "/pengumuman"
TAB = Tab(PATH, "Pengumuman")
_USUALLY = timedelta(hours=2)
_FORM = "%Y-%m-%dT%H:%M"
"""As a browser's field for a moment writes it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A usual case: its `name` in an address, its `title`, and what is announced then."""

    name: str
    title: str
    words: str


CASES = (
    Case(
        "gangguan",
        "Gangguan sistem",
        "Mohon maaf, sistem kami sedang terganggu. NIK dan status dokumen belum bisa diperiksa. Silakan menghubungi "
        "kami lagi nanti.",
    ),
    Case(
        "tutup",
        "Kantor tutup",
        "Hari ini kantor tutup dan petugas tidak bertugas. NIK dan status dokumen tetap bisa diperiksa di menu ini.",
    ),
    Case(
        "antrean",
        "Antrean panjang",
        "Saat ini antrean petugas panjang. NIK dan status dokumen bisa diperiksa di menu ini tanpa menunggu.",
    ),
)


def show(request: Request) -> Response:
    """The announcement that stands, and the form for another; with the words of the case that was chosen."""
    chosen = request.query_params.get("contoh", "")
    words = next((case.words for case in CASES if case.name == chosen), "")
    return _page(request, words)


async def announce(request: Request) -> Response:
    """Let callers hear what was written, or listen to it first ("dengar")."""
    form = await request.form()
    words, until, what = (str(form.get(name, "")) for name in ("kata", "sampai", "apa"))
    return await run_in_threadpool(_announce, request, words, until, what == "dengar")


def _announce(request: Request, words: str, until: str, only_listen: bool) -> Response:
    here, who, now = site(request), visitor(request).name, datetime.now(UTC)
    announcements = Announcements(here.settings)
    try:
        if only_listen:
            return _page(request, words, until, spoken=announcements.spoken(words))
        made = announcements.announce(words, moment(until, here.settings.zone, now), who, now)
    except (NotAnnounced, NoMoment) as wrong:
        return _page(request, words, until, wrong=str(wrong), status=422)
    here.audit.add(who, "pengumuman.mulai", made.until.isoformat(), made.words)
    return done(request, PATH, "Diumumkan: penelepon mendengarnya mulai sekarang.")


def end(request: Request) -> Response:
    """Let no caller hear it any more."""
    here = site(request)
    Announcements(here.settings).clear()
    here.audit.add(visitor(request).name, "pengumuman.selesai")
    return done(request, PATH, "Pengumuman dihentikan: penelepon langsung mendengar salam pembuka.")


def sound(request: Request) -> Response:
    """What was spoken, as a telephone lets it be heard."""
    file = Announcements(site(request).settings).sound(request.path_params["clip"]).with_suffix(".wav")
    if not file.stem.isalnum() or not file.is_file():
        return PlainTextResponse("Suara ini tidak ada lagi.", 404)
    return FileResponse(file, media_type="audio/wav")


def _page(
    request: Request, words: str, until: str = "", *, wrong: str = "", spoken: Spoken | None = None, status: int = 200
) -> Response:
    settings, now = site(request).settings, datetime.now(UTC)
    earliest, latest = (now + wait for wait in (timedelta(minutes=1), LONGEST))
    return render(
        request,
        "admin/announcement.html",
        status=status,
        standing=Announcements(settings).standing(now),
        cases=CASES,
        words=words,
        until=until or (now + _USUALLY).astimezone(settings.zone).strftime(_FORM),
        earliest=earliest.astimezone(settings.zone).strftime(_FORM),
        latest=latest.astimezone(settings.zone).strftime(_FORM),
        longest_s=LONGEST_S,
        wrong=wrong,
        spoken=spoken,
    )


ROUTES = (
    Route(PATH, show, methods=["GET"]),
    Route(PATH, announce, methods=["POST"]),
    Route(f"{PATH}/hentikan", end, methods=["POST"]),
    Route(f"{PATH}/suara/{{clip}}", sound),
)
