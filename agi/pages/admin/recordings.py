"""A human voice for a sentence: sent or recorded, looked at, cut, compared, used, and taken back."""

import math
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from agi.editions.working import Conflict
from agi.pages.admin import sentence_facts, sentences
from agi.pages.admin.waveform import drawing
from agi.pages.shared.heard import Heard, heard
from agi.pages.shared.render import done, render, safe
from agi.pages.shared.site import site, visitor
from agi.stamp import stamp
from agi.voice import audio, recordings
from agi.voice.errors import RecordingError
from agi.voice.level import SILENCE
from agi.voice.take import QUIET_DB, Take, decoded

MOST_BYTES = 20_000_000
LARGER = {"/rekaman/": MOST_BYTES + 100_000}
"""Bodies that may be larger than a form: a recording, and what a form puts around it."""
_KEPT_S = 86_400
"""How long a recording waits to be used, in seconds."""


class Takes:
    """Recordings that were sent and are not used yet, in `folder`, by their digests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Keep `content` for a day; its name."""
        name = stamp(content)
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _KEPT_S:
                    path.unlink()
        fresh = self._folder / f".{name}.{secrets.token_hex(4)}"
        fresh.write_bytes(content)
        fresh.replace(self._folder / name)
        return name

    def content(self, name: str) -> bytes:
        """What is kept by that name; there is no page of what is not."""
        try:
            return (self._folder / name).read_bytes() if name.isalnum() else _gone()
        except OSError:
            return _gone()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A recording that is looked at: what was sent, what of it is wanted, and for which `part` of the sentence.

    `base`: the digest of the recording that stood there then, or "".
    """

    content: bytes
    whole: Take
    part: str
    base: str
    start_s: float
    end_s: float

    @property
    def take(self) -> Take:
        """What is wanted of it."""
        return self.whole.cut(self.start_s, self.end_s)


async def sent(request: Request) -> Response:
    """Somebody sends a recording: it is decoded and looked at, and nothing is replaced yet."""
    async with request.form() as form:
        file, part, base = form.get("berkas"), str(form.get("bagian", "")), str(form.get("semula", ""))
        content = await file.read() if isinstance(file, UploadFile) else b""
    return await run_in_threadpool(_sent, request, content, part, base)


def _sent(request: Request, content: bytes, part: str, base: str) -> Response:
    here, key = heard(request), request.path_params["key"]
    _known_part(here, key, part)
    if not content:
        return sentences.page(request, key, wrong="Pilih dulu berkas suaranya.", status=422)
    if len(content) > MOST_BYTES:
        return sentences.page(request, key, wrong="Berkas itu lebih besar dari 20 MB: potong dulu.", status=413)
    try:
        decoded(content)
    except RecordingError as error:
        return sentences.page(request, key, wrong=f"Berkas itu {error.problems[0].message}.", status=422)
    name = _takes(here).keep(content)
    return done(request, f"/rekaman/{key}/{name}?{urlencode({'bagian': part, 'semula': base})}")


def looked_at(request: Request) -> Response:
    """A recording that was sent, before it is used: its picture, its level, its sound."""
    here, key = heard(request), request.path_params["key"]
    chosen = _chosen(here, key, request.path_params["take"], request.query_params)
    return _looked_at(request, chosen)


def _looked_at(request: Request, chosen: Chosen, status: int = 200, faster: str = "") -> Response:
    take, whole = chosen.take, chosen.whole
    end_s = chosen.end_s or whole.seconds
    level = take.level_db
    told = {
        "key": request.path_params["key"],
        "name": request.path_params["take"],
        "part": chosen.part,
        "base": chosen.base,
        "faster": faster,
        "picture": safe(drawing(whole, chosen.start_s, end_s)),
        "start_s": round(chosen.start_s, 2),
        "end_s": round(end_s, 2),
        "seconds": take.seconds,
        "whole_s": whole.seconds,
        "level": None if level == SILENCE else round(level),
        "peak": None if take.peak_db == SILENCE else round(take.peak_db),
        "quiet": level < QUIET_DB,
        "clipped": take.clipped,
        "fault": take.fault(),
        "format": whole.suffix.removeprefix(".").upper(),
        "target": round(audio.TARGET_DB),
    }
    return render(request, "admin/recording.html", status=status, **told)


def take_heard(request: Request) -> Response:
    """That recording as callers would hear it."""
    here = heard(request)
    chosen = _chosen(here, request.path_params["key"], request.path_params["take"], request.query_params)
    try:
        name = here.kept(chosen.take.polished().narrow)
    except audio.NoSpeech:
        raise HTTPException(404) from None
    file = here.file(name)
    return FileResponse(file, media_type="audio/wav") if file else Response(status_code=404)


async def use(request: Request) -> Response:
    """Let callers hear that recording, as soon as it is published."""
    form = await request.form()
    return await run_in_threadpool(_use, request, {name: str(value) for name, value in form.items()})


def _use(request: Request, form: dict[str, str]) -> Response:
    here, key, by = heard(request), request.path_params["key"], visitor(request).name
    chosen = _chosen(here, key, request.path_params["take"], form)
    try:
        fault = chosen.take.fault()
        if not fault:
            chosen.take.polished()
    except audio.NoSpeech:
        fault = recordings.SILENT
    if fault:
        return _looked_at(request, chosen, 422)
    language = sentences.known(here, key).file.stem
    original = (chosen.content, chosen.whole.suffix)
    try:
        here.working.put_recording(chosen.part, chosen.take.wav(), by, language, original, chosen.base)
    except Conflict as conflict:
        last = here.working.last_edit(conflict.file, *conflict.place)
        faster = last.by if last and last.by else "seseorang (di berkas)"
        return _looked_at(request, replace(chosen, base=str(conflict.theirs)), 409, faster)
    site(request).audit.add(by, "rekaman.pakai", chosen.part, f"{chosen.take.seconds:.1f} s")
    return done(request, f"/kalimat/{key}", "Rekaman disimpan. Penelepon mendengarnya setelah diterbitkan.")


async def drop(request: Request) -> Response:
    """Go back to the machine's voice."""
    form = await request.form()
    return await run_in_threadpool(_drop, request, str(form.get("bagian", "")))


def _drop(request: Request, part: str) -> Response:
    here, key, by = heard(request), request.path_params["key"], visitor(request).name
    _known_part(here, key, part)
    if here.working.drop_recording(part, by, sentences.known(here, key).file.stem):
        site(request).audit.add(by, "rekaman.lepas", part)
    return done(request, f"/kalimat/{key}", "Kembali ke suara mesin. Rekaman aslinya tetap disimpan.")


def _chosen(here: Heard, key: str, name: str, told: Mapping[str, str]) -> Chosen:
    part = told.get("bagian", "")
    _known_part(here, key, part)
    content = _takes(here).content(name)
    whole = decoded(content)
    start_s, end_s = _moment(told.get("mulai", "")), _moment(told.get("akhir", ""))
    start_s = min(start_s, whole.seconds)
    end_s = min(end_s, whole.seconds)
    return Chosen(content, whole, part, told.get("semula", ""), start_s, end_s if end_s > start_s else 0.0)


def _moment(text: str) -> float:
    """Seconds as people write them ("0,4"); 0 for what is none."""
    try:
        moment = float(text.replace(",", "."))
    except ValueError:
        return 0.0
    return moment if math.isfinite(moment) and moment > 0 else 0.0


def _known_part(here: Heard, key: str, part: str) -> None:
    """Raise 404 where no recording of that name belongs to the sentence."""
    if part not in (one.name for one in sentence_facts.parts(here, sentences.known(here, key))):
        raise HTTPException(404)


def _takes(here: Heard) -> Takes:
    return Takes(here.settings.var / "pages" / "takes")


def _gone() -> bytes:
    raise HTTPException(404)


ROUTES = (
    Route("/rekaman/{key}", sent, methods=["POST"]),
    Route("/rekaman/{key}/lepas", drop, methods=["POST"]),
    Route("/rekaman/{key}/{take}", looked_at, methods=["GET"]),
    Route("/rekaman/{key}/{take}", use, methods=["POST"]),
    Route("/rekaman/{key}/{take}/suara", take_heard),
)
