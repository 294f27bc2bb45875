"""`hotline agents`: who answers at the agents' queue."""

import click

from agi.ops import agents, asterisk, configure, launch
from agi.ops.supervise import Supervisor
from agi.settings import Settings


@click.group(name="agents")
def group() -> None:
    """List, add and remove agents; calls in progress go on."""


@group.command(name="list")
def list_agents() -> None:
    """Show all agents."""
    found = agents.listed(Settings())
    for one in found:
        click.echo(f"{one.number}  {one.name}")
    if not found:
        click.echo("There are no agents: callers who want one are told that nobody is on duty.")


@group.command()
@click.argument("number")
@click.option("--name", help='What supervisors read; "Petugas NUMBER" if left out.')
def add(number: str, name: str | None) -> None:
    """Add agent NUMBER (or give the agent another name), and show the telephone's password."""
    settings = Settings()
    agents.add(settings, number, name or f"Petugas {number}")
    held = configure.account(settings.var, number)
    click.echo(f"Agent {number} signs in with account {held.name}, password {held.password}. {_applied(settings)}")


@group.command()
@click.argument("number")
def remove(number: str) -> None:
    """Remove agent NUMBER and the password; a call that the agent has goes on."""
    settings = Settings()
    agents.remove(settings, number)
    click.echo(f"Agent {number} is removed. {_applied(settings)}")


def _applied(settings: Settings) -> str:
    """Let a running Asterisk know; the sentence on it."""
    program = asterisk.find(settings.var)
    if program is None or not Supervisor(settings).running():
        return "It counts from the next start on."
    with launch.alone(settings.var):
        configure.write_agents(settings)
        launch.reload(settings, program)
    return "It counts at once."
