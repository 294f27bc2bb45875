"""`hotline speech`: what has to do with listening to callers."""

import click

from agi.cli.lazy import Lazy

COMMANDS = {
    "build": "agi.cli.speech_build:build",
    "eval": "agi.cli.speech_eval:evaluate",
    "eval-voices": "agi.cli.speech_eval_voices:evaluate_voices",
    "train": "agi.cli.speech_train:train",
    "serve": "agi.cli.speech_serve:serve",
}


@click.group(cls=Lazy, table=COMMANDS)
def speech() -> None:
    """Listen to callers: build the graph, serve, measure, train."""
