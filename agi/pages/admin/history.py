"""The history: all editions that are kept, how they differ, and an old one brought back as a draft."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.editions.differences import Change, changes
from agi.editions.spelling import plain
from agi.editions.store import Edition, NoEdition
from agi.errors import HotlineError
from agi.pages.admin.draft import rows
from agi.pages.admin.publication import digest
from agi.pages.admin.sentences import file_of, sound_of
from agi.pages.shared.heard import heard
from agi.pages.shared.render import done, render
from agi.pages.shared.site import Tab, site, visitor
from agi.voice.errors import VoiceError

_LONGEST = 100


def listed(request: Request) -> Response:
    """All editions, the newest first."""
    here = heard(request)
    found = here.editions.history()
    return render(request, "admin/history.html", editions=found, current=here.editions.current_number())


def edition(request: Request) -> Response:
    """One edition: how it differs from another (`dengan`), else from the one that callers heard before it."""
    one = _edition(request)
    asked = request.query_params.get("dengan", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else one.parent or 0
    here = heard(request)
    others = [other.number for other in here.editions.history() if other.number != one.number]
    found: tuple[Change, ...] = ()
    wrong = ""
    if number in others:
        try:
            language = here.settings.office.language
            found = changes(here.editions.edition(number).prompts, one.prompts, language)
        except HotlineError as error:
            wrong = str(error)
    return render(
        request,
        "admin/edition.html",
        one=one,
        other=number if number in others else 0,
        others=others,
        changes=rows(found),
        wrong=wrong,
        current=here.editions.current_number(),
    )


def sentences(request: Request) -> Response:
    """All that could be heard in an edition, to be listened to."""
    one, looked = _edition(request), request.query_params.get("cari", "").strip()[:_LONGEST]
    clips = heard(request).of(one.number)
    texts = {key: plain(text.raw) for key, text in clips.texts.items()} if clips else {}
    words = looked.casefold().split()
    found = {key: text for key, text in texts.items() if all(word in f"{key} {text}".casefold() for word in words)}
    return render(request, "admin/edition_sentences.html", one=one, sentences=found, all=len(texts), looked=looked)


def sound(request: Request) -> Response:
    """A sentence as it was heard in that edition."""
    here, one, key = heard(request), _edition(request), str(request.path_params["key"])
    clips = here.of(one.number)
    if clips is None or key not in clips.texts:
        raise HTTPException(404)
    try:
        return file_of(here, sound_of(here, clips, key))
    except VoiceError:
        raise HTTPException(503) from None


def ask(request: Request) -> Response:
    """What the draft would lose if this edition became the draft."""
    return _asked(request)


def _asked(request: Request, wrong: str = "", status: int = 200) -> Response:
    seen = digest(site(request).settings)
    shown = rows(_lost(request))
    return render(
        request,
        "admin/restore.html",
        status,
        one=_edition(request),
        changes=shown,
        digest=seen,
        wrong=wrong,
    )


async def restore(request: Request) -> Response:
    """Let the draft be what this edition was; what stood there is kept, and callers hear nothing of it yet."""
    form = await request.form()
    return await run_in_threadpool(_restore, request, str(form.get("dasar", "")))


def _restore(request: Request, known: str) -> Response:
    here, one, by = heard(request), _edition(request), visitor(request).name
    if known != digest(here.settings):
        return _asked(request, "Draf baru saja berubah: periksa apa yang akan hilang, lalu pulihkan.", 409)
    try:
        here.working.take(one.prompts, by)
    except OSError as error:
        return _asked(request, f"Draf tidak bisa diganti ({error.strerror}): lihat hotline doctor.", 503)
    site(request).audit.add(by, "riwayat.pulihkan", str(one.number))
    told = f"Draf sekarang berisi versi {one.number}; yang sebelumnya disimpan. Penelepon mendengarnya setelah terbit."
    return done(request, "/draf", told)


def _lost(request: Request) -> tuple[Change, ...]:
    try:
        return heard(request).changes()
    except HotlineError:
        return ()


def _edition(request: Request) -> Edition:
    try:
        return heard(request).editions.edition(request.path_params["number"])
    except NoEdition:
        raise HTTPException(404) from None


ROUTES = (
    Route("/riwayat", listed),
    Route("/riwayat/{number:int}", edition),
    Route("/riwayat/{number:int}/kalimat", sentences),
    Route("/riwayat/{number:int}/suara/{key}", sound),
    Route("/riwayat/{number:int}/pulihkan", ask, methods=["GET"]),
    Route("/riwayat/{number:int}/pulihkan", restore, methods=["POST"]),
)
TAB = Tab("/riwayat", "Riwayat")
