"""`hotline drill`: kill and freeze each part of a hotline of its own, under real calls."""

import click

from agi.bench import drill as work
from agi.bench.installation import BenchFailed, running
from agi.softphone.phone import PhoneError

_CALLS = 20


@click.command()
@click.option("--moments", type=click.IntRange(1), default=10, show_default=True, help="Moments of a call, each fault.")
@click.option(
    "--part", "parts", multiple=True, type=click.Choice([part.value for part in work.Part]), help="Only this part."
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    type=click.Choice([fault.value for fault in work.Fault]),
    help="Only this fault.",
)
def drill(moments: int, parts: tuple[str, ...], faults: tuple[str, ...]) -> None:
    """Kill and freeze each part of a private hotline under real calls: what went on, and what was heard.

    The hotline that answers here is left alone. A moment takes about 20 s; Ctrl-C ends all that was started.
    """
    try:
        with running(_CALLS, speech=True, more=work.PATIENCE) as box:
            trials = work.drill(
                box,
                [work.Part(part) for part in parts or work.Part],
                [work.Fault(fault) for fault in faults or work.Fault],
                moments,
                lambda what: click.echo(what, err=True),
            )
            click.echo(work.report(tuple(trials)))
            refused = work.strangers_refused(box, moments)
    except (BenchFailed, PhoneError) as trouble:
        raise click.ClickException(str(trouble)) from trouble
    click.echo(f"\nStrangers on the line's port who were told nothing: {refused} of {moments}.")
