"""The sentences: found, read, changed and heard before anybody else hears them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import soundfile
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from agi.books.accounts import Role
from agi.dialogue.finding import Finding
from agi.dialogue.menufile import read
from agi.editions.spelling import plain
from agi.editions.working import Conflict
from agi.pages.admin import sentence_check, sentence_facts
from agi.pages.admin.sentence_facts import Spoken
from agi.pages.shared.difference import bits
from agi.pages.shared.heard import Heard, heard
from agi.pages.shared.render import done, render
from agi.pages.shared.site import Tab, site, visitor
from agi.services.checked import SAYS
from agi.tomlfile import FilesError
from agi.voice.clips import Clips
from agi.voice.errors import SynthesisError, TextsError, VoiceError
from agi.voice.texts import WRITTEN, Text

_MUTE = "Suara mesin tidak dapat berbicara sekarang: lihat hotline doctor."
_SHOWN = {"": "semua", "berubah": "belum terbit", "rekaman": "rekaman manusia", "kuning": "tidak pernah diucapkan"}
"""What the list can be narrowed to."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A sentence as it was typed, before it is saved: what will be said, what is wrong, and its sound."""

    text: str
    spoken: tuple[Spoken, ...] = ()
    findings: tuple[Finding, ...] = ()
    checked: bool = False
    wrong: str = ""
    sound: str = ""
    seconds: float = 0.0


def listed(request: Request) -> Response:
    """All sentences, or those that were looked for."""
    here = heard(request)
    looked = request.query_params.get("cari", "")[:100]
    shown = request.query_params.get("tampil", "")
    rows = list(sentence_facts.rows(here))
    kept = [row for row in rows if row.holds(looked.casefold().split())]
    if shown == "berubah":
        kept = [row for row in kept if row.change]
    elif shown == "rekaman":
        kept = [row for row in kept if row.recorded]
    elif shown == "kuning":
        kept = [row for row in kept if not row.used]
    told: dict[str, Any] = {"rows": kept, "all": len(rows), "looked": looked, "shown": shown, "choices": _SHOWN}
    return render(request, "admin/sentences.html", block="list" if "hx-request" in request.headers else "", **told)


def sentence(request: Request) -> Response:
    """One sentence."""
    if visitor(request).role is Role.ADMIN:
        heard(request).warm()
    return page(request, request.path_params["key"])


def page(request: Request, key: str, trial: Trial | None = None, wrong: str = "", status: int = 200) -> Response:
    """The page of `key`, with what was typed; `wrong`: what is wrong with a recording that was sent."""
    here = heard(request)
    draft, live = here.draft(), here.live()
    text = known(here, key)
    now = trial or Trial(
        plain(text.raw),
        sentence_facts.spoken(draft, text),
        sentence_check.about(text, here.findings()),
        checked=True,
    )
    if trial and "hx-request" in request.headers:
        return render(request, "admin/sentence.html", block="result", key=key, now=now, mending=sentence_check.MENDING)
    published = sentence_facts.text_of(live, key)
    parts = sentence_facts.parts(here, text)
    told: dict[str, Any] = {
        "key": key,
        "now": now,
        "saved": plain(text.raw),
        "mending": sentence_check.MENDING,
        "places": {**SAYS.get(key, {}), **text.places},
        "kinds": sentence_facts.KINDS,
        "used": sentence_facts.where_used(draft.texts, read(here.settings.prompts / "menu.toml")).get(key, ()),
        "change": sentence_facts.change(draft, live, key),
        "live": plain(published.raw) if published else "",
        "bits": bits(plain(published.raw), plain(text.raw)) if published else (),
        "edition": here.editions.current_number(),
        "parts": parts,
        "recorded": any(part.digest for part in parts),
        "last": here.working.last_edit(text.file.name, *key.split(".")),
        "wrong": wrong,
        "in_messages": plain(draft.texts.variant(key).raw),
        "written_apart": f"{WRITTEN}{key}" in draft.texts.messages,
    }
    return render(request, "admin/sentence.html", status=status, **told)


async def change(request: Request) -> Response:
    """Save a sentence, or only look at it or hear it."""
    form = await request.form()
    given = (str(form.get("teks", "")), str(form.get("dasar", "")), str(form.get("aksi", "")))
    return await run_in_threadpool(_change, request, *given)


def _change(request: Request, typed: str, base: str, what: str) -> Response:
    here, key, by = heard(request), request.path_params["key"], visitor(request)
    text = known(here, key)
    if what != "simpan":
        return page(request, key, _trial(here, text, typed, aloud=what == "dengar"))
    before = plain(text.raw)
    try:
        here.working.set_text(key, typed, base, by.name, text.file.stem)
    except Conflict as conflict:
        return _both(request, key, conflict)
    except FilesError as error:
        wrong = " ".join(problem.message for problem in error.problems)
        return page(request, key, Trial(typed, wrong=f"Belum disimpan: {wrong}."), status=422)
    if plain(typed) == before:
        return done(request, f"/kalimat/{key}", "Tidak ada yang berubah.")
    site(request).audit.add(by.name, "kalimat.ubah", key, f"{before} → {plain(typed)}")
    return done(request, f"/kalimat/{key}", "Kalimat disimpan. Penelepon mendengarnya setelah diterbitkan.")


def _both(request: Request, key: str, conflict: Conflict) -> Response:
    """Somebody else was faster: their words and yours, so that nothing is lost."""
    base, yours, theirs = (plain(str(one or "")) for one in (conflict.base, conflict.yours, conflict.theirs))
    last = heard(request).working.last_edit(conflict.file, *conflict.place)
    told: dict[str, Any] = {"key": key, "base": base, "yours": yours, "theirs": theirs, "last": last}
    told |= {"your_bits": bits(base, yours), "their_bits": bits(base, theirs)}
    return render(request, "admin/sentence_conflict.html", status=409, **told)


def _trial(here: Heard, text: Text, typed: str, *, aloud: bool) -> Trial:
    """What would come of `typed`; `aloud`: with its sound and all that the checker finds."""
    try:
        clips = here.trial(text.key, plain(typed))
    except TextsError as error:
        return Trial(typed, wrong=" ".join(problem.message for problem in error.problems))
    said = sentence_facts.spoken(clips, clips.texts[text.key])
    if not aloud:
        return Trial(typed, said)
    with ThreadPoolExecutor(1) as aside:  # another process speaks: the whole menu is checked meanwhile
        checking = aside.submit(sentence_check.of_draft, here, text, typed)
        try:
            name = sound_of(here, clips, text.key, recorded=False)
        except SynthesisError:
            return Trial(typed, said, checking.result(), checked=True, wrong=_MUTE)
        findings = checking.result()
    file = here.file(name)
    seconds = soundfile.info(file).duration if file else 0.0
    return Trial(typed, said, findings, checked=True, sound=name, seconds=seconds)


def sound_of(here: Heard, clips: Clips, key: str, *, recorded: bool = True) -> str:
    """The name of a file that says `key`, with examples at its places. Raises VoiceError."""
    values = sentence_facts.examples(clips.texts, clips.texts[key])
    return here.sound(clips.clips(key, values, recorded=recorded))


def sound(request: Request) -> Response:
    """A sentence as it is heard: `draf` (as it stands), `terbit` (by callers), `mesin` (by the machine's voice)."""
    here, key, which = heard(request), request.path_params["key"], request.path_params["which"]
    known(here, key)
    clips = here.live() if which == "terbit" else here.draft()
    if clips is None or key not in clips.texts:
        raise HTTPException(404)
    try:
        return file_of(here, sound_of(here, clips, key, recorded=which != "mesin"))
    except VoiceError:
        raise HTTPException(503) from None


def played(request: Request) -> Response:
    """The same, by its name."""
    return file_of(heard(request), request.path_params["name"])


def file_of(here: Heard, name: str) -> Response:
    """A sound that was made a moment ago."""
    if (file := here.file(name)) is None:
        raise HTTPException(404)
    return FileResponse(file, media_type="audio/wav")


def known(here: Heard, key: str) -> Text:
    """The sentence `key` of the working copy; there is no page of any other. Raises TextsError."""
    text = sentence_facts.text_of(here.draft(), key)
    if text is None:
        raise HTTPException(404)
    return text


ROUTES = (
    Route("/kalimat", listed),
    Route("/kalimat/{key}", sentence, methods=["GET"]),
    Route("/kalimat/{key}", change, methods=["POST"]),
    Route("/kalimat/{key}/suara/{which}", sound),
    Route("/suara/{name}", played),
)
TAB = Tab("/kalimat", "Kalimat")
