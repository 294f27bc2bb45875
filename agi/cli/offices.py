"""`hotline offices`: the offices that callers are told of, one by one."""

from contextlib import closing

import click

from agi import privacy
from agi.books.draft import draft, set_source, source_of
from agi.books.tables import LAYOUTS, Surroundings
from agi.books.words import Source
from agi.cli.registry import opened
from agi.settings import Settings

_LAYOUT = LAYOUTS["offices"]


@click.group()
def offices() -> None:
    """Names and opening hours of the offices. A whole table: `hotline registry import offices FILE`."""


@offices.command("list")
def list_() -> None:
    """List all offices with code, name and hours."""
    with closing(opened(Settings())) as books:
        for code, name, hours in books.rows(_LAYOUT.name, _LAYOUT.columns):
            click.echo(f"{code:<8}  {name:<40}  {hours}".rstrip())


@offices.command("set")
@click.argument("code")
@click.option("--name", help="Its name, as callers hear it; needed for a new office.")
@click.option("--hours", help="When it is open, as callers hear it.")
def set_(code: str, name: str | None, hours: str | None) -> None:
    """Change the office CODE, or add it; what is not given stays as it is."""
    if name is None and hours is None:
        raise click.ClickException("Say what is to change: --name, --hours or both.")
    settings = Settings()
    key = privacy.hash_key(settings.var)
    with draft(settings.registry_db, key) as connection:
        old = connection.execute("SELECT name, hours FROM offices WHERE code = ?", (code,)).fetchone()
        if old is None and name is None:
            raise click.ClickException(f"No office has the code {code}: add --name, or see offices list.")
        was_name, was_hours = old or ("", "")
        row = [code, was_name if name is None else name.strip(), was_hours if hours is None else hours.strip()]
        checked = _LAYOUT.check(row, Surroundings(key, settings.identity.kk_digits))
        connection.execute("INSERT OR REPLACE INTO offices (code, name, hours) VALUES (?, ?, ?)", checked)
        if source_of(connection, _LAYOUT.name) is Source.EMPTY:
            set_source(connection, _LAYOUT.name, Source.OWN)
    click.echo(f"{code} is changed: callers hear it from now on.")
