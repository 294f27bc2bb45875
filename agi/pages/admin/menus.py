"""The menu as a tree: each option with its key, words, sentence and destination side by side, and its changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tomlkit import TOMLDocument

from agi.dialogue.finding import Finding
from agi.dialogue.menufile import PATIENCE, MenuFile, Node, read
from agi.dialogue.titles import titles
from agi.editions import menu_edit
from agi.editions.menu_edit import Option
from agi.editions.spelling import Place as Where
from agi.editions.spelling import plain
from agi.editions.working import Conflict
from agi.pages.admin import flow, sentence_check
from agi.pages.shared.heard import Heard, heard
from agi.pages.shared.render import done, render
from agi.pages.shared.site import Tab, site, visitor
from agi.tomlfile import FilesError
from agi.voice.texts import FALLBACK

FILE = "menu.toml"
PATIENCE_TOLD = {
    "first_key_ms": "Menunggu tombol pertama (milidetik)",
    "between_keys_ms": "Jeda antara dua tombol (milidetik)",
    "total_ms": "Waktu untuk satu isian (milidetik)",
    "tries": "Berapa kali ditanya sebelum menyerah",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the menu as the page shows it. `says`: (key, words) of its sentences. `seconds` until a caller is
    there from the welcome on; None where that can't be told. `used`: from where one gets here, by title."""

    node: Node
    title: str
    depth: int
    kind: str
    says: tuple[tuple[str, str], ...]
    options: tuple[Option, ...]
    seconds: float | None
    used: tuple[str, ...]
    digest: str
    findings: tuple[Finding, ...]


def show(request: Request) -> Response:
    """The whole menu."""
    return _page(request)


def _page(request: Request, wrong: str = "", typed: str = "", status: int = 200) -> Response:
    here = heard(request)
    found = read(here.settings.prompts / FILE)
    named = titles(found)
    places = _places(here, found, named)
    chosen = flow.chosen(request)
    told: dict[str, Any] = {
        "places": places,
        "named": named,
        "start": found.start,
        "picture": flow.picture(found, named, chosen),
        "chosen": chosen,
        "patience": PATIENCE_TOLD,
        "mending": sentence_check.MENDING,
        "findings": [one for one in here.findings() if one.path.name == FILE and not _at(found, one)],
        "wrong": wrong,
        "typed": typed,
    }
    return render(request, "admin/menus.html", status=status, **told)


def _places(here: Heard, found: MenuFile, named: Mapping[str, str]) -> list[Place]:
    texts, tables = here.draft().texts, here.working.read(FILE)
    order = _in_order(found)
    shown = []
    for name, depth in order:
        node = found.nodes[name]
        keys = (node.prompt,) if node.prompt else node.say
        shown.append(
            Place(
                node=node,
                title=named[name],
                depth=depth,
                kind="menu" if node.options else "layanan" if node.service else "informasi",
                says=tuple((key, plain(texts[key].raw) if key in texts else "") for key in keys),
                options=tuple(menu_edit.options(tables, name)),
                seconds=_seconds(here, found, name),
                used=tuple(named.get(place.partition(".")[0], place) for place in menu_edit.uses(tables, name)),
                digest=here.working.digest(FILE, name),
                findings=tuple(one for one in here.findings() if one.path.name == FILE and _at(found, one) == name),
            )
        )
    return shown


def _in_order(found: MenuFile) -> list[tuple[str, int]]:
    """All places with their depth: as one walks down from the start, then those that only words lead to."""
    order: dict[str, int] = {}

    def walk(name: str, depth: int) -> None:
        if name in found.nodes and name not in order:
            order[name] = depth
            for target in found.nodes[name].options.values():
                walk(target, depth + 1)

    walk(found.start, 0)
    return [*order.items(), *((name, 0) for name in found.nodes if name not in order)]


def _seconds(here: Heard, found: MenuFile, name: str) -> float | None:
    """How long a caller listens before `name` by the shortest way of keys, who presses at the end of each menu."""
    clips, ways, level = here.draft(), {found.start: 0.0}, [found.start]
    while level and name not in ways:
        below = []
        for one in level:
            node = found.nodes.get(one)
            lasts = clips.seconds(node.prompt) if node and node.prompt in clips.texts else None
            for target in node.options.values() if node and lasts is not None else ():
                if target not in ways:
                    ways[target] = ways[one] + (lasts or 0.0)
                    below.append(target)
        level = below
    return ways.get(name)


def _at(found: MenuFile, one: Finding) -> str:
    """The place that a finding is about: that whose table stands around its line; "" for the whole file."""
    above = [(line, name) for name, line in found.lines.items() if name in found.nodes and line <= one.line]
    return max(above)[1] if above and one.line else ""


async def change(request: Request) -> Response:
    """One change of one place; what can't be done is said on the page, and nothing is lost."""
    form = await request.form()
    return await run_in_threadpool(_change, request, form)


def _change(request: Request, form: FormData) -> Response:
    here, name, what = heard(request), request.path_params["name"], str(form.get("apa", ""))
    make = _CHANGES.get(what)
    if make is None:
        raise HTTPException(400)
    by = visitor(request).name
    based: dict[Where, str] = {(name,): str(form.get("dasar", ""))}
    try:
        if what == "informasi":  # its sentence first: no place of the menu is without one
            fresh = menu_edit.name_of(_line(form, "judul"), here.working.read(FILE))
            here.working.set_text(f"info.{fresh}", _line(form, "kalimat"), None, by, FALLBACK)
            make = partial(_information, fresh=fresh)
        here.working.edit(FILE, based, lambda document: make(document, name, form), by)
    except Conflict:
        wrong = "Orang lain baru saja mengubah tempat ini. Periksa yang sekarang, lalu ulangi."
        return _page(request, wrong, _typed(form), 409)
    except FilesError as error:
        return _page(request, " ".join(problem.message for problem in error.problems), _typed(form), 422)
    site(request).audit.add(by, f"menu.{what}", name, _line(form, "tujuan") or _line(form, "judul"))
    return done(request, f"/menu#{name}" if what != "hapus" else "/menu", _told(what))


def _typed(form: FormData) -> str:
    """What somebody wrote whose change was not made, so that they need not write it again."""
    return "; ".join(filter(None, (plain(str(form.get(field, ""))) for field in ("judul", "kalimat", "kata"))))


def _told(what: str) -> str:
    said = "Menu disimpan. Penelepon mendengarnya setelah diterbitkan."
    if what in ("naik", "turun", "tambah", "cabut", "informasi"):
        said += " Periksa juga kalimat menunya: “… tekan N” harus cocok dengan tombolnya."
    return said


def _line(form: FormData, field: str) -> str:
    return plain(str(form.get(field, "")))[:500]


def _words(form: FormData) -> tuple[str, ...]:
    return tuple(filter(None, (plain(word) for word in str(form.get("kata", ""))[:2000].split(","))))


def _place(form: FormData) -> int:
    key = str(form.get("tombol", ""))
    return int(key) - 1 if key.isascii() and key.isdigit() and len(key) == 1 else -1


def _with(edit: Callable[[list[Option], FormData], Sequence[Option]]) -> Callable[[TOMLDocument, str, FormData], None]:
    """A change of the options of a place."""

    def make(document: TOMLDocument, name: str, form: FormData) -> None:
        now = menu_edit.options(document, name)
        if not 0 <= _place(form) < len(now) and edit is not _added:
            raise ValueError("Pilihan itu sudah tidak ada.")
        menu_edit.put_options(document, name, edit(now, form))

    return make


def _saved(now: list[Option], form: FormData) -> Sequence[Option]:
    return [*now[: _place(form)], Option(_line(form, "tujuan"), _words(form)), *now[_place(form) + 1 :]]


def _added(now: list[Option], form: FormData) -> Sequence[Option]:
    return [*now, Option(_line(form, "tujuan"), _words(form))]


def _removed(now: list[Option], form: FormData) -> Sequence[Option]:
    return [*now[: _place(form)], *now[_place(form) + 1 :]]


def _information(document: TOMLDocument, name: str, form: FormData, fresh: str = "") -> None:
    """A new piece of information, the place `fresh`, and an option that leads to it."""
    title = _line(form, "judul")
    if not title:
        raise ValueError("Tulis judulnya.")
    menu_edit.add_information(document, fresh, f"info.{fresh}", ())
    words = _words(form) or (title,)
    menu_edit.put_options(document, name, [*menu_edit.options(document, name), Option(fresh, words)])


def _others(document: TOMLDocument, name: str, form: FormData) -> None:
    """Time-outs, tries, and the words by which a place may be wished for."""
    patience = {}
    for field in PATIENCE:
        if typed := _line(form, field):
            if not typed.isascii() or not typed.isdigit():
                raise ValueError(f"{PATIENCE_TOLD[field]}: tulis dengan angka, atau kosongkan.")
            patience[field] = int(typed)
    menu_edit.put_patience(document, name, patience)
    menu_edit.put_intents(document, name, _words(form))


_CHANGES: Mapping[str, Callable[[TOMLDocument, str, FormData], None]] = {
    "simpan": _with(_saved),
    "tambah": _with(_added),
    "cabut": _with(_removed),
    "naik": _with(lambda now, form: menu_edit.move(now, _place(form), -1)),
    "turun": _with(lambda now, form: menu_edit.move(now, _place(form), 1)),
    "informasi": _information,
    "lainnya": _others,
    "hapus": lambda document, name, _: menu_edit.drop(document, name),
}
ROUTES = (Route("/menu", show, methods=["GET"]), Route("/menu/{name}", change, methods=["POST"]))
TAB = Tab("/menu", "Menu")
