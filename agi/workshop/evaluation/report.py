"""An evaluation as a text that a README can take, and as a picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agi.errors import HotlineError
from agi.workshop.evaluation.measure import Latency, Niks, Score
from agi.workshop.figures import table

THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
_MOST_CONFUSED = 12


class NoPicture(HotlineError):
    """matplotlib is not there; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that was measured. Scores are of utterances, NIKs of joined digits: "isolated" or "connected"."""

    model: str
    folder: str
    scores: tuple[Score, ...]
    niks: Mapping[str, tuple[Niks, ...]]
    latency: Latency
    confused: Mapping[tuple[str, str], int]


def as_text(done: Evaluation) -> str:
    """Tables in Markdown."""
    lines = [f"Model {done.model}, recordings {done.folder}", ""]
    head: tuple[str, ...] = ("condition", "utterances", "words right", "utterances right", "CPU s per s")
    rows = [
        (
            one.condition,
            str(one.utterances),
            _percent(one.word_accuracy),
            _percent(one.utterance_accuracy),
            f"{one.cpu_s / max(one.audio_s, 1e-9):.4f}",
        )
        for one in done.scores
    ]
    lines += [table(head, rows), ""]
    for kind, results in done.niks.items():
        head = (f"NIK, {kind} digits", "NIKs", "right", *(f"taken from {limit}: right / wrong" for limit in THRESHOLDS))
        lines += [table(head, [_nik_row(one) for one in results]), ""]
    late = done.latency
    lines.append(
        f"From the last sound to the answer ({late.answers} numbers of known length): p50 {late.p50_ms:.0f} ms, "
        f"p95 {late.p95_ms:.0f} ms; {late.early} ended too early."
    )
    lines += ["", "Said and heard instead (nothing: -):"]
    for (said, heard), count in list(done.confused.items())[:_MOST_CONFUSED]:
        lines.append(f"  {said or '-':<10} {heard or '-':<10} {count}")
    return "\n".join(lines) + "\n"


def _nik_row(one: Niks) -> tuple[str, ...]:
    taken = (" / ".join(map(_percent, one.accepted(limit))) for limit in THRESHOLDS)
    return (one.condition, str(len(one.decisions)), _percent(one.accuracy), *taken)


def as_picture(done: Evaluation, path: Path) -> None:
    """Accuracy by condition and the reject curves. Raises NoPicture, OSError."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise NoPicture("A picture needs matplotlib: run this through `./hotline`, which installs it.") from None
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    bars, curves = figure.subplots(1, 2)
    names = [one.condition for one in done.scores]
    places = range(len(names))
    for offset, label, values in (
        (-0.2, "words", [100 * one.word_accuracy for one in done.scores]),
        (0.2, "utterances", [100 * one.utterance_accuracy for one in done.scores]),
    ):
        bars.bar([place + offset for place in places], values, 0.4, label=label)
    bars.set_xticks(list(places), names, rotation=20)
    bars.set_ylabel("right (%)")
    bars.set_ylim(min(50.0, *(100 * one.utterance_accuracy for one in done.scores)), 100)
    bars.legend()
    steps = [nth / 200 for nth in range(100, 200)]
    for kind, results in done.niks.items():
        for one in results:
            shares = [one.accepted(step) for step in steps]
            right, wrong = [100 * share[0] for share in shares], [100 * share[1] for share in shares]
            curves.plot(wrong, right, label=f"{kind}, {one.condition}")
    curves.set_xlabel("wrong NIKs taken unasked (%)")
    curves.set_ylabel("right NIKs taken unasked (%)")
    curves.legend(fontsize=7)
    figure.savefig(path)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
