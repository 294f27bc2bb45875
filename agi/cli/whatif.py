"""`hotline prompts whatif`: what the last calls would have met in the working copy."""

import click

from agi.cli.editions import progress_bar
from agi.editions.replayed import Verdict
from agi.editions.whatif_lines import ASSUMED, guessed, lines
from agi.services.whatif import CALLS, what_if
from agi.settings import Settings


@click.command()
@click.option(
    "--calls", type=click.IntRange(1, 100_000), default=CALLS, show_default=True, help="How many of the last."
)
def whatif(calls: int) -> None:
    """Have the last calls again with prompts/ in place of what was heard: who comes elsewhere, or waits longer?

    The same keys and words are taken; nothing is published, and nobody is called.
    """
    with progress_bar("Calls") as progress:
        told = what_if(Settings(), calls, progress)
    click.echo(f"{told.calls} panggilan terakhir, diulang dengan prompts/:")
    for line in lines(told):
        click.echo(f"{line.calls:>7}  {line.words}")
    for one in told.examples:
        more = f" (dan {one.others} panggilan lain)" if one.others else ""
        click.echo(f"\n{one.call}{more}")
        if one.replayed.step:
            click.echo(f"    Penelepon {one.replayed.step}.")
            click.echo(f"    Waktu itu: {one.replayed.then}.\n    Dengan draf ini: {one.replayed.now}.")
        if one.replayed.verdict is Verdict.SAME:
            click.echo(f"    Tempatnya sama, tetapi {one.replayed.longer_s:.1f} detik lebih lama.".replace(".", ",", 1))
    click.echo(f"\n{ASSUMED} {guessed(told)}".rstrip())
