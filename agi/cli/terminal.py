"""`hotline try`: a call without a telephone."""

import contextlib
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import click

from agi.books.guesses import MemoryGuesses
from agi.books.tickets import MemoryTickets
from agi.dialogue.menu import Menu
from agi.dialogue.question import Answer, Prompt, Question
from agi.dialogue.terminal import Terminal
from agi.editions.announcement import Announcements
from agi.hearing.typed import understood
from agi.languages import named
from agi.office.counting import Visitor
from agi.office.office import Office, tried_cases, tried_institutions
from agi.services.checked import check_all
from agi.services.conversation import BACK, Start, converse
from agi.services.desk import Desk
from agi.settings import Settings
from agi.voice.texts import Texts


class Events:
    """A `Journal` that prints what a call record would hold, if it is to be seen."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown

    def said(self, prompts: Sequence[Prompt]) -> None:
        """Nothing: the prompts stand on the terminal."""

    def asked(self, question: Question, answer: Answer, attempt: int) -> None:
        """How a question was answered."""
        unsure = "" if answer.sure else ", unsure"
        self._print(f"{question.name}: {answer.result} {answer.value} ({answer.mode}{unsure}, try {attempt})")

    def noted(self, what: str, detail: str = "") -> None:
        """A step of a service."""
        self._print(f"{what} {detail}")

    def _print(self, text: str) -> None:
        if self._shown:
            click.echo(click.style(f"  · {text.rstrip()}", dim=True), err=True)


@click.command("try")
@click.option("--events", is_flag=True, help="Also show what the call record would hold.")
@click.option("--back", type=click.Choice([*map(str, BACK)]), help="Begin as a caller back from the agents' queue.")
@click.option("--from", "place", default="", metavar="PLACE", help="Begin at this place of the menu, ungreeted.")
def terminal(events: bool, back: str | None, place: str) -> None:
    """Call the hotline in this terminal: prompts are printed, keys are typed.

    A line is what is pressed in one go (type ahead with `1 3273…`), its end is a pause, an empty line is silence.
    Words are what is said: `cek NIK`, or `cek NIK?` for an answer that was heard without certainty. Ctrl-D or Ctrl-C
    hangs up.
    """
    settings = Settings()
    if errors := [str(finding) for finding in check_all(settings) if finding.is_error]:
        told = "\n".join(errors)
        raise click.ClickException(f"the prompts have errors; nothing is served until they are mended:\n{told}")
    texts = Texts.load(settings.prompts, settings.office.language)
    menu = Menu.load(settings.prompts / "menu.toml", named(settings.office.language))
    if place and place not in menu.nodes:
        raise click.UsageError(f"There is no place {place!r} in menu.toml; there are: {', '.join(menu.nodes)}.")
    hears = partial(understood, spoken=menu.spoken, leads=menu.leads) if settings.speech.enabled else None
    phone = Terminal(sys.stdin, sys.stdout, lambda prompt: texts.written(prompt.key, prompt.places), hears)
    # Locks that end with the call: trying must not lock anybody out of the real line.
    with contextlib.closing(
        Office.open(
            settings,
            MemoryGuesses(),
            tickets=MemoryTickets(),
            cases=tried_cases(),
            institutions=tried_institutions(),
            tried=True,
        )
    ) as office:
        desk = Desk(office, Visitor("terminal"), recorder=phone)
        announced = Announcements(settings).standing(datetime.now(UTC))
        ending = converse(
            phone,
            Events(events),
            desk,
            menu,
            settings.dialogue,
            Start(back or Start.WELCOME),
            announced=announced.prompt if announced else None,
            place=place,
        )
    click.echo(f"[{ending.outcome}: {ending.where} ({ending.why})]", err=True)
