"""`hotline doors`: the ways in for messages, how they are, and one message sent through a door and back."""

import socket
import time
import urllib.request

import click

from agi.books.calls_table import when
from agi.books.mailbox import Sending
from agi.books.mailbox_log import DoorState, MailboxLog
from agi.doors.whatsapp import WhatsApp
from agi.errors import HotlineError
from agi.ops import whatsapp
from agi.ops.ready import line_answers
from agi.settings import Settings
from agi.text.delivery import NotSent
from agi.workshop.softphone.roster import TESTER, account
from agi.workshop.softphone.texting import TextPhone

_DOORS = {"sip": "text messages of telephones", "whatsapp": "WhatsApp Business Cloud API"}
_TEST = "info"
_MOST = 100
_LIMIT_S = 5.0


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
    for name, told in _DOORS.items():
        one = known.get(name, DoorState(name))
        last = when(one.last, settings.zone) if one.last else "never"
        counts = f"{one.messages} messages, last {last}; {one.waiting} wait, {one.dead} given up"
        click.echo(f"{name:<9}{_state(name, settings):<6}{told}: {counts}")


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

    sip: a tester's telephone writes, and waits for its answer. whatsapp: a signed webhook without a message is taken
    here, and Meta says which number is ours; nobody is written to.
    """
    if name not in _DOORS:
        raise NoDoor(f"There is no door {name}: {', '.join(_DOORS)}.")
    settings = Settings()
    began = time.monotonic()
    told = _by_telephone(settings) if name == "sip" else _by_whatsapp(settings)
    click.echo(f"{told} ({time.monotonic() - began:.2f} s)")


def _by_telephone(settings: Settings) -> str:
    with TextPhone(account(settings, TESTER)) as phone:
        code = phone.write(settings.telephony.number, _TEST)
        answer = phone.wait() if 200 <= code < 300 else ""
    if not answer:
        raise NoDoor(f"Nothing came back (SIP {code}); `hotline status` and `hotline logs` say more.")
    return f"{_TEST!r} was answered: {answer}"


def _by_whatsapp(settings: Settings) -> str:
    if (door := WhatsApp.of(settings)) is None:
        wanted = ", ".join(whatsapp.lacking(settings)) or "whatsapp.number_id in hotline.toml"
        raise NoDoor(f"WhatsApp is not set up; it lacks {wanted}.")
    port, raw = settings.messages.webhook_port, b"{}"
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/whatsapp", raw, {"X-Hub-Signature-256": door.signature(raw)}
    )
    try:
        with urllib.request.urlopen(request, timeout=_LIMIT_S):  # noqa: S310
            pass
    except OSError as trouble:
        raise NoDoor(f"The webhook on port {port} does not take what is signed ({trouble}): `hotline up`.") from None
    try:
        return f"The webhook is taken; Meta knows our number: {door.known()}"
    except NotSent as trouble:
        raise NoDoor(f"The webhook is taken, but: {trouble}.") from None


def _state(name: str, settings: Settings) -> str:
    if name == "sip":
        wanted, port = settings.messages.telephones, settings.line.agi_port
        there = wanted and line_answers(settings.var, port)
    else:
        wanted, there = bool(whatsapp.secrets(settings)), _listens(settings.messages.webhook_port)
    return ("open" if there else "down") if wanted else "off"


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True
