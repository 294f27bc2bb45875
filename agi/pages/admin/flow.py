"""The picture of the whole menu: every place once, where its keys lead, and how many callers went there."""

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from markupsafe import Markup, escape
from starlette.requests import Request

from agi.books.errors import BookError
from agi.books.figures import CallFigures
from agi.dialogue.menufile import MenuFile
from agi.pages.shared.render import safe
from agi.pages.shared.site import site

DAYS = 30
_KEPT_S = 300.0
_WIDE, _HIGH, _ACROSS, _DOWN, _MARGIN = 190, 34, 290, 50, 10  # units of the drawing
_LONGEST = 21
_BOX, _INK, _LINE, _PAPER = "#0b4f7d", "#1a2430", "#51606f", "#ffffff"

Chosen = Mapping[tuple[str, str], int]
"""How many callers chose, by question and key."""


class _Kept:
    """What was counted last, and when: the picture shows thirty days, and need not be of this second."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.at = -_KEPT_S
        self.chosen: Chosen = {}


def chosen(request: Request) -> Chosen:
    """How many callers chose which option within `DAYS`; nothing where the records can't be read."""
    state = request.app.state
    if not hasattr(state, "chosen"):
        state.chosen = _Kept()
    kept: _Kept = state.chosen
    with kept.lock:
        if time.monotonic() - kept.at >= _KEPT_S:
            try:
                with CallFigures(site(request).settings.calls_db) as reader:
                    kept.chosen = reader.chosen(datetime.now(UTC) - timedelta(days=DAYS))
            except BookError:
                kept.chosen = {}
            kept.at = time.monotonic()
        return kept.chosen


def picture(found: MenuFile, named: Mapping[str, str], counts: Chosen) -> Markup:
    """The SVG; each box leads to its place on the page."""
    spots = _spots(found)
    if not spots:
        return safe("")
    wide = _MARGIN * 2 + _WIDE + _ACROSS * max(x for x, _ in spots.values())
    high = _MARGIN * 2 + _HIGH + _DOWN * max(y for _, y in spots.values())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" '
        'role="img" aria-labelledby="gambar-judul" class="flow"><title id="gambar-judul">Gambar seluruh menu; isinya '
        "sama dengan daftar di bawah</title>"
    ]
    for name in spots:
        for key, target in found.nodes[name].options.items():
            if target in spots:
                parts.append(_line(spots[name], spots[target], key, counts.get((name, key))))
    for name, (x, y) in spots.items():
        left, top = _MARGIN + x * _ACROSS, _MARGIN + y * _DOWN
        title = named[name] if len(named[name]) <= _LONGEST else f"{named[name][: _LONGEST - 1]}…"
        parts.append(
            f'<a href="#{escape(name)}"><rect x="{left}" y="{top}" width="{_WIDE}" height="{_HIGH}" rx="6" '
            f'fill="{_BOX}"/><text x="{left + 10}" y="{top + 22}" font-size="14" fill="{_PAPER}">{escape(title)}'
            "</text></a>"
        )
    return safe("".join((*parts, "</svg>")))


def _spots(found: MenuFile) -> dict[str, tuple[int, int]]:
    """Column and row of each place that keys lead to: a place that several lead to stands where it is met first."""
    spots: dict[str, tuple[int, int]] = {}
    row = 0

    def walk(name: str, column: int) -> None:
        nonlocal row
        if name not in found.nodes or name in spots:
            return
        spots[name] = (column, row)
        fresh = [one for one in dict.fromkeys(found.nodes[name].options.values()) if one not in spots]
        for target in fresh:
            walk(target, column + 1)
        if not fresh:
            row += 1

    walk(found.start, 0)
    return spots


def _line(a: tuple[int, int], b: tuple[int, int], key: str, count: int | None) -> str:
    left = _MARGIN + a[0] * _ACROSS + _WIDE
    top, right, low = _MARGIN + a[1] * _DOWN + _HIGH // 2, _MARGIN + b[0] * _ACROSS, _MARGIN + b[1] * _DOWN + _HIGH // 2
    middle = left + 18
    told = f"{key} · {count}" if count else key
    return (
        f'<path d="M{left} {top} H{middle} V{low} H{right}" fill="none" stroke="{_LINE}" stroke-width="1.5"/>'
        f'<text x="{middle + 6}" y="{low - 5}" font-size="13" fill="{_INK}">{escape(told)}</text>'
    )
