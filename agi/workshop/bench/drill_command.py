"""`hotline drill`: what a hotline of its own survives, under real calls."""

import sys
import tempfile
from pathlib import Path

import click

from agi.workshop.bench import disks, faults
from agi.workshop.bench import drill as work
from agi.workshop.bench.faults import FAULTS_OF, Fault, Part
from agi.workshop.bench.installation import running


@click.command()
@click.option(
    "--moments", type=click.IntRange(1, 50), default=10, show_default=True, help="Calls in progress, a second apart."
)
@click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice([part.value for part in Part]),
    metavar="PART",
    help=f"Only this part: {', '.join(part.value for part in Part)}.",
)
@click.option(
    "--fault", "kinds", multiple=True, type=click.Choice([fault.value for fault in Fault]), help="Only this fault."
)
def drill(moments: int, parts: tuple[Part, ...], kinds: tuple[Fault, ...]) -> None:
    """Kill, freeze, rob and fill each part of a private hotline under real calls: what went on, what was heard.

    The hotline that answers here is left alone. A fault takes about 25 s; Ctrl-C ends all that was started.
    """
    disks.enter((sys.executable, "-m", "agi.cli", *sys.argv[1:]))
    what = [
        (part, fault)
        for part, possible in FAULTS_OF.items()
        for fault in possible
        if (not parts or part in parts) and (not kinds or fault in kinds)
    ]
    if not disks.can_be_mounted():
        click.echo("No disk is filled: this machine lets nobody mount one.", err=True)
        what = [(part, fault) for part, fault in what if fault is not Fault.FULL]
    trials: list[work.Trial] = []
    with tempfile.TemporaryDirectory(prefix="hotline-drill-") as name:
        data, var = Path(name) / "data", Path(name) / "var"
        more = {**work.PATIENCE, "HOTLINE_PLACES__DATA": str(data), "HOTLINE_PLACES__VAR": str(var)}
        with disks.mounted(data, var), running(moments, speech=True, more=more) as box:
            try:
                trials.extend(work.drill(box, what, moments, lambda now: click.echo(now, err=True)))
            finally:
                click.echo(work.report(trials))
            if (Part.LINE, Fault.BESIEGED) in what:
                refused = faults.strangers_refused(box, moments)
                click.echo(f"\nStrangers on the line's port who were told nothing: {refused} of {moments}.")
            if any(fault is Fault.ROBBED for _, fault in what):
                click.echo("\nStarted while another program holds a port:\n")
                for said in faults.starts_refused(box):
                    click.echo(f"    {said}")
