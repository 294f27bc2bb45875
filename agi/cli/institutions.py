"""`hotline institutions`: who may ask by telephone whether a NIK is in use, and what they asked."""

from datetime import timedelta
from pathlib import Path

import click

from agi import privacy
from agi.books.audit import Audit
from agi.books.guesses import MemoryGuesses
from agi.office.institutions import Institutions
from agi.office.limit import GuessLimit
from agi.office.office import institutions_of
from agi.privacy import private_file
from agi.services.institution_log import write_csv
from agi.settings import Settings

_MOST = 100_000


@click.group()
def institutions() -> None:
    """Institutions with an agreement, each with an id, a PIN and so many checks a day."""


@institutions.command()
@click.argument("name")
@click.option("--limit", type=click.IntRange(1, _MOST), required=True, help="Checks that it may make a day.")
def add(name: str, limit: int) -> None:
    """Let the institution NAME check NIKs, and show its id and PIN, once."""
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise click.ClickException("Give the institution a name of 1 to 100 letters.")
    settings = Settings()
    one, pin = _of(settings).add(name.strip(), limit)
    _audited(settings, "lembaga.tambah", one.id, f"{limit} sehari")
    click.echo(f"Institution {one.id}: {one.name}, {limit} checks a day.")
    click.echo(f"PIN {pin}: write it down; nobody can show it again.")


@institutions.command("list")
def list_() -> None:
    """List all with id, limit, and how often they have asked today."""
    here = _of(Settings())
    asked = here.book.counts(here.day_began())
    found = here.book.every()
    for one in found:
        used = "removed" if one.removed else f"{asked.get(one.id, 0)} of {one.limit} today"
        click.echo(f"{one.id}  {used:<20}  {one.name}")
    if not found:
        click.echo("There is none: hotline institutions add NAME --limit N.")


@institutions.command()
@click.argument("number")
def remove(number: str) -> None:
    """Let the institution with the id NUMBER check no more, from now on; what it asked stays."""
    settings = Settings()
    one = _of(settings).remove(number)
    _audited(settings, "lembaga.cabut", one.id)
    click.echo(f"{one.id} {one.name} may check no more.")


@institutions.command("limit")
@click.argument("number")
@click.argument("checks", type=click.IntRange(1, _MOST))
def limit_(number: str, checks: int) -> None:
    """Let the institution with the id NUMBER make so many CHECKS a day, from now on."""
    settings = Settings()
    one = _of(settings).limit(number, checks)
    _audited(settings, "lembaga.jatah", one.id, f"{checks} sehari")
    click.echo(f"{one.id} {one.name} may make {checks} checks a day.")


@institutions.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="Of the last so many days.")
def export(file: Path, days: int) -> None:
    """Write what was asked into the CSV FILE, for an auditor; a NIK stands in it as a keyed hash."""
    settings = Settings()
    here = _of(settings)
    found = here.book.queries(here.day_began(timedelta(days=days - 1)))
    with private_file(file) as out:
        out.write(write_csv(found, here.book.every(), settings.zone).encode())
    _audited(settings, "lembaga.unduh", "", f"{days} hari")
    click.echo(f"{len(found)} checks are in {file}.")


@institutions.command()
@click.option("--older-than", type=click.IntRange(1), required=True, help="Days that are kept.")
def purge(older_than: int) -> None:
    """Delete what was asked earlier (UU 27/2022: no longer than needed)."""
    settings = Settings()
    here = _of(settings)
    count = here.book.purge(here.day_began(timedelta(days=older_than)))
    _audited(settings, "lembaga.hapus", "", f"{count} pemeriksaan sebelum {older_than} hari")
    click.echo(f"{count} checks are deleted.")


def _of(settings: Settings) -> Institutions:
    limit = GuessLimit(MemoryGuesses(), settings.lockout)
    return institutions_of(settings, limit, privacy.hash_key(settings.var))


def _audited(settings: Settings, what: str, number: str, detail: str = "") -> None:
    Audit(settings.pages_db, privacy.hash_key(settings.var)).add("hotline institutions", what, number, detail)
