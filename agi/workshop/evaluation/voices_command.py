"""`hotline speech eval-voices`: how well every kind of question is heard, answered by voices not trained on."""

import tempfile
from pathlib import Path

import click

from agi.editions.publishing import grammars
from agi.languages import named
from agi.settings import Settings
from agi.speech.build import build
from agi.speech.grammar import OneOf
from agi.speech.model import Model
from agi.speech.pronunciation import Pronunciations
from agi.workshop.evaluation.voices import VOICES, Answers, answers
from agi.workshop.figures import table

_LIMITS = (0.3, 0.5, 0.7, 0.9, 0.95, 0.98)


@click.command("eval-voices")
@click.option("--model", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Another model directory.")
@click.option("--voice", "voices", multiple=True, help="A voice of espeak-ng; may be given again.")
def evaluate_voices(model: Path | None, voices: tuple[str, ...]) -> None:
    """Answer every kind of question but the NIK, and say what is no answer; tells what is taken at each threshold.

    The words are those of prompts/menu.toml and data/words. Said by voices of espeak-ng that the shipped models were
    not trained on, unless `--voice` names others.
    """
    settings = Settings()
    said = grammars(settings.prompts, named(settings.office.language))
    pronunciations = Pronunciations(settings.lexicon)
    with tempfile.TemporaryDirectory(prefix="hotline-eval-") as spare:
        built = build(model or settings.speech_model, Path(spare) / "model", said, pronunciations)
        asked = [one for one in said if isinstance(one, OneOf)]
        found = answers(Model.load(built.folder), asked, voices or VOICES)
    click.echo("In percent: answers heard rightly / as another one / other speech taken for an answer.")
    head = ("question", "answers", "other speech", *(f"from {limit}" for limit in _LIMITS))
    click.echo(table(head, [_row(one) for one in found]))


def _row(one: Answers) -> tuple[str, ...]:
    shares = ((one.right(limit), one.wrong(limit), one.taken(limit)) for limit in _LIMITS)
    cells = (" / ".join(f"{100 * share:.1f}" for share in three) for three in shares)
    return (one.kind.value, str(len(one.answers)), str(len(one.others)), *cells)
