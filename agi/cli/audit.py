"""`hotline audit`: what was done on the pages, and whether anybody has changed what is written about it."""

import click

from agi import privacy
from agi.books.audit import Audit
from agi.books.calls_table import when
from agi.settings import Settings


@click.group()
def audit() -> None:
    """What was done on the pages: show it, verify it."""


@audit.command()
def verify() -> None:
    """Check the chain of all entries; exit code 1 where one was changed, added or removed."""
    broken = _book(Settings()).broken()
    if broken:
        raise click.ClickException(f"Rantai putus: {broken}.")
    click.echo("Rantai utuh: semua entri seperti saat ditulis.")


@audit.command()
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many entries.")
def show(limit: int) -> None:
    """Show the newest entries first: when, who, what, about what."""
    settings = Settings()
    for one in _book(settings).entries(limit):
        told = "  ".join(filter(None, (one.who, one.what, one.subject, one.detail)))
        click.echo(f"{one.number:>6}  {when(one.at, settings.zone)}  {told}")


def _book(settings: Settings) -> Audit:
    return Audit(settings.pages_db, privacy.hash_key(settings.var))
