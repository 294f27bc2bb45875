"""`hotline speech eval`: how well people are heard in a call, under the conditions of a telephone."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from agi.editions.publishing import build_graph
from agi.languages import named
from agi.rehearsal.conditions import CLEAN, CONDITIONS
from agi.settings import Settings
from agi.speech.model import Model
from agi.workshop.evaluation.material import MEASURES, QUESTIONS, Material, question
from agi.workshop.evaluation.measure import Row, measure
from agi.workshop.evaluation.report import as_picture, as_text
from agi.workshop.recordings import listed


@click.command("eval")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--model", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Another model directory.")
@click.option(
    "--measure", "measures", multiple=True, type=click.Choice(list(MEASURES)), help="Only this; may be repeated."
)
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    metavar="NAME",
    type=click.Choice(list(CONDITIONS)),
    help="Only this; may be repeated.",
)
@click.option(
    "--question",
    "questions",
    multiple=True,
    default=QUESTIONS,
    show_default=True,
    help="Words and sounds at this one; may be repeated.",
)
@click.option("--most", default=0, help="Hear only so many recordings, spread over the manifest; 0 means all.")
@click.option("--niks", default=4, show_default=True, help="NIKs joined from the digits of each speaker; 0: none.")
@click.option(
    "--sounds", default=20, show_default=True, help="Sounds that are no speech, of each kind at each question."
)
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 16), help="Turns heard side by side.")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Also draw it: a .png or .svg file.")
def evaluate(
    folder: Path,
    model: Path | None,
    measures: tuple[str, ...],
    conditions: tuple[str, ...],
    questions: tuple[str, ...],
    most: int,
    niks: int,
    sounds: int,
    threads: int,
    picture: Path | None,
) -> None:
    """Hear the recordings of FOLDER/manifest.tsv (columns file, speaker, transcript) as a call hears its caller.

    Each is a turn under each condition: with its pauses before and after, in frames of 20 ms, gate and all, until the
    recogniser says that the turn has ended. Recordings of digits are numbers of known length; NIKs are joined from the
    digits of each speaker; words are said to questions where they are an answer and where they are none; coughs and
    other sounds that are no speech are made, and heard on a clean line only.
    """
    said = listed(folder)
    with tempfile.TemporaryDirectory(prefix="hotline-eval-") as spare:
        heard = built(model, Path(spare) / "model")
        for name in questions:
            _known(heard, name)
        material = Material(heard, said, questions, most or len(said), niks, sounds)
        rows = [row for name in measures or MEASURES for row in _rows(material, name, conditions, threads)]
    click.echo(f"Model {model or Settings().speech_model}, recordings {folder.name}. ", nl=False)
    click.echo(as_text(rows), nl=False)
    if picture:
        try:
            as_picture(rows, picture)
        except ValueError as error:
            raise click.ClickException(str(error)) from None


def built(model: Path | None, target: Path) -> Model:
    """The model (None: the installation's) with the words of the installation's menu, in the new folder `target`."""
    settings = Settings()
    language = named(settings.office.language)
    return Model.load(build_graph(settings.prompts, language, model or settings.speech_model, target).folder)


def _known(model: Model, name: str) -> None:
    try:
        question(model, name)
    except KeyError:
        there = ", ".join(dict.fromkeys((*QUESTIONS, *sorted(model.names))))
        raise click.UsageError(f"there is no question {name!r}; there are {there}.") from None


def _rows(material: Material, name: str, conditions: tuple[str, ...], threads: int) -> Iterator[Row]:
    trials = tuple(MEASURES[name](material))
    for condition in (CLEAN,) if name == "sounds" else conditions or tuple(CONDITIONS):
        click.echo(f"hearing: {name}, {condition}: {len(trials)} turns …", err=True)
        yield from measure(material.model, trials, condition, threads)
