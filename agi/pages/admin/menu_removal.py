"""Before something of the menu is removed: where it is used, and what becomes of that."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.dialogue.menufile import MenuFile, Node, read
from agi.dialogue.titles import titles
from agi.editions import menu_edit
from agi.pages.admin.menus import FILE
from agi.pages.shared.heard import heard
from agi.pages.shared.render import render


@dataclass(frozen=True, slots=True)
class Use:
    """From where one gets to a place: `how` from `place`, which people call `title`; "" for the start of all calls."""

    place: str
    title: str
    how: str


def ask(request: Request) -> Response:
    """Whether a place shall go, or (`tombol`) one of its options, with all that leads there."""
    here, name, key = heard(request), str(request.path_params["name"]), request.query_params.get("tombol", "")
    found = read(here.settings.prompts / FILE)
    node, tables = found.nodes.get(name), here.working.read(FILE)
    options = menu_edit.options(tables, name) if node else []
    if node is None or (key and not (key.isascii() and key.isdigit() and 1 <= int(key) <= len(options))):
        raise HTTPException(404)
    named = titles(found)
    target = options[int(key) - 1].target if key else name
    uses = _uses(menu_edit.uses(tables, target), named, without=f"{name}.{key}")
    return render(
        request,
        "admin/menu_removal.html",
        name=name,
        key=key,
        title=named[name],
        target=target,
        target_title=named.get(target, target),
        uses=uses,
        wished=bool(found.nodes[target].intents) if target in found.nodes else False,
        sentences=() if key else _only_here(found, node),
        digest=here.working.digest(FILE, name),
    )


def _uses(found: tuple[str, ...], named: Mapping[str, str], without: str) -> tuple[Use, ...]:
    uses = []
    for one in found:
        place, _, how = one.partition(".")
        if one == "start":
            uses.append(Use("", "", "awal setiap panggilan"))
        elif one != without:
            told = "bila penelepon menyerah" if how == "give_up" else f"tombol {how}"
            uses.append(Use(place, named.get(place, place), told))
    return tuple(uses)


def _only_here(found: MenuFile, node: Node) -> tuple[str, ...]:
    """The sentences that no other place says."""
    others = {key for one in found.nodes.values() if one.name != node.name for key in (one.prompt, *one.say)}
    return tuple(key for key in (node.prompt, *node.say) if key and key not in others)


ROUTES = (Route("/menu/{name}/hapus", ask, methods=["GET"]),)
