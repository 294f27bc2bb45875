"""What is less often changed of one place of the menu: its name, the words that ask for it, patience, giving up."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.dialogue.menufile import GIVE_UP_AGENT, GIVE_UP_END, read
from agi.dialogue.titles import titles
from agi.pages.admin.menus import FILE, Typed
from agi.pages.shared.heard import heard
from agi.pages.shared.render import render

PATIENCE_TOLD = {
    "first_key_ms": "Menunggu tombol pertama (milidetik)",
    "between_keys_ms": "Jeda antara dua tombol (milidetik)",
    "total_ms": "Waktu untuk satu isian (milidetik)",
    "tries": "Berapa kali ditanya sebelum menyerah",
}
GIVE_UP_TOLD = {GIVE_UP_AGENT: "Disambungkan ke petugas", GIVE_UP_END: "Panggilan diakhiri"}
INTERRUPTS_TOLD: Mapping[str, tuple[str, bool | str]] = {
    "ya": ("Ya, dengan tombol dan suara", True),
    "key": ("Hanya dengan tombol", "key"),
    "voice": ("Hanya dengan suara", "voice"),
    "tidak": ("Tidak", False),
}
"""What may interrupt the sentence of a place: as a form names it -> in words, and as the file has it."""


def show(request: Request) -> Response:
    """One place."""
    return page(request)


def page(request: Request, wrong: str = "", typed: Typed | None = None, status: int = 200) -> Response:
    """The same, with what was `typed` where a change could not be made, and why."""
    here, name = heard(request), str(request.path_params["name"])
    found = read(here.settings.prompts / FILE)
    node = found.nodes.get(name)
    if node is None:
        raise HTTPException(404)
    named = titles(found)
    return render(
        request,
        "admin/menu_place.html",
        status,
        node=node,
        title=named[name],
        named=named,
        digest=here.working.digest(FILE, name),
        patience=PATIENCE_TOLD,
        give_ups=GIVE_UP_TOLD,
        interrupts=INTERRUPTS_TOLD,
        interrupted=next(value for value, (_, kept) in INTERRUPTS_TOLD.items() if kept == node.barge_in),
        typed=typed or Typed(),
        wrong=wrong,
    )


ROUTES = (Route("/menu/{name}", show, methods=["GET"]),)
