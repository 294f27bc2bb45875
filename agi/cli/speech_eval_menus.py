"""`hotline speech eval-menus`: how well this installation's menus are heard, said by voices not trained on."""

import tempfile
from pathlib import Path
from subprocess import SubprocessError

import click
import numpy as np

from agi.cli.speech_build import grammars
from agi.dialogue.menu import MenuError
from agi.settings import Settings
from agi.speech.build import BuildError, build
from agi.speech.evaluation.conditions import CONDITIONS
from agi.speech.evaluation.menus import VOICES, MenuScore, Shares, menus
from agi.speech.grammar import Options
from agi.speech.lexicon import Lexicon, LexiconError
from agi.speech.model import Model, ModelError
from agi.speech.standard import WordsError


@click.command("eval-menus")
@click.option("--model", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Another model directory.")
@click.option("--condition", default="clean", show_default=True, help="Of the line, as in `speech eval`.")
@click.option("--voice", "voices", multiple=True, help="A voice of espeak-ng; may be given again.")
def evaluate_menus(model: Path | None, condition: str, voices: tuple[str, ...]) -> None:
    """Hear every way to say every option of prompts/menu.toml, yes and no, and speech that is no answer.

    Said by voices of espeak-ng that the shipped models were not trained on, unless `--voice` names others.
    """
    if condition not in CONDITIONS:
        raise click.UsageError(f"there is no condition {condition}; there are {', '.join(CONDITIONS)}.")
    settings = Settings()
    try:
        said = grammars(settings)
        with tempfile.TemporaryDirectory(prefix="hotline-eval-") as spare:
            built = build(model or settings.speech_model, Path(spare) / "model", said, Lexicon.load())
            loaded = Model.load(built.folder)
            asked = [one for one in said if isinstance(one, Options)]
            _tell([menus(loaded, asked, voice, condition, _silence) for voice in voices or VOICES])
    except (BuildError, LexiconError, MenuError, ModelError, WordsError) as error:
        raise click.ClickException(str(error)) from None
    except (OSError, SubprocessError) as error:
        raise click.ClickException(f"espeak-ng cannot speak: {error}") from error


def _silence(length: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Nobody talks behind these voices."""
    return np.zeros(length)


def _tell(scores: list[MenuScore]) -> None:
    click.echo("| voice | options right | yes/no right | other speech taken unasked | taken or read back |")
    click.echo("| ----- | ------------- | ------------ | -------------------------- | ------------------ |")
    for one in scores:
        _row(one.voice, one.options, one.yes_no, one.taken, one.asked)
    if len(scores) > 1:
        columns = zip(*((one.options, one.yes_no, one.taken, one.asked) for one in scores), strict=True)
        _row("all", *(Shares(sum(one.right for one in each), sum(one.of for one in each)) for each in columns))


def _row(name: str, *shares: Shares) -> None:
    click.echo(f"| {name} | " + " | ".join(f"{100 * one.share:.1f} % of {one.of}" for one in shares) + " |")
