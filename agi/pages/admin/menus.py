"""The menu as a tree: each option with its key, words, sentence and destination side by side."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi import languages
from agi.dialogue import offers
from agi.dialogue.finding import Finding
from agi.dialogue.menufile import MenuFile, Node, read
from agi.dialogue.titles import titles
from agi.editions import menu_edit
from agi.editions.menu_edit import Option
from agi.editions.spelling import plain
from agi.pages.admin import flow, sentence_check, sentence_facts
from agi.pages.shared.heard import Heard, heard
from agi.pages.shared.render import render
from agi.pages.shared.site import Tab

FILE = "menu.toml"
_CROSSED = "M030"
"""What the proposal of a sentence says better."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the menu as the page shows it. `says`: (key, words) of its sentences. `seconds` until a caller is
    there from the welcome on; None where that can't be told. `proposal`: what its sentence should say, where that does
    not offer what the keys do.
    """

    node: Node
    title: str
    depth: int
    kind: str
    says: tuple[tuple[str, str], ...]
    options: tuple[Option, ...]
    seconds: float | None
    proposal: str
    digest: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody sent from the form `what` of `place`, whose change was not made: they need not write it again."""

    place: str = ""
    what: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def at(self, place: str, what: str, name: str, saved: str = "") -> str:
        """What the field `name` of a form shows: what was typed there, else what is `saved`."""
        return self.fields.get(name, saved) if self.came_from(place, what) else saved

    def came_from(self, place: str, *what: str) -> bool:
        """Whether it is one of these forms that was sent."""
        return place == self.place and self.what in what

    @property
    def told(self) -> str:
        """All of it in a line."""
        return "; ".join(filter(None, (self.fields.get(name, "") for name in ("judul", "kalimat", "kata"))))


def show(request: Request) -> Response:
    """The whole menu."""
    return page(request)


def page(request: Request, wrong: str = "", typed: Typed | None = None, status: int = 200) -> Response:
    """The whole menu, with what was `typed` where a change could not be made, and why."""
    here = heard(request)
    found = read(here.settings.prompts / FILE)
    named = titles(found)
    arrivals = _arrivals(here, found)
    places = _places(here, found, named, arrivals)
    chosen = flow.chosen(request)
    told: dict[str, Any] = {
        "places": places,
        "named": named,
        "start": found.start,
        "picture": flow.picture(found, named, chosen, arrivals),
        "mending": sentence_check.MENDING,
        "findings": [one for one in here.findings() if one.path.name == FILE and not _at(found, one)],
        "wrong": wrong,
        "typed": typed or Typed(),
    }
    return render(request, "admin/menus.html", status=status, **told)


def _places(here: Heard, found: MenuFile, named: Mapping[str, str], arrivals: Mapping[str, float]) -> list[Place]:
    texts, tables, digests = here.draft().texts, here.working.read(FILE), here.working.digests(FILE)
    shown = []
    for name, depth in _in_order(found):
        node = found.nodes[name]
        keys = (node.prompt,) if node.prompt else (*node.say, *node.details)
        shown.append(
            Place(
                node=node,
                title=named[name],
                depth=depth,
                kind="menu" if menu_edit.options(tables, name) else "layanan" if node.service else "informasi",
                says=tuple((key, plain(texts[key].raw) if key in texts else "") for key in keys),
                options=tuple(menu_edit.options(tables, name)),
                seconds=arrivals.get(name),
                proposal=_proposal(here, found, node),
                digest=digests.get(name, ""),
                findings=tuple(one for one in here.findings() if one.code != _CROSSED and _at(found, one) == name),
            )
        )
    return shown


def _proposal(here: Heard, found: MenuFile, node: Node) -> str:
    texts, language = here.draft().texts, languages.named(here.settings.office.language)
    if not node.options or node.prompt not in texts:
        return ""
    said, ways = offers.spoken(texts[node.prompt].raw, language), offers.ways_of(found, node)
    return "" if offers.fits(said, ways) else offers.proposed(said, ways)


def _in_order(found: MenuFile) -> list[tuple[str, int]]:
    """All places with their depth: as one walks down from the start, then those that only words lead to."""
    order: dict[str, int] = {}

    def walk(name: str, depth: int) -> None:
        if name in found.nodes and name not in order:
            order[name] = depth
            for target in found.nodes[name].leads.values():
                walk(target, depth + 1)

    walk(found.start, 0)
    return [*order.items(), *((name, 0) for name in found.nodes if name not in order)]


def _arrivals(here: Heard, found: MenuFile) -> Mapping[str, float]:
    """How long a caller listens before each place by the shortest way of keys, who presses at the end of each menu;
    reckoned where a sentence is not spoken yet.
    """
    clips, ways, level = here.draft(), {found.start: 0.0}, [found.start]
    words_per_minute = here.settings.voice.words_per_minute
    while level:
        below = []
        for one in level:
            node = found.nodes.get(one)
            if node is None or node.prompt not in clips.texts:
                continue
            lasts = clips.seconds(node.prompt)
            if lasts is None:
                lasts = sentence_facts.reckoned_s(clips.pieces(node.prompt), words_per_minute)
            for target in node.options.values():
                if target not in ways:
                    ways[target] = ways[one] + lasts
                    below.append(target)
        level = below
    return ways


def _at(found: MenuFile, one: Finding) -> str:
    """The place that a finding is about: that whose table stands around its line; "" for the whole file, or another."""
    if one.path.name != FILE:
        return ""
    above = [(line, name) for name, line in found.lines.items() if name in found.nodes and line <= one.line]
    return max(above)[1] if above and one.line else ""


ROUTES = (Route("/menu", show, methods=["GET"]),)
TAB = Tab("/menu", "Menu")
