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
    """Names, opening hours and usual times of the offices. A whole table: `hotline registry import offices FILE`."""


@offices.command("list")
def list_() -> None:
    """List all offices with code, name, hours and usual time."""
    with closing(opened(Settings())) as books:
        for code, name, hours, usual_time in books.rows(_LAYOUT.name, _LAYOUT.columns):
            click.echo(f"{code:<8}  {name:<40}  {hours}  {usual_time}".rstrip())


@offices.command("set")
@click.argument("code")
@click.option("--name", help="Its name, as callers hear it; needed for a new office.")
@click.option("--hours", help="When it is open, as callers hear it.")
@click.option("--usual-time", help="How long things usually take there, as callers hear it; never a promise.")
def set_(code: str, name: str | None, hours: str | None, usual_time: str | None) -> None:
    """Change the office CODE, or add it; what is not given stays as it is.

    Callers find it by their region where CODE is that of a regency or city: the first four digits of KK numbers there.
    """
    given = (name, hours, usual_time)
    if all(one is None for one in given):
        raise click.ClickException("Say what is to change: --name, --hours, --usual-time.")
    settings = Settings()
    key = privacy.hash_key(settings.var)
    with draft(settings.registry_db, key) as connection:
        old = connection.execute("SELECT name, hours, usual_time FROM offices WHERE code = ?", (code,)).fetchone()
        if old is None and name is None:
            raise click.ClickException(f"No office has the code {code}: add --name, or see offices list.")
        was = old or ("", "", "")
        row = [code, *(before if now is None else now.strip() for before, now in zip(was, given, strict=True))]
        checked = _LAYOUT.check(row, Surroundings(key, settings.identity.kk_digits))
        connection.execute(
            "INSERT OR REPLACE INTO offices (code, name, hours, usual_time) VALUES (?, ?, ?, ?)", checked
        )
        if source_of(connection, _LAYOUT.name) is Source.EMPTY:
            set_source(connection, _LAYOUT.name, Source.OWN)
    click.echo(f"{code} is changed: callers hear it from now on.")
