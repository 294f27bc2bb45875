"""`hotline callbacks`: who waits to be called back in place of waiting in the agents' queue."""

import click

from agi.books.callback import OPEN, Callback, CallbackState
from agi.books.calls_table import when
from agi.books.contacts import masked
from agi.errors import HotlineError
from agi.office.office import callbacks_of
from agi.settings import Settings


class NothingToCancel(HotlineError):
    """There is no such callback, or it is too late."""


@click.group()
def callbacks() -> None:
    """Who waits to be called back. Numbers are masked: the line alone knows whom it calls."""


@callbacks.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that are over, too.")
def list_(everything: bool) -> None:
    """List callbacks in the order of the queue: number of the call, state, telephone, since when, tries so far."""
    settings = Settings()
    found = callbacks_of(settings).book.listed(tuple(CallbackState) if everything else OPEN)
    if not found:
        click.echo("There is none.")
    for one in found:
        tries = f"{one.tries} of {settings.callback.tries}"
        told = (one.case_number, f"{one.state:<9}", f"{whom(one):<15}", when(one.joined, settings.zone), tries)
        click.echo("  ".join(told))


@callbacks.command()
@click.argument("number")
def cancel(number: str) -> None:
    """Call nobody for the call with this NUMBER, which the citizen was told. Who is just being called is called."""
    office = callbacks_of(Settings())
    found = office.book.of_case(number)
    if found is None or office.cancel(found.id) is None:
        raise NothingToCancel(f"Nobody waits to be called for {number}: see `hotline callbacks list --all`.")
    click.echo("Cancelled: nobody is called.")


def whom(callback: Callback) -> str:
    """Whom it calls, masked."""
    return callback.account or masked(callback.number) or "struck out"
