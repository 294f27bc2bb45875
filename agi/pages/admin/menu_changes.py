"""Changes of the menu from its page: one form, one change, and nothing half done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tomlkit import TOMLDocument

from agi.dialogue.menufile import PATIENCE
from agi.editions import menu_edit
from agi.editions.information import Information, add_information
from agi.editions.menu_edit import Option
from agi.editions.spelling import Place, plain
from agi.editions.working import Conflict
from agi.pages.admin import menu_place, menus
from agi.pages.admin.menu_place import GIVE_UP_TOLD, INTERRUPTS_TOLD, PATIENCE_TOLD
from agi.pages.admin.menus import FILE, Typed
from agi.pages.shared.heard import heard
from agi.pages.shared.render import done
from agi.pages.shared.site import site, visitor
from agi.tomlfile import FilesError

Change = Callable[[TOMLDocument, str, FormData], None]
_INFORMATION, _OTHERS = "informasi", "lainnya"
_LONGEST_TITLE = 60


async def change(request: Request) -> Response:
    """One change of one place; what can't be done is said on the page, and nothing is lost."""
    form = await request.form()
    return await run_in_threadpool(_change, request, form)


def _change(request: Request, form: FormData) -> Response:
    name: str = request.path_params["name"]
    here, what = heard(request), str(form.get("apa", ""))
    by = visitor(request).name
    based: dict[Place, str] = {(name,): str(form.get("dasar", ""))}
    shown = menu_place.page if what == _OTHERS and name in here.working.read(FILE) else menus.page
    typed = Typed(name, what, {field: plain(str(value)) for field, value in form.items() if isinstance(value, str)})
    try:
        if what == _INFORMATION:
            fresh = Information(_line(form, "judul"), _line(form, "kalimat"), _words(form))
            add_information(here.working, name, based, fresh, by)
        elif make := _CHANGES.get(what):
            here.working.edit(FILE, based, lambda document: make(document, name, form), by)
        else:
            raise HTTPException(400)
    except Conflict:
        wrong = "Orang lain baru saja mengubah tempat ini. Periksa yang sekarang, lalu ulangi."
        return shown(request, wrong, typed, 409)
    except FilesError as error:
        return shown(request, " ".join(problem.message for problem in error.problems), typed, 422)
    key = f"tombol {_place(form) + 1}" if "tombol" in form else ""
    told = " ".join(filter(None, (key, _line(form, "tujuan") or _line(form, "judul"))))
    site(request).audit.add(by, f"menu.{what}", name, told)
    return done(request, f"/menu#{name}" if what != "hapus" else "/menu", _told(what))


def _told(what: str) -> str:
    said = "Menu disimpan. Penelepon mendengarnya setelah diterbitkan."
    if what in ("naik", "turun", "tambah", "cabut", "tutup", "buka", _INFORMATION):
        said += " Periksa juga kalimat menunya: “… tekan N” harus cocok dengan tombolnya."
    return said


def _line(form: FormData, field: str) -> str:
    return plain(str(form.get(field, "")))[:500]


def _words(form: FormData) -> tuple[str, ...]:
    return tuple(filter(None, (plain(word) for word in str(form.get("kata", ""))[:2000].split(","))))


def _place(form: FormData) -> int:
    key = str(form.get("tombol", ""))
    return int(key) - 1 if key.isascii() and key.isdigit() and len(key) == 1 else -1


def _with(edit: Callable[[list[Option], FormData], Sequence[Option]]) -> Change:
    """A change of the options of a place."""

    def make(document: TOMLDocument, name: str, form: FormData) -> None:
        now = menu_edit.options(document, name)
        if not 0 <= _place(form) < len(now) and edit is not _added:
            raise ValueError("Pilihan itu sudah tidak ada.")
        menu_edit.put_options(document, name, edit(now, form))

    return make


def _saved(now: list[Option], form: FormData) -> Sequence[Option]:
    return _changed(now, form, target=_line(form, "tujuan"), words=_words(form))


def _changed(now: list[Option], form: FormData, **news: Any) -> Sequence[Option]:
    return [*now[: _place(form)], replace(now[_place(form)], **news), *now[_place(form) + 1 :]]


def _added(now: list[Option], form: FormData) -> Sequence[Option]:
    return [*now, Option(_line(form, "tujuan"), _words(form))]


def _removed(now: list[Option], form: FormData) -> Sequence[Option]:
    return [*now[: _place(form)], *now[_place(form) + 1 :]]


def _others(document: TOMLDocument, name: str, form: FormData) -> None:
    """What a place is called and wished for by, its time-outs and tries, who may interrupt it, and giving up there."""
    patience = {}
    for field in PATIENCE:
        if typed := _line(form, field):
            if not typed.isascii() or not typed.isdigit():
                raise ValueError(f"{PATIENCE_TOLD[field]}: tulis dengan angka, atau kosongkan.")
            patience[field] = int(typed)
    give_up, interrupts = _line(form, "menyerah"), INTERRUPTS_TOLD.get(_line(form, "potong"))
    if interrupts is None or (give_up not in GIVE_UP_TOLD and give_up not in document):
        raise ValueError("Pilih apa yang terjadi bila penelepon menyerah, dan apakah kalimatnya boleh dipotong.")
    menu_edit.put_title(document, name, _line(form, "judul")[:_LONGEST_TITLE])
    menu_edit.put_patience(document, name, patience)
    menu_edit.put_manner(document, name, give_up, interrupts[1])
    menu_edit.put_intents(document, name, _words(form))


_CHANGES: Mapping[str, Change] = {
    "simpan": _with(_saved),
    "tambah": _with(_added),
    "cabut": _with(_removed),
    "tutup": _with(lambda now, form: _changed(now, form, offered=False)),
    "buka": _with(lambda now, form: _changed(now, form, offered=True)),
    "naik": _with(lambda now, form: menu_edit.move(now, _place(form), -1)),
    "turun": _with(lambda now, form: menu_edit.move(now, _place(form), 1)),
    _OTHERS: _others,
    "hapus": lambda document, name, _: menu_edit.drop(document, name),
}
ROUTES = (Route("/menu/{name}", change, methods=["POST"]),)
