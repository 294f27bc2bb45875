"""`hotline intents`: what callers may say in their own words."""

import click

from agi.dialogue.menu import Menu
from agi.languages import named
from agi.settings import Settings
from agi.speech.intents import Intents
from agi.speech.standard import of_menu


@click.group()
def intents() -> None:
    """What callers may say in their own words, on any menu."""


@intents.command("list")
@click.argument("places", nargs=-1, metavar="[PLACE]...")
def list_(places: tuple[str, ...]) -> None:
    """Print the sentences that are understood: the place in the menu, TAB, the words that tell.

    Every way to say a word stands there once; all may be combined, in any order, with other words between. With PLACEs
    only theirs. They are those of prompts/menu.toml; what callers can say now is what was published last.
    """
    settings = Settings()
    language = named(settings.office.language)
    menu = Menu.load(settings.prompts / "menu.toml", language)
    wishes = next((one for one in of_menu(menu.spoken, menu.leads, language) if isinstance(one, Intents)), None)
    known = wishes.places if wishes else {}
    if unknown := [place for place in places if place not in known]:
        raise click.UsageError(f"{unknown[0]} has no intents in prompts/menu.toml; these have: {', '.join(known)}.")
    for place in places or known:
        for sentence in wishes.sentences(place) if wishes else ():
            click.echo(f"{place}\t{sentence}")
