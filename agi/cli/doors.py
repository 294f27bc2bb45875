"""`hotline doors`: the ways in for messages, how they are, and one message sent through a door and back."""

import socket
import time

import click

from agi.books.calls_table import when
from agi.books.mailbox_log import DoorState, MailboxLog
from agi.books.mailbox_rows import Sending
from agi.citizens import chat
from agi.citizens.trial import ChatSilent, tried
from agi.doors.known import opened
from agi.errors import HotlineError
from agi.ops.doors import able, lacking
from agi.ops.ready import line_answers
from agi.settings import Settings
from agi.text.delivery import NotSent
from agi.workshop.softphone.roster import TESTER, account
from agi.workshop.softphone.texting import TextPhone

_SIP, _CHAT = "sip", "chat"
_TEST = "info"
_MOST = 100


class NoDoor(HotlineError):
    """There is no such door, or nothing came back through it."""


@click.group(invoke_without_command=True)
@click.pass_context
def doors(context: click.Context) -> None:
    """The ways in for messages: state, messages, the last one, how many wait, how many answers were given up."""
    if context.invoked_subcommand:
        return
    settings = Settings()
    known = {one.door: one for one in MailboxLog(settings.mailbox_db).doors()}
    for name, told in _doors(settings).items():
        one = known.get(name, DoorState(name))
        last = when(one.last, settings.zone) if one.last else "never"
        counts = f"{one.messages} messages, last {last}; {one.waiting} wait, {one.dead} given up"
        click.echo(f"{name:<10}{_state(name, settings):<6}{told}: {counts}")


@doors.command()
def dead() -> None:
    """List the answers that were given up: when, door, question and answer (masked), why."""
    settings = Settings()
    letters = MailboxLog(settings.mailbox_db).letters(_MOST, Sending.DEAD)
    if not letters:
        click.echo("There is none.")
    for one in letters:
        click.echo(f"{when(one.came, settings.zone)}  {one.door}  {one.asked!r} -> {one.answer!r}: {one.why}")


@doors.command()
@click.argument("name")
def test(name: str) -> None:
    """Try the door NAME.

    sip: a tester's telephone writes, and waits for its answer; chat: the same by the page for citizens. Each other
    door: something harmless goes out and comes in, as the README's table of doors says; no citizen is written to.
    """
    settings = Settings()
    if name not in _doors(settings):
        raise NoDoor(f"There is no door {name}: {', '.join(_doors(settings))}.")
    began = time.monotonic()
    ours = {_SIP: _by_telephone, _CHAT: _by_page}
    told = ours[name](settings) if name in ours else _by_network(name, settings)
    click.echo(f"{told} ({time.monotonic() - began:.2f} s)")


def _doors(settings: Settings) -> dict[str, str]:
    """All doors, and as what people know them."""
    networks = {name: table.SHOWN for name, table in settings.doors.items()}
    return {_SIP: "text messages of telephones", **networks, _CHAT: "chat of the page for citizens"}


def _by_telephone(settings: Settings) -> str:
    with TextPhone(account(settings, TESTER)) as phone:
        code = phone.write(settings.telephony.number, _TEST)
        answer = phone.wait() if 200 <= code < 300 else ""
    if not answer:
        raise NoDoor(f"Nothing came back (SIP {code}); `hotline status` and `hotline logs` say more.")
    return f"{_TEST!r} was answered: {answer}"


def _by_page(settings: Settings) -> str:
    if not settings.citizens.enabled:
        raise NoDoor("The page for citizens is off: set citizens.enabled in hotline.toml.")
    try:
        answer = tried(f"http://127.0.0.1:{settings.citizens.port}{chat.PATH}", _TEST)
    except ChatSilent as trouble:
        raise NoDoor(f"Nothing came back: {trouble}; `hotline status` and `hotline logs` say more.") from None
    return f"{_TEST!r} was answered: {answer}"


def _by_network(name: str, settings: Settings) -> str:
    door = next((one for one in opened(settings) if one.name == name), None)
    if door is None:
        wanted = ", ".join(lacking(settings, name)) or f"what the table [{name}] of hotline.toml needs"
        raise NoDoor(f"The door {name} is not set up; it lacks {wanted}.")
    try:
        return door.tried(f"http://127.0.0.1:{settings.messages.webhook_port}/{name}")
    except NotSent as trouble:
        raise NoDoor(
            f"Nothing came back by the door {name}: {trouble}; `hotline status` and `hotline logs` say more."
        ) from None


def _state(name: str, settings: Settings) -> str:
    if name == _SIP:
        wanted, port = settings.messages.telephones, settings.line.agi_port
        there = wanted and line_answers(settings.var, port)
    elif name == _CHAT:
        wanted, there = settings.citizens.enabled, _listens(settings.citizens.port)
    else:
        wanted, there = name in able(settings), _listens(settings.messages.webhook_port)
    return ("open" if there else "down") if wanted else "off"


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True
