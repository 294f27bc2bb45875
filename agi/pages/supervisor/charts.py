"""Drawings of figures as SVG, which need no script and no style; a table beneath each says the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from markupsafe import Markup, escape

from agi.pages.shared.render import safe

_WIDTH, _HEIGHT, _FOOT = 640, 180, 24  # units of the drawing
_SHOWN_LABELS = 12
_BAR, _INK, _LINE = "#0b4f7d", "#1a2430", "#cdd6de"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, and its value (not negative)."""

    label: str
    value: float


def bars(name: str, title: str, rows: Sequence[Bar]) -> Markup:
    """`rows` as upright bars; `name` is unique on its page."""
    most = max((row.value for row in rows), default=0) or 1
    wide = _WIDTH / max(len(rows), 1)
    every = max(-(-len(rows) // _SHOWN_LABELS), 1)
    parts = []
    for place, row in zip(count(), rows):
        high = (_HEIGHT - _FOOT - 16) * row.value / most
        left, top = place * wide, _HEIGHT - _FOOT - high
        parts.append(
            f'<rect x="{left + wide * 0.1:.1f}" y="{top:.1f}" width="{wide * 0.8:.1f}" height="{high:.1f}" '
            f'fill="{_BAR}"/>'
        )
        if place % every == 0:
            parts.append(
                f'<text x="{left + wide / 2:.1f}" y="{_HEIGHT - 6}" font-size="12" fill="{_INK}" text-anchor="middle">'
                f"{escape(row.label)}</text>"
            )
    told = f"Paling tinggi {most:g}. Angka lengkap ada di tabel di bawah gambar."
    return safe(
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        f'aria-labelledby="{escape(name)}-t {escape(name)}-d">'
        f'<title id="{escape(name)}-t">{escape(title)}</title><desc id="{escape(name)}-d">{told}</desc>'
        f'<line x1="0" y1="{_HEIGHT - _FOOT}" x2="{_WIDTH}" y2="{_HEIGHT - _FOOT}" stroke="{_LINE}"/>'
        f"{''.join(parts)}</svg>"
    )
