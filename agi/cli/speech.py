"""`hotline speech`: what has to do with listening to callers."""

import click

from agi.cli.lazy import Lazy
from agi.cli.overview import Entry

COMMANDS = {
    "eval": Entry("agi.cli.speech_eval:evaluate", "Measure how well recordings are heard, by condition."),
    "eval-voices": Entry("agi.cli.speech_eval_voices:evaluate_voices", "Measure menus, lists and numbers with voices."),
    "train": Entry("agi.cli.speech_train:train", "Make or fine-tune the acoustic network."),
    "serve": Entry("agi.cli.speech_serve:serve", "The process that listens, started by `up`."),
}


@click.group(cls=Lazy, table=COMMANDS)
def speech() -> None:
    """Listen to callers: serve, measure, train."""
