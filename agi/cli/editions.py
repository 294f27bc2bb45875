"""How the commands get at the editions of this installation."""

import getpass
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import click

from agi.books.errors import BookError
from agi.books.reader import CallReader
from agi.editions.publishing import Publisher
from agi.ops.speech import speech_is_on
from agi.services.checked import check_all
from agi.settings import Settings


def publisher(settings: Settings) -> Publisher:
    """Who makes and publishes editions here, with the complete check."""
    model = settings.speech_model if speech_is_on(settings) else None
    return Publisher(settings, partial(check_all, settings), model)


def recorded(settings: Settings) -> Collection[int] | None:
    """The editions that call records name; None where they cannot be read."""
    try:
        with CallReader(settings.calls_db) as reader:
            return reader.editions()
    except BookError:
        return None


def author() -> str:
    """Who types the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        return ""


@contextmanager
def progress_bar() -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, from the first clip that is made; nothing where none is."""
    with ExitStack() as stack:
        bars: list[Any] = []  # click does not export what its function gives

        def show(done: int, length: int) -> None:
            if not bars:
                bars.append(stack.enter_context(click.progressbar(length=length, label="Rendering", file=sys.stderr)))
            bars[0].update(done - bars[0].pos)

        yield show
