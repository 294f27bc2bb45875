"""Where what callers are told is from: what must be checked first, and what was found when it was."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tomlkit import TOMLDocument

from agi.dialogue.facts import FILE, Fact, Standing, load, most_urgent_first
from agi.dialogue.menufile import read
from agi.editions.fact_edit import Known, put_fact
from agi.editions.spelling import plain
from agi.editions.working import Conflict
from agi.pages.shared.heard import Heard, heard
from agi.pages.shared.render import done, render
from agi.pages.shared.site import Tab, site, visitor
from agi.tomlfile import FilesError
from agi.voice.errors import UnknownKey

PATH = "/fakta"
TAB = Tab(PATH, "Fakta")
_NEW = "baru"
_TAG = {Standing.OVERDUE: "bad", Standing.UNCHECKED: "draft", Standing.SOON: "draft", Standing.GOOD: "live"}
_USUALLY = timedelta(days=365)
"""How long after it was checked a fact is checked again, unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Row:
    """A fact in the list: how far it may be relied on, and the class of its tag."""

    fact: Fact
    standing: Standing
    tag: str


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that tells a fact; `text` is "" where it is gone."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields of the form."""

    about: str
    source: str
    owner: str
    checked: str
    again: str


def listed(request: Request) -> Response:
    """All facts, the most urgent first, and the sentences of the menu that have none."""
    here, today = heard(request), _today(request)
    rows = []
    for fact in most_urgent_first(_facts(here), today):
        standing = fact.standing(today)
        rows.append(Row(fact, standing, _TAG[standing]))
    late = sum(row.standing is Standing.OVERDUE for row in rows)
    return render(request, "admin/facts.html", rows=rows, late=late, bare=_without(here))


def fact(request: Request) -> Response:
    """One fact, or the form for one about a sentence that has none."""
    name, today = request.path_params["name"], _today(request)
    found = _found(heard(request), name)
    if found:
        checked = found.checked.isoformat() if found.checked else ""
        typed = Typed(found.about, found.source, found.owner, checked, found.again.isoformat())
    else:
        typed = Typed("", "", "", today.isoformat(), (today + _USUALLY).isoformat())
    return _page(request, name, request.query_params.get("kalimat", ""), typed)


async def change(request: Request) -> Response:
    """Save a fact; with "diperiksa" as checked today, for a year."""
    form = await request.form()
    return await run_in_threadpool(_change, request, form)


def _change(request: Request, form: FormData) -> Response:
    here, today, name = heard(request), _today(request), request.path_params["name"]
    by, sentence = visitor(request).name, str(form.get("kalimat", ""))
    about, source, owner, checked, again = (
        plain(str(form.get(field, "")))[:500] for field in ("tentang", "sumber", "penanggung", "diperiksa", "lagi")
    )
    if form.get("apa") == "diperiksa":
        checked, again = today.isoformat(), (today + _USUALLY).isoformat()
    typed = Typed(about, source, owner, checked, again)
    table = _name_for(here, sentence) if name == _NEW else name

    def make(document: TOMLDocument) -> None:
        known = Known(about, source, owner, _day(checked) if checked else None, _day(again))
        put_fact(document, table, known, today, (sentence,) if name == _NEW else ())

    try:
        here.working.edit(FILE, {(table,): str(form.get("dasar", ""))}, make, by)
    except Conflict:
        wrong = "Orang lain baru saja mengubah keterangan ini. Periksa yang tersimpan sekarang, lalu simpan lagi."
        return _page(request, name, sentence, typed, wrong, 409)
    except FilesError as error:
        return _page(request, name, sentence, typed, " ".join(one.message for one in error.problems), 422)
    site(request).audit.add(by, "fakta.ubah", table, f"diperiksa {checked or 'belum'}, lagi {again}")
    return done(request, PATH, "Keterangan disimpan. Penelepon mendengarnya setelah diterbitkan.")


def _page(request: Request, name: str, sentence: str, typed: Typed, wrong: str = "", status: int = 200) -> Response:
    here = heard(request)
    found = _found(here, name)
    if name == _NEW and sentence not in _without(here):
        raise HTTPException(404)
    table = _name_for(here, sentence) if name == _NEW else name
    said = [Said(key, _text(here, key)) for key in (found.sentences if found else (sentence,))]
    return render(
        request,
        "admin/fact.html",
        status,
        name=name,
        found=found,
        sentence=sentence,
        said=said,
        typed=typed,
        today=_today(request).isoformat(),
        base=here.working.digest(FILE, table),
        last=here.working.last_edit(FILE, table) if found else None,
        wrong=wrong,
    )


def _found(here: Heard, name: str) -> Fact | None:
    """The fact `name`; None for the form of a new one."""
    found = next((one for one in _facts(here) if one.name == name), None)
    if found is None and name != _NEW:
        raise HTTPException(404)
    return found


def _facts(here: Heard) -> tuple[Fact, ...]:
    return load(here.settings.prompts / FILE)


def _without(here: Heard) -> list[str]:
    """The sentences by which the menu informs, and of which nobody has said where they are from."""
    sourced = {key for one in _facts(here) for key in one.sentences}
    told = (
        key for node in read(here.settings.prompts / "menu.toml").nodes.values() for key in (*node.say, *node.details)
    )
    return [key for key in dict.fromkeys(told) if key not in sourced]


def _name_for(here: Heard, key: str) -> str:
    """The name of a new fact about the sentence `key`."""
    name, taken = key.replace(".", "_"), {one.name for one in _facts(here)}
    return next(one for one in (name, *(f"{name}_{number}" for number in range(2, 99))) if one not in {*taken, _NEW})


def _text(here: Heard, key: str) -> str:
    try:
        return plain(here.draft().texts[key].raw)
    except UnknownKey:
        return ""


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError("Isi tanggalnya, misalnya 2027-05-31.") from None


def _today(request: Request) -> date:
    return datetime.now(UTC).astimezone(site(request).settings.zone).date()


ROUTES = (
    Route(PATH, listed, methods=["GET"]),
    Route(f"{PATH}/{{name}}", fact, methods=["GET"]),
    Route(f"{PATH}/{{name}}", change, methods=["POST"]),
)
