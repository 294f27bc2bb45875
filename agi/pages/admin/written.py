"""What messages say: one sentence for all channels, edited once, and how long it becomes on each."""

from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.dialogue.finding import Finding
from agi.dialogue.menufile import MenuFile, read
from agi.editions.spelling import plain, take_away
from agi.editions.working import Conflict
from agi.pages.admin import sentence_check
from agi.pages.shared.difference import bits
from agi.pages.shared.heard import Heard, heard
from agi.pages.shared.render import done, render
from agi.pages.shared.site import site, visitor
from agi.services.written import OWN, SMS, check_messages, longest, may_be_long, units, written_keys
from agi.tomlfile import FilesError
from agi.voice.errors import TextsError
from agi.voice.texts import WRITTEN, Text, Texts, text_of

PATH = "/kalimat-tertulis"
_OF_PARTS = 153
"""Places that an SMS has for words where it is one of several (3GPP TS 23.040: the rest tells which one)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as it goes out: `text` with long examples in its places; `places` of SMS that it takes, and how many
    SMS that are. `own`: it is written for messages alone."""

    key: str
    text: str
    places: int
    sms: int
    own: bool

    @classmethod
    def of(cls, key: str, texts: Texts) -> "Shown":
        """What messages say for `key`."""
        told = longest(texts.variant(key), texts)
        places = units(told)
        return cls(
            key, told, places, 1 if places <= SMS else -(-places // _OF_PARTS), f"{WRITTEN}{key}" in texts.messages
        )


@dataclass(frozen=True, slots=True)
class Trial:
    """A message as it was typed: what comes of it, and what is wrong."""

    typed: str
    shown: Shown | None
    findings: tuple[Finding, ...] = ()
    wrong: str = ""


def listed(request: Request) -> Response:
    """All that messages say."""
    texts = heard(request).draft().texts
    rows = [Shown.of(key, texts) for key in written_keys(_menu(request), texts)]
    return render(request, "admin/written_list.html", rows=rows, sms=SMS)


def show(request: Request) -> Response:
    """One of them."""
    key, texts = _known(request)
    variant = texts.messages.get(f"{WRITTEN}{key}")
    return _page(request, key, _trial(request, key, plain(variant.raw) if variant else ""))


async def change(request: Request) -> Response:
    """Save it, or look at what comes of it."""
    form = await request.form()
    given = (str(form.get("teks", ""))[:5000], str(form.get("dasar", "")), str(form.get("aksi", "")))
    return await run_in_threadpool(_change, request, *given)


def _change(request: Request, typed: str, base: str, what: str) -> Response:
    (key, texts), here, by = _known(request), heard(request), visitor(request).name
    name, new = f"{WRITTEN}{key}", plain(typed)
    trial = _trial(request, key, typed)
    if what != "simpan":
        return _page(request, key, trial)
    if trial.wrong:
        return _page(request, key, trial, status=422)
    before = texts.messages.get(name)
    try:
        if new:
            here.working.set_text(name, new, base or None, by, texts.language)
        elif before:
            _remove(here, before, base, by)
    except Conflict as conflict:
        theirs = plain(str(conflict.theirs or ""))
        wrong = "Belum disimpan: orang lain sudah mengubahnya. Bandingkan, lalu simpan lagi teks yang benar."
        return _page(request, key, Trial(typed, trial.shown, wrong=wrong), theirs=theirs, status=409)
    except FilesError as error:
        wrong = f"Belum disimpan: {' '.join(problem.message for problem in error.problems)}."
        return _page(request, key, Trial(typed, trial.shown, wrong=wrong), status=422)
    old = plain(before.raw) if before else ""
    if old == new:
        return done(request, f"{PATH}/{key}", "Tidak ada yang berubah.")
    site(request).audit.add(by, "kalimat.tulis", key, f"{old} → {new}")
    return done(request, f"{PATH}/{key}", "Pesan disimpan. Warga membacanya setelah diterbitkan.")


def _remove(here: Heard, text: Text, base: str, by: str) -> None:
    """Let messages say what calls say. Raises Conflict, FilesError."""
    place, file = tuple(text.key.split(".")), text.file.name
    if plain(text.raw) != plain(base):
        raise Conflict(file, place, base, None, text.raw)
    here.working.edit(file, {place: here.working.digest(file, *place)}, lambda document: take_away(document, place), by)


def _trial(request: Request, key: str, typed: str) -> Trial:
    here, name = heard(request), f"{WRITTEN}{key}"
    texts = here.draft().texts
    if not plain(typed):
        if name in OWN:
            return Trial(typed, None, wrong="Tulis kalimatnya: yang ini tidak ada di telepon.")
        written = {one: text for one, text in texts.messages.items() if one != name}
        tried = Texts(texts.language, {**texts, **written})
    else:
        try:
            old = texts.variant(key)
            text = text_of(name, plain(typed), old.file, old.line)
        except ValueError as error:
            return Trial(typed, None, wrong=f"{error}.")
        tried = Texts(texts.language, {**texts, **texts.messages, name: text})
    found = sentence_check.about(tried.variant(key), check_messages(_menu(request), tried))
    try:
        return Trial(typed, Shown.of(key, tried), found)
    except TextsError as error:
        return Trial(typed, None, found, str(error))


def _page(request: Request, key: str, trial: Trial, *, theirs: str = "", status: int = 200) -> Response:
    texts = heard(request).draft().texts
    variant, spoken = texts.messages.get(f"{WRITTEN}{key}"), texts.get(key)
    saved = plain(variant.raw) if variant else ""
    told: dict[str, Any] = {
        "key": key,
        "trial": trial,
        "saved": saved,
        "base": theirs or saved,
        "theirs": theirs,
        "their_bits": bits(plain(trial.typed), theirs) if theirs else (),
        "spoken": plain(spoken.raw) if spoken else "",
        "places": (spoken or texts.variant(key)).places,
        "sms": SMS,
        "long": trial.shown is not None and may_be_long(key, texts) and not plain(trial.typed),
        "mending": sentence_check.MENDING,
    }
    block = "result" if "hx-request" in request.headers else ""
    return render(request, "admin/written.html", status=status, block=block, **told)


def _known(request: Request) -> tuple[str, Texts]:
    """The key that is asked for, and all texts; of others there is no page. Raises HTTPException, TextsError."""
    key, texts = request.path_params["key"], heard(request).draft().texts
    if key not in texts and f"{WRITTEN}{key}" not in texts.messages:
        raise HTTPException(404)
    return key, texts


def _menu(request: Request) -> MenuFile:
    return read(site(request).settings.prompts / "menu.toml")


ROUTES = (
    Route(PATH, listed, methods=["GET"]),
    Route(f"{PATH}/{{key}}", show, methods=["GET"]),
    Route(f"{PATH}/{{key}}", change, methods=["POST"]),
)
