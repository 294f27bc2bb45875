"""A group of commands whose modules load only when their name is typed, not to list them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from agi.cli.overview import Entry


class Lazy(click.Group):
    """`table`: the commands by name."""

    def __init__(self, *args: Any, table: Mapping[str, Entry], **more: Any) -> None:
        super().__init__(*args, **more)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        return list(self._table)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command called `name`, or None."""
        if name not in self._table:
            return None
        module, attribute = self._table[name].place.split(":")
        command = getattr(import_module(f"agi.{module}"), attribute)
        assert isinstance(command, click.Command)  # noqa: S101
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their lines of the table: no module of theirs is loaded for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self._table.items()])
