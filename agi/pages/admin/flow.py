"""The picture of the whole menu: every place once, where its keys lead, how many callers went there, and how long it
takes to get there.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from markupsafe import Markup, escape
from starlette.requests import Request

from agi.books.errors import BookError
from agi.books.tally import Choice
from agi.dialogue.menufile import MenuFile
from agi.pages.shared.days import days
from agi.pages.shared.render import safe, seconds
from agi.pages.shared.site import site

DAYS = 30
_WIDE, _HIGH, _ACROSS, _DOWN, _MARGIN = 190, 44, 290, 58, 10  # units of the drawing
_LONGEST = 21
_BOX, _INK, _LINE, _PAPER = "#0b4f7d", "#1a2430", "#51606f", "#ffffff"

Chosen = Mapping[Choice, int]
"""How many callers chose, by question and key."""


def chosen(request: Request) -> Chosen:
    """How many callers chose which option within `DAYS`; nothing where the records can't be read."""
    today = datetime.now(site(request).settings.zone).date()
    try:
        return days(request).of(today - timedelta(DAYS - 1), DAYS).tally.chosen
    except BookError:
        return {}


def picture(found: MenuFile, named: Mapping[str, str], counts: Chosen, arrivals: Mapping[str, float]) -> Markup:
    """The SVG; each box leads to its place on the page. `arrivals`: seconds from the welcome on, where keys lead."""
    (spots, only_words), closed = _spots(found), found.closed()
    if not spots:
        return safe("")
    wide = _MARGIN * 2 + _WIDE + _ACROSS * max(x for x, _ in spots.values())
    high = _MARGIN * 2 + _HIGH + _DOWN * max(y for _, y in spots.values())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" '
        'role="group" aria-labelledby="gambar-judul" class="flow"><title id="gambar-judul">Gambar seluruh menu; isinya '
        "sama dengan daftar di bawah</title>"
    ]
    for name in spots:
        node = found.nodes[name]
        for key, target in node.leads.items():
            if target in spots:
                told = _told(key, counts.get(Choice(name, key)), offered=key in node.options)
                parts.append(_line(spots[name], spots[target], told, offered=key in node.options))
    for name, spot in spots.items():
        below = "hanya dengan kata-kata" if name in only_words else "tidak ditawarkan" if name in closed else ""
        if not below and (after_s := arrivals.get(name)):
            below = f"setelah {seconds(after_s)}"
        parts.append(_box(name, spot, named[name], below))
    return safe("".join((*parts, "</svg>")))


def _spots(found: MenuFile) -> tuple[dict[str, tuple[int, int]], set[str]]:
    """Column and row of each place: one that several lead to stands where it is met first, below all that keys lead to
    those that only words lead to, which are named.
    """
    spots: dict[str, tuple[int, int]] = {}
    row = 0

    def walk(name: str, column: int) -> None:
        nonlocal row
        if name not in found.nodes or name in spots:
            return
        spots[name] = (column, row)
        fresh = [one for one in dict.fromkeys(found.nodes[name].leads.values()) if one not in spots]
        for target in fresh:
            walk(target, column + 1)
        if not fresh:
            row += 1

    walk(found.start, 0)
    led = {target for node in found.nodes.values() for target in node.leads.values()}
    only_words = {name for name in found.nodes if name not in spots and name not in led}
    for name in (*(name for name in found.nodes if name in only_words), *found.nodes):
        walk(name, 1)
    return spots, only_words


def _told(key: str, count: int | None, *, offered: bool) -> str:
    if not offered:
        return f"{key} · tutup"
    return f"{key} · {count}" if count else key


def _box(name: str, spot: tuple[int, int], title: str, below: str) -> str:
    left, top = _MARGIN + spot[0] * _ACROSS, _MARGIN + spot[1] * _DOWN
    short = title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1]}…"
    return (
        f'<a href="#{escape(name)}"><rect x="{left}" y="{top}" width="{_WIDE}" height="{_HIGH}" rx="6" '
        f'fill="{_BOX}"/><text x="{left + 10}" y="{top + (19 if below else 27)}" font-size="14" fill="{_PAPER}">'
        f'{escape(short)}</text><text x="{left + 10}" y="{top + 36}" font-size="12" fill="{_PAPER}">{below}</text></a>'
    )


def _line(a: tuple[int, int], b: tuple[int, int], told: str, *, offered: bool) -> str:
    left = _MARGIN + a[0] * _ACROSS + _WIDE
    top, right, low = _MARGIN + a[1] * _DOWN + _HIGH // 2, _MARGIN + b[0] * _ACROSS, _MARGIN + b[1] * _DOWN + _HIGH // 2
    middle = left + 18
    dashes = "" if offered else ' stroke-dasharray="5 4"'
    return (
        f'<path d="M{left} {top} H{middle} V{low} H{right}" fill="none" stroke="{_LINE}" stroke-width="1.5"{dashes}/>'
        f'<text x="{middle + 6}" y="{low - 5}" font-size="13" fill="{_INK}">{escape(told)}</text>'
    )
