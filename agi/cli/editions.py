"""Who publishes by a command, and how far it is."""

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import click


def author() -> str:
    """Who types the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        return ""


@contextmanager
def progress_bar(label: str = "Rendering") -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, from the first clip that is made, or the first of anything else; nothing where none is."""
    with ExitStack() as stack:
        bars: list[Any] = []  # click does not export what its function gives

        def show(done: int, length: int) -> None:
            if not bars:
                bars.append(stack.enter_context(click.progressbar(length=length, label=label, file=sys.stderr)))
            bars[0].update(done - bars[0].pos)

        yield show
