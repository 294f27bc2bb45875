"""`hotline backup` and `hotline restore`: a whole installation in one file."""

from pathlib import Path

import click

from agi.ops import launch, restoring
from agi.ops.backup import back_up
from agi.ops.supervise import Supervisor
from agi.settings import Settings

_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@_file
@click.option("--force", is_flag=True, help="Overwrite FILE if it is there.")
def backup(file: Path, force: bool) -> None:
    """Write registry, call records, settings, prompts, dialplan and secrets into FILE.

    Calls go on meanwhile. FILE holds numbers of people and the passwords of all telephones, and only you may read it:
    keep it so wherever you copy it.
    """
    if file.exists() and not force:
        raise click.ClickException(f"{file} is there already: name another file, or add --force.")
    count = back_up(Settings(), file)
    click.echo(f"{count} files backed up to {file} ({file.stat().st_size / 1e6:.1f} MB).")


@click.command()
@_file
def restore(file: Path) -> None:
    """Put the backup FILE in the place of what is here, after checking all of it.

    The hotline must be stopped. What was here before is kept in var/before-restore-TIME.
    """
    settings = Settings()
    settings.var.mkdir(mode=0o700, parents=True, exist_ok=True)
    with launch.alone(settings.var):
        supervisor = Supervisor(settings)
        if supervisor.running() or supervisor.orphans():
            raise click.ClickException("The hotline is running: ./hotline down, then this command again.")
        count, kept = restoring.restore(settings, file)
    click.echo(f"{count} files restored. Next: ./hotline up")
    if kept.exists():
        click.echo(f"What was there before is in {kept}: delete it when all is well.")
