"""`hotline users`: who may sign in at the pages."""

from datetime import UTC, datetime

import click

from agi import privacy
from agi.books.accounts import INVITED_FOR, AccountBook, Role
from agi.books.audit import Audit
from agi.ops.ready import dialled
from agi.settings import Settings


@click.group()
def users() -> None:
    """Who may sign in at the pages: list, add, reset, disable."""


@users.command("list")
def list_() -> None:
    """Show all accounts."""
    found = AccountBook(Settings().pages_db).accounts()
    for one in found:
        state = "disabled" if one.disabled else "invited" if not one.password else "locked" if one.locked_until else ""
        second = "second factor" if one.totp else ""
        click.echo(f"{one.name:<20}  {one.role:<10}  {', '.join(filter(None, (state, second)))}".rstrip())
    if not found:
        click.echo("There are no accounts yet: ./hotline up shows the link for the first one.")


@users.command()
@click.argument("name")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True, help="What they may do.")
def add(name: str, role: str) -> None:
    """Make the account NAME, and show the link by which its owner chooses a password, once."""
    settings = Settings()
    token = AccountBook(settings.pages_db).invite(name, Role(role), datetime.now(UTC))
    _audited(settings, "akun.undang", name, role)
    _show(settings, token)


@users.command()
@click.argument("name")
def reset(name: str) -> None:
    """Take password, second factor and locks from NAME, end all sessions, and show a new link."""
    settings = Settings()
    token = AccountBook(settings.pages_db).reset(name, datetime.now(UTC))
    _audited(settings, "akun.atur_ulang", name)
    _show(settings, token)


@users.command()
@click.argument("name")
def disable(name: str) -> None:
    """Let NAME sign in no more, from now on; `reset` opens the account again."""
    settings = Settings()
    AccountBook(settings.pages_db).disable(name)
    _audited(settings, "akun.tutup", name)
    click.echo(f"{name} can't sign in any more.")


def _audited(settings: Settings, what: str, name: str, detail: str = "") -> None:
    Audit(settings.pages_db, privacy.hash_key(settings.var)).add("hotline users", what, name, detail)


def _show(settings: Settings, token: str) -> None:
    pages = settings.pages
    scheme = "https" if settings.secure_pages else "http"
    hours = int(INVITED_FOR.total_seconds() // 3600)
    click.echo(f"The link, for one use within {hours} hours:")
    click.secho(f"{scheme}://{dialled(pages.listen)}:{pages.port}/undangan/{token}", bold=True)
