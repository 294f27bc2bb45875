"""An evaluation as a text that a README can take, and as a picture."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from agi.errors import HotlineError
from agi.workshop.evaluation.measure import Row, misheard
from agi.workshop.figures import percent, percentile, table

_THRESHOLDS = (0.5, 0.7, 0.9, 0.95, 0.98, 0.99, 0.995)
_MOST_MISHEARD = 30
_HEAD = (
    *("said", "condition", "n", "right", "taken unasked: right", "wrong", "asked back", "right in the end"),
    *("words right", "ended after, p50 / p95", "too early", "CPU s per s"),
)


class NoPicture(HotlineError):
    """matplotlib is not there; the message says how to get it."""


def as_text(rows: Sequence[Row]) -> str:
    """A table in Markdown, in percent with 95 % intervals, and what was misheard."""
    by_name = sorted(rows, key=lambda row: list(dict.fromkeys(one.name for one in rows)).index(row.name))
    lines = ["Percent, with the 95 % interval (Wilson).", "", table(_HEAD, [_line(row) for row in by_name]), ""]
    head = ("taken unasked from: right / wrong", "condition", *map(str, _THRESHOLDS))
    lines += [table(head, [_curve(row) for row in by_name]), ""]
    lines += [f"Misheard most ({_MOST_MISHEARD} at most): question, said, heard, how often."]
    lines += [" | ".join(map(str, one)) for one in islice(misheard(rows), _MOST_MISHEARD)]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> tuple[str, ...]:
    count = len(row.results)
    ended = sorted(one.late_ms for one in row.results)
    answers = any(one.trial.value for one in row.results)
    said, errors = row.words
    return (
        *(row.name, row.condition, str(count)),
        percent(row.count(lambda one: one.right), count),
        percent(row.count(lambda one: one.taken and one.right), count) if answers else "",
        percent(row.count(lambda one: one.taken and not one.right), count),
        percent(row.count(lambda one: one.asked), count),
        percent(row.count(lambda one: one.right_in_the_end), count) if answers else "",
        percent(max(0, said - errors), said) if answers else "",
        f"{percentile(ended, 0.5):.0f} / {percentile(ended, 0.95):.0f} ms" if answers else "",
        str(row.count(lambda one: one.late_ms < 0)) if answers else "",
        f"{sum(one.cpu_s for one in row.results) / sum(one.audio_s for one in row.results):.3f}",
    )


def _curve(row: Row) -> tuple[str, ...]:
    """What would be taken unasked with other thresholds."""
    shares = []
    for limit in _THRESHOLDS:
        taken = [one for one in row.results if one.value and one.heard.confidence >= limit]
        right = sum(one.right for one in taken)
        shares.append(" / ".join(f"{100 * count / len(row.results):.1f}" for count in (right, len(taken) - right)))
    return (row.name, row.condition, *shares)


def as_picture(rows: Iterable[Row], path: Path) -> None:
    """What is right, by condition. Raises NoPicture, OSError, ValueError where `path` names no kind of picture."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise NoPicture("A picture needs matplotlib: run this through `./hotline`, which installs it.") from None
    shares: dict[str, dict[str, float]] = {}
    for row in rows:
        if any(one.trial.value for one in row.results):
            right = row.count(lambda one: one.right)
            shares.setdefault(row.name, {})[row.condition] = 100 * right / len(row.results)
    figure = Figure(figsize=(11, 5), layout="constrained")
    axes = figure.subplots()
    for name, by_condition in shares.items():
        axes.plot(list(by_condition), list(by_condition.values()), "o-", label=name)
    axes.set_ylabel("right (%)")
    axes.tick_params(axis="x", rotation=20)
    axes.legend(fontsize=8)
    figure.savefig(path)
