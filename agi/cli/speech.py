"""`hotline speech`: what has to do with listening to callers; each command's module loads only when it is typed."""

from importlib import import_module

import click

COMMANDS = {
    "build": "agi.cli.speech_build:build",
    "eval": "agi.cli.speech_eval:evaluate",
    "train": "agi.cli.speech_train:train",
    "serve": "agi.cli.speech_serve:serve",
}


class Lazy(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command called `name`, or None."""
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101
        return command


@click.group(cls=Lazy)
def speech() -> None:
    """Listen to callers: build the graph, serve, measure, train."""
