"""`hotline speech eval-intents`: how well sentences of callers' own are understood, said by voices not trained on."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from agi.editions.publishing import build_graph
from agi.languages import named
from agi.settings import Settings
from agi.speech.model import Model
from agi.workshop.evaluation.conditions import CONDITIONS
from agi.workshop.evaluation.intents import Outcome, Trial, listed, trials
from agi.workshop.evaluation.voices import VOICES
from agi.workshop.figures import table

_CONDITIONS = ("clean", "noise 15 dB")


@click.command("eval-intents")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--model", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Another model directory.")
@click.option("--voice", "voices", multiple=True, help="A voice of espeak-ng; may be given again.")
@click.option(
    "--condition", "names", multiple=True, type=click.Choice(list(CONDITIONS)), help="Only this; may be repeated."
)
@click.option("--told", is_flag=True, help="Also print each sentence that was not understood at once.")
def evaluate_intents(
    file: Path, model: Path | None, voices: tuple[str, ...], names: tuple[str, ...], told: bool
) -> None:
    """Say every sentence of FILE at the main menu, as a call is heard; print where they lead.

    FILE is a table with the columns place and sentence, apart by tabs; the place "-" is for sentences that are meant
    for nobody here. The menu is that of prompts/. Said by voices of espeak-ng that the shipped models were not trained
    on, unless `--voice` names others.
    """
    settings = Settings()
    sentences = listed(file)
    with tempfile.TemporaryDirectory(prefix="hotline-eval-") as spare:
        language = named(settings.office.language)
        built = build_graph(settings.prompts, language, model or settings.speech_model, Path(spare) / "model")
        loaded = Model.load(built.folder)
        found = []
        for one in trials(loaded, sentences, voices or VOICES, names or _CONDITIONS):
            found.append(one)
            if told and (
                one.outcome is not Outcome.RIGHT if one.sentence.places else one.outcome is not Outcome.UNHEARD
            ):
                click.echo(_line(one))
    rows = [_row(name, [one for one in found if one.condition == name]) for name in names or _CONDITIONS]
    click.echo("In percent of sentences for the hotline, then of sentences for nobody here.")
    head = ("condition", "n", *Outcome, "n, for nobody", "taken", "asked", "CPU s for 1 s")
    click.echo(table(head, rows))


def _line(one: Trial) -> str:
    right = "|".join(sorted(one.sentence.places)) or "-"
    return (
        f"{one.outcome}\t{right}\t{one.heard.value}\t{one.sentence.text}\t{one.heard.text}\t{one.heard.confidence:.2f}"
    )


def _row(name: str, found: Sequence[Trial]) -> tuple[str, ...]:
    ours = Counter(one.outcome for one in found if one.sentence.places)
    others = Counter(one.outcome for one in found if not one.sentence.places)
    cpu = sum(one.cpu for one in found) / max(1, len(found))
    return (
        name,
        str(ours.total()),
        *(_share(ours[outcome], ours.total()) for outcome in Outcome),
        str(others.total()),
        _share(others[Outcome.WRONG], others.total()),
        _share(others[Outcome.ASKED_WRONG], others.total()),
        f"{cpu:.3f}",
    )


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f}" if of else "-"
