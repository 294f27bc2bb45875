"""The picture of a recording: how loud it is over time, and what of it is kept."""

from itertools import pairwise

import numpy as np

from agi.voice.take import Take

WIDTH, HEIGHT = 800, 120
_COLUMNS = 400


def drawing(take: Take, start_s: float, end_s: float) -> str:
    """An SVG of `take`; what lies outside the two moments is drawn pale."""
    title = f"Gelombang suara, {take.seconds:.1f} detik; dipakai dari {start_s:.1f} sampai {end_s:.1f} detik"
    title = title.replace(".", ",")
    edges = np.linspace(0, len(take.samples), _COLUMNS + 1).astype(int)
    inside: list[str] = []
    outside: list[str] = []
    for column, (begin, end) in enumerate(pairwise(edges)):
        peak = float(np.abs(take.samples[begin:end]).max(initial=0.0))
        half = max(peak * HEIGHT / 2, 0.5)
        line = f"M{column * WIDTH / _COLUMNS:g} {HEIGHT / 2 - half:.1f}v{2 * half:.1f}"
        within = start_s <= begin / take.rate < end_s
        (inside if within else outside).append(line)
    cuts = "".join(
        f'<line class="cut" x1="{moment / take.seconds * WIDTH:.1f}" x2="{moment / take.seconds * WIDTH:.1f}" '
        f'y1="0" y2="{HEIGHT}"/>'
        for moment in (start_s, end_s)
        if take.seconds and 0 < moment < take.seconds
    )
    return (
        f'<svg class="wave" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="wave-title" '
        f'preserveAspectRatio="none"><title id="wave-title">{title}</title>'
        f'<path class="out" d="{"".join(outside)}"/><path class="in" d="{"".join(inside)}"/>{cuts}</svg>'
    )
