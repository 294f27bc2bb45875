"""`hotline hear`: what the recogniser hears in sound files."""

import sys
import tempfile
from pathlib import Path

import click

from agi.editions.publishing import build_graph
from agi.hearing.answers import standing
from agi.languages import named
from agi.settings import Settings
from agi.speech.answer import Heard, Verdict
from agi.speech.grammar import Date, DigitsGrammar, Grammar, Kind, Nik, Number, YesNo
from agi.speech.model import Model
from agi.speech.sound import SoundError, read
from agi.speech.tuning import RATE

_FIXED: dict[str, Grammar] = {
    "digits": DigitsGrammar(1, 64),
    "nik": Nik(standing),
    "yesno": YesNo(),
    "date": Date(),
    "number": Number(),
}


@click.command()
@click.option(
    "--grammar",
    "name",
    default="digits",
    show_default=True,
    metavar="GRAMMAR",
    help="What may be said: digits, nik, yesno, date, number, intents, menu:NODE, question:NAME or list:NAME.",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
def hear(name: str, files: tuple[Path, ...]) -> None:
    """Hear each FILE; print file, TAB, text, TAB, confidence (0.000 to 1.000); for intents the place before the text.

    Any sample rate, channels and format that soundfile or sox reads. The text is empty where nothing was said, and
    [unk] where it was none of what may be said. Exit code 1 if a file could not be read; the others are heard.
    """
    with tempfile.TemporaryDirectory(prefix="hotline-hear-") as spare:
        model = _model(Settings(), Path(spare))
        grammar = _grammar(model, name)
        failed = False
        for path in files:
            try:
                heard = _heard(model, grammar, path)
            except SoundError as error:
                click.echo(str(error), err=True)
                failed = True
                continue
            text = "" if heard.verdict is Verdict.SILENCE else heard.text
            place = f"{heard.value}\t" if grammar.kind is Kind.INTENTS else ""
            click.echo(f"{path}\t{place}{text}\t{heard.confidence:.3f}")
    if failed:
        sys.exit(1)


def _model(settings: Settings, spare: Path) -> Model:
    """The installation's model; where nothing is published yet, one that is built for this command alone."""
    if (settings.speech_built / "graph").is_dir():
        return Model.load(settings.speech_built)
    language = named(settings.office.language)
    return Model.load(build_graph(settings.prompts, language, settings.speech_model, spare / "model").folder)


def _grammar(model: Model, name: str) -> Grammar:
    if name in _FIXED:
        return _FIXED[name]
    try:
        return model.grammar(name)
    except KeyError:
        known = ", ".join(sorted({*_FIXED, *model.names} - {"repair"}))
        raise click.UsageError(f"there is no grammar {name!r}; there are {known}.") from None


def _heard(model: Model, grammar: Grammar, path: Path) -> Heard:
    """The whole file as one answer, with half a second of silence at both ends as a call has it."""
    quiet = bytes(RATE)
    return model.recogniser(grammar).hear_all(quiet + read(path).tobytes() + quiet)
