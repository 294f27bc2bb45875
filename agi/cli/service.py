"""`hotline up`, `down`, `status` and `logs`: the hotline as a thing that runs."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_address

import click

from agi.cli import loglines
from agi.ops import asterisk, launch, ready, trunk
from agi.ops.configure import account, testers
from agi.ops.places import unusable
from agi.ops.supervise import Process, Supervisor
from agi.settings import ROOT, Settings, kept_address


def _address(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        try:
            ip_address(value)
        except ValueError as error:
            raise click.BadParameter(f"{value} is no IP address; give one of this machine, or 0.0.0.0.") from error
    return value


@click.command()
@click.option("--listen", metavar="ADDRESS", callback=_address, help="Listen there, now and at every later start.")
def up(listen: str | None) -> None:
    """Start the hotline and wait until it answers; prepares everything on first use."""
    from agi.cli import bringup  # its imports take a second, which the other commands need not wait

    settings = Settings()
    for folder in (ROOT, settings.var):
        if trouble := unusable(folder):
            raise click.ClickException(trouble)
    if listen is not None:
        bringup.listen_on(listen)
        settings = Settings()
    bringup.bring_up(settings)
    settings = Settings()  # a restore that was interrupted may have ended only now
    telephony, tester = settings.telephony, account(settings.var, testers()[0])
    number = click.style(telephony.number, bold=True)
    click.echo(f"The hotline answers. Dial {number} with a softphone:\n")
    rows = [
        ("Account", f"sip:{tester.name}@{ready.dialled(telephony.listen)}:{telephony.sip_port} (UDP)"),
        ("Password", tester.password),
    ]
    if sample := bringup.sample(settings):
        rows += [
            ("A NIK to check", f"{sample.nik}, then the KK digits {sample.kk_digits}"),
            ("A document", f"{sample.registration}, then the PIN {sample.pin}"),
        ]
    for label, value in rows:
        click.echo(f"  {label:<15} {click.style(value, bold=True)}")
    if settings.pages.enabled:
        scheme = "https" if settings.secure_pages else "http"
        address = f"{scheme}://{ready.dialled(settings.pages.listen)}:{settings.pages.port}/"
        click.echo(f"\nThe pages, for a browser: {click.style(address, bold=True)}")
        if first := bringup.first_invitation(settings):
            click.echo(f"The first account, by this link, once: {click.style(f'{address}undangan/{first}', bold=True)}")
    if settings.citizens.enabled:
        address = f"http://127.0.0.1:{settings.citizens.port}/"
        click.echo(f"The page for citizens, which your web server passes on: {click.style(address, bold=True)}")
    click.echo("\nNext: ./hotline try (no telephone needed), status, logs -f, calls tail, down")


@click.command()
def down() -> None:
    """Stop the hotline; calls in progress may finish, up to line.stop_grace_s."""
    settings = Settings()
    with launch.alone(settings.var):
        stopped = Supervisor(settings).stop()
    click.echo("The hotline is stopped." if stopped else "The hotline was not running.")


@dataclass(frozen=True)
class Status:
    """The hotline at one moment. `calls` is None when Asterisk does not answer.

    `planned`: when an edition goes live by itself; `announced`: when what is announced ends; UTC, None without one.
    """

    answering: bool
    why: str | None
    listen: str
    sip_port: int
    number: str
    calls: int | None
    trunk: str | None
    edition: int | None
    prompts_current: bool
    processes: tuple[Process, ...]
    planned: datetime | None
    announced: datetime | None


def look(settings: Settings) -> Status:
    """Ask everything that runs how it is."""
    from agi.editions.announcement import Announcements
    from agi.services.publisher import publisher  # as above

    supervisor = Supervisor(settings)
    running = supervisor.running()
    program = asterisk.find(settings.var) if running else None
    calls = None
    why: str | None = "it is not running: ./hotline up"
    if program is not None:
        why = ready.unmet(settings, program)
        shown = program.ask(settings.var, "core show channels count") or ""
        calls = next((int(row.split()[0]) for row in shown.splitlines() if "active channel" in row), None)
    at_trunk = trunk.state(settings, partial(program.ask, settings.var) if program else None)
    makes = publisher(settings)
    planned, announced = makes.schedule.standing(), Announcements(settings).standing(datetime.now(UTC))
    return Status(
        why is None,
        why,
        settings.telephony.listen,
        settings.telephony.sip_port,
        settings.telephony.number,
        calls,
        at_trunk.text if at_trunk is not None else None,
        makes.editions.current_number() or None,
        makes.is_current(settings.prompts),
        supervisor.processes(),
        planned.at if planned else None,
        announced.until if announced else None,
    )


def _lasting(started: datetime | None) -> str:
    if started is None:
        return ""
    seconds = int((datetime.now(UTC) - started).total_seconds())
    days, seconds = divmod(max(seconds, 0), 86400)
    return (f"{days} d " if days else "") + f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
@click.pass_context
def status(context: click.Context, as_json: bool) -> None:
    """Tell whether calls are answered, and what runs. Exit code 1 when they are not."""
    settings = Settings()
    now = look(launch.as_started(settings))
    if as_json:
        click.echo(json.dumps(asdict(now), indent=2, default=datetime.isoformat))
    else:
        if now.answering:
            click.secho(f"Calls to {now.number} are answered on {now.listen}, port {now.sip_port}.", fg="green")
        else:
            click.secho(f"Calls are not answered: {now.why}.", fg="red")
        for process in now.processes:
            pid = f"process {process.pid}" if process.pid else ""
            state = process.state.lower()
            click.echo(f"  {process.name:<10} {state:<9} {pid:<16} {_lasting(process.started)}".rstrip())
        if now.calls is not None:
            click.echo(f"  channels   {now.calls}")
        if now.trunk is not None:
            click.echo(f"  trunk      {now.trunk}")
        if kept_address(settings.var) is not None:
            click.echo(f"  address    {settings.telephony.listen}, as told by `up --listen`")
        if now.edition is not None:
            note = "" if now.prompts_current else "  (prompts/ differ: ./hotline prompts diff)"
            click.echo(f"  edition    {now.edition}{note}")
        if now.planned is not None:
            click.echo(
                f"  next       {now.planned.astimezone(settings.zone):%Y-%m-%d %H:%M %Z}, ./hotline prompts history"
            )
        if now.announced is not None:
            click.echo(
                f"  announced until {now.announced.astimezone(settings.zone):%Y-%m-%d %H:%M %Z}, ./hotline announce"
            )
    context.exit(0 if now.answering else 1)


@click.command()
@click.option("-f", "--follow", is_flag=True, help="Go on as lines come in; Ctrl-C ends.")
@click.option("-n", "--lines", type=click.IntRange(0), default=50, show_default=True, help="How many to begin with.")
def logs(follow: bool, lines: int) -> None:
    """Show what the line and Asterisk logged, merged by time, in the office's time zone."""
    settings = Settings()
    reader = loglines.Reader(settings.var / "log", settings.zone)
    for line in reader.last(lines):
        click.echo(line)
    if follow:
        try:
            for line in reader.follow():
                click.echo(line)
        except KeyboardInterrupt:
            return
