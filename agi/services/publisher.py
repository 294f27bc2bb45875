"""Who makes and publishes editions in this installation, whether a command asks or a page."""

from collections.abc import Collection
from functools import partial

from agi.books.errors import BookError
from agi.books.reader import CallReader
from agi.editions.publishing import Publisher
from agi.ops.speech import speech_is_on
from agi.services.checked import check_all
from agi.settings import Settings


def publisher(settings: Settings) -> Publisher:
    """The publisher of this installation, with the complete check."""
    model = settings.speech_model if speech_is_on(settings) else None
    return Publisher(settings, partial(check_all, settings), model)


def recorded(settings: Settings) -> Collection[int] | None:
    """The editions that call records name; None where they cannot be read."""
    try:
        with CallReader(settings.calls_db) as reader:
            return reader.editions()
    except BookError:
        return None
