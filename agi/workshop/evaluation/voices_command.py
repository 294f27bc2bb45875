"""`hotline speech eval-voices`: how well every kind of question is heard, answered by voices not trained on."""

import tempfile
from pathlib import Path

import click

from agi.editions.publishing import grammars
from agi.languages import named
from agi.rehearsal.conditions import CLEAN, CONDITIONS
from agi.settings import Settings
from agi.speech.grammar import ChoiceGrammar, OneOf
from agi.workshop.evaluation.command import built
from agi.workshop.evaluation.measure import measure
from agi.workshop.evaluation.report import as_text
from agi.workshop.evaluation.voices import VOICES, listed, trials, wishes

_MAIN = "menu:main"


@click.command("eval-voices")
@click.option("--model", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Another model directory.")
@click.option("--voice", "voices", multiple=True, help="A voice of espeak-ng; may be given again.")
@click.option(
    "--sentences",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Instead, say these at the main menu: a table of place and sentence.",
)
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    default=(CLEAN,),
    show_default=True,
    metavar="NAME",
    type=click.Choice(list(CONDITIONS)),
    help="What the line does to it; may be repeated.",
)
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 16), help="Turns heard side by side.")
def evaluate_voices(
    model: Path | None, voices: tuple[str, ...], sentences: Path | None, conditions: tuple[str, ...], threads: int
) -> None:
    """Answer every kind of question but the NIK in synthetic voices, and say what is no answer, heard as in a call.

    The words are those of prompts/menu.toml and data/words. Said by voices of espeak-ng that the shipped models were
    not trained on, unless `--voice` names others. People are harder to hear: `speech eval` tells how hard. In a table
    of sentences the place is a name of prompts/menu.toml, or "-" where the sentence is meant for nobody here.
    """
    settings = Settings()
    asked = [one for one in grammars(settings.prompts, named(settings.office.language)) if isinstance(one, OneOf)]
    with tempfile.TemporaryDirectory(prefix="hotline-eval-") as spare:
        heard = built(model, Path(spare) / "model")
        if sentences:
            main = heard.grammar(_MAIN)
            assert isinstance(main, ChoiceGrammar)  # noqa: S101 - every menu is one
            said = tuple(wishes(main, listed(sentences), voices or VOICES))
        else:
            said = tuple(trials(asked, voices or VOICES))
        rows = [row for condition in conditions for row in measure(heard, said, condition, threads)]
    click.echo(as_text(rows), nl=False)
