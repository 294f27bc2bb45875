"""`hotline speech`: what has to do with listening to callers."""

import click

from agi.cli.lazy import Lazy
from agi.cli.overview import Entry

COMMANDS = {
    "eval": Entry("workshop.evaluation.command:evaluate", "Measure how well recordings are heard, by condition."),
    "eval-voices": Entry(
        "workshop.evaluation.voices_command:evaluate_voices", "Measure menus, lists and numbers with voices."
    ),
    "train": Entry("workshop.training.command:train", "Make or fine-tune the acoustic network."),
    "collect": Entry("workshop.collecting.command:collect", "Record testers who dial, for train and eval."),
    "serve": Entry("cli.speech_serve:serve", "The process that listens, started by `up`."),
}


@click.group(cls=Lazy, table=COMMANDS)
def speech() -> None:
    """Listen to callers: serve, measure, record, train."""
