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
from agi.dialogue.menu import MenuError
from agi.editions.publishing import Publisher, Refused
from agi.editions.store import NoEdition
from agi.languages.lexicon import LexiconError
from agi.ops.speech import speech_is_on
from agi.services.checked import check_all
from agi.settings import Settings
from agi.speech.foreign import BuildError
from agi.voice.errors import VoiceError


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
def plain_errors() -> Iterator[None]:
    """What keeps prompts from being published, as the sentences it is."""
    try:
        yield
    except Refused as wrong:
        raise click.ClickException(f"{wrong}\nYang didengar penelepon tidak berubah.") from None
    except (VoiceError, MenuError, NoEdition, BuildError, LexiconError) as wrong:
        raise click.ClickException(str(wrong)) from None
    except OSError as wrong:
        raise click.ClickException(f"{wrong.filename}: {wrong.strerror}") from None


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
