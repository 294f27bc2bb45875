"""`hotline tickets`: complaints and wishes of citizens, and how far the office is with them."""

import click

from agi.books.calls_table import when
from agi.books.ticket import State, Ticket, ticket_valid
from agi.books.tickets import TicketBook, TicketNotFound
from agi.settings import Settings

_TO_SHOW = [str(one) for one in State]


@click.group()
def tickets() -> None:
    """Complaints and wishes that callers have left. Who is to be called back is shown on the page Tiket alone."""


@tickets.command("list")
@click.option("--state", type=click.Choice(_TO_SHOW), help="Only those in this state; left out: all but closed.")
def list_(state: str | None) -> None:
    """List tickets, what is due first first."""
    settings = Settings()
    states = [State(state)] if state else [one for one in State if one is not State.CLOSED]
    found = TicketBook(settings.tickets_db).tickets(states)
    if not found:
        click.echo("There is none.")
    for ticket in found:
        due = f"due {ticket.due}" if ticket.due else ticket.mark or "draft"
        told = (ticket.number, f"{ticket.state:<8}", f"{ticket.category:<7}", f"{due:<14}", _length(ticket))
        click.echo(f"{'  '.join(told)}  {when(ticket.opened, settings.zone)}")


@tickets.command()
@click.argument("number")
def show(number: str) -> None:
    """Tell the ticket with this NUMBER: how far it is, what was noted, where its recording lies."""
    settings = Settings()
    book = TicketBook(settings.tickets_db)
    found = book.by_number(number) if ticket_valid(number) else None
    if found is None:
        raise TicketNotFound(f"There is no ticket {number}: see `hotline tickets list`.")
    for name, value in (
        ("number", found.number),
        ("state", found.state),
        ("category", found.category),
        ("asked for", found.asked_for),
        ("reason", f"{found.reason}, refused by {found.refused_by}" if found.reason else ""),
        ("mark", found.mark),
        ("event", f"{found.event} of {found.event_day}, region {found.region}" if found.event_day else ""),
        ("opened", when(found.opened, settings.zone)),
        ("due", found.due),
        ("call", found.call),
        ("callback", "left" if found.callback else ""),
        ("message", f"{_length(found)}, {settings.tickets_folder / found.id}.wav" if found.message_s else ""),
        ("answer", found.answer),
    ):
        if value:
            click.echo(f"{name:<9} {value}")
    for note in book.notes(found.id):
        click.echo(f"{when(note.at, settings.zone)}  {note.who}: {note.text}")


def _length(ticket: Ticket) -> str:
    return f"{ticket.message_s:.0f} s"
