"""Figures that were measured: percentiles, shares with their interval, and a table that a README can take."""

from collections.abc import Sequence
from math import sqrt

_Z = 1.96  # of a normal distribution, 95 % lie within so many deviations


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lie (nearest rank); `values` must not be empty."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Between which shares the true one lies when `hits` of `count` were counted (Wilson's score interval, 95 %)."""
    if not count:
        return 0.0, 1.0
    share, spread = hits / count, _Z**2 / count
    middle = share + spread / 2
    around = _Z * sqrt(share * (1 - share) / count + spread / (4 * count))
    return max(0.0, (middle - around) / (1 + spread)), min(1.0, (middle + around) / (1 + spread))


def percent(hits: int, count: int) -> str:
    """The share with its interval, such as "96.7 (95.8-97.4)": in percent."""
    if not count:
        return "-"
    low, high = wilson(hits, count)
    return f"{100 * hits / count:.1f} ({100 * low:.1f}-{100 * high:.1f})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with aligned columns."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )
