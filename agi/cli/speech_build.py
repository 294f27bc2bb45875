"""`hotline speech build`: the graph of this installation's menu and word lists."""

import click

from agi.dialogue.menu import Menu, MenuError
from agi.languages.lexicon import LexiconError
from agi.services.checked import sound_findings
from agi.settings import Settings
from agi.speech.build import Built
from agi.speech.build import build as build_model
from agi.speech.grammar import Grammar
from agi.speech.phrases import BuildError
from agi.speech.pronunciation import Pronunciations
from agi.speech.standard import WordsError, options, standard


@click.command()
def build() -> None:
    """Make what the recogniser listens with from prompts/menu.toml and data/words; words that sound alike are named."""
    settings = Settings()
    try:
        built = build_graph(settings)
        for name, words in sorted(built.unknown.items()):
            click.echo(f"{name}: the model does not know, and never hears: {', '.join(words)}")
        for finding in sound_findings(settings.prompts / "menu.toml", Pronunciations.load(settings.lexicon)):
            click.echo(str(finding))
    except (BuildError, LexiconError, MenuError, WordsError) as error:
        raise click.ClickException(str(error)) from None
    made = f"{built.grammars} grammars, {built.phrases} words and phrases"
    click.echo(f"{built.folder}: {made}, in {built.seconds:.1f} s.")


def build_graph(settings: Settings) -> Built:
    """Build `settings.speech_built`; who has the old one loaded keeps it.

    Raises BuildError, LexiconError, MenuError, WordsError, each with a sentence for the admin.
    """
    pronunciations = Pronunciations.load(settings.lexicon)
    return build_model(settings.speech_model, settings.speech_built, grammars(settings), pronunciations)


def grammars(settings: Settings) -> tuple[Grammar, ...]:
    """All that may be said to this installation. Raises MenuError, WordsError."""
    return (*standard(), *options(Menu.load(settings.prompts / "menu.toml").spoken))
