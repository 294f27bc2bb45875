"""`hotline facts`: where what callers are told is from, and what somebody must check."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import click

from agi.dialogue import facts as book
from agi.dialogue.facts import Fact, Standing
from agi.settings import Settings


@click.group()
def facts() -> None:
    """Sources, days and owners of what callers are told (prompts/facts.toml)."""


@facts.command("list")
def list_() -> None:
    """List all facts, the most urgent first: day to check again, standing, owner, what it is about, source."""
    _show(*_known())


@facts.command("due")
@click.pass_context
def due(context: click.Context) -> None:
    """List what must be checked: overdue (callers do not hear it), never checked, or due within 30 days.

    Exit code 1 where anything is overdue.
    """
    known, today = _known()
    _show([one for one in known if one.standing(today) is not Standing.GOOD], today)
    context.exit(any(one.standing(today) is Standing.OVERDUE for one in known))


def _known() -> tuple[list[Fact], date]:
    settings = Settings()
    today = datetime.now(UTC).astimezone(settings.zone).date()
    return book.most_urgent_first(book.load(settings.prompts / book.FILE), today), today


def _show(known: Iterable[Fact], today: date) -> None:
    for one in known:
        click.echo(f"{one.again}  {one.standing(today):<16}  {one.owner:<28}  {one.about} ({one.source})")
