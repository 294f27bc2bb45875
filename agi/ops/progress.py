"""What a person sees while something takes more than a second: a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click


@dataclass(frozen=True)
class Progress:
    """Writes to stderr, so that a command's own output stays clean; `quiet` writes nothing at all."""

    quiet: bool = False

    def note(self, text: str) -> None:
        """Say one line."""
        if not self.quiet:
            click.echo(text, err=True)

    @contextmanager
    def bar(self, label: str, length: int) -> Iterator[Callable[[int], None]]:
        """A bar of `length` steps; gives the function that moves it on by n steps."""
        if self.quiet:
            yield _nothing
            return
        with click.progressbar(
            length=length, label=label, file=sys.stderr, update_min_steps=max(length // 100, 1)
        ) as bar:
            yield bar.update


def _nothing(_steps: int) -> None:
    """Move no bar on."""
