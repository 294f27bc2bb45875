"""`hotline text`: what a message would be answered, without a door."""

import contextlib
import json
import sys
from functools import partial

import click

from agi.books.events import Channel
from agi.books.guesses import MemoryGuesses
from agi.books.halves import MemoryHalves
from agi.books.tickets import MemoryTickets
from agi.dialogue.menu import Menu
from agi.languages import named
from agi.office.office import Office
from agi.services.checked import check_all
from agi.settings import Settings
from agi.text.service import TextService
from agi.voice.texts import Texts

_SENDER = "terminal"


@click.command()
@click.argument("words", nargs=-1, metavar="[MESSAGE]")
@click.option("--explain", is_flag=True, help="Read a message a line, and print how each is read, as JSON.")
def text(words: tuple[str, ...], explain: bool) -> None:
    """Answer MESSAGE as a text message would be, or each line of the standard input.

    \b
    ./hotline text 'syarat kk hilang'  one message
    ./hotline text                     a conversation, a message a line
    ./hotline text --explain < FILE    a JSON object a line:
      intent, numbers (nik, kk, kk_end, no, pin, digit),
      about (dok, kasus), place (of the menu)

    In a line, \\n stands for a line break. The words are those of prompts/, and
    nothing is kept: no lock, no ticket.
    """
    settings = Settings()
    language = named(settings.office.language)
    if errors := [str(finding) for finding in check_all(settings) if finding.is_error]:
        told = "\n".join(errors)
        raise click.ClickException(f"the prompts have errors; nothing is served until they are mended:\n{told}")
    texts = Texts.load(settings.prompts, settings.office.language)
    menu = Menu.load(settings.prompts / "menu.toml", language)
    # Locks and tickets that end with the command: trying must not lock anybody out of the real line.
    with contextlib.closing(Office.open(settings, MemoryGuesses(), tickets=MemoryTickets())) as office:
        service = TextService(office, menu, texts, MemoryHalves())
        say = partial(_explain if explain else _answer, service)
        if words:
            say(" ".join(words))
            return
        asked = sys.stdin.isatty()
        for line in iter(partial(_line, asked), None):
            say(line.replace("\\n", "\n"))


def _line(asked: bool) -> str | None:
    """The next message, with a sign that one is waited for; None at the end."""
    if asked:
        click.echo("> ", nl=False)
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None


def _answer(service: TextService, message: str) -> None:
    click.echo(service.answer(_SENDER, message, f"terminal-{id(message)}", Channel.CHAT).text)


def _explain(service: TextService, message: str) -> None:
    reading, place = service.explained(message)
    told = {"intent": reading.intent, "numbers": dict(reading.numbers), "about": dict(reading.about), "place": place}
    click.echo(json.dumps(told, ensure_ascii=False))
