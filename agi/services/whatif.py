"""The last calls, had again with the working copy in place of what callers heard in them."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from agi.books.reader import CallReader
from agi.dialogue.menu import Menu, MenuError
from agi.dialogue.menufile import read
from agi.dialogue.titles import titles
from agi.editions.replayed import Version
from agi.editions.store import Editions, NoEdition
from agi.editions.whatif import Count, WhatIf
from agi.languages import named
from agi.settings import Settings
from agi.voice.clips import Clips
from agi.voice.errors import TextsError
from agi.voice.lengths import lengths
from agi.voice.texts import Texts

CALLS = 1000
"""How many of the last calls are had again, unless somebody wants another number."""

Progress = Callable[[int, int], None]


def what_if(settings: Settings, calls: int = CALLS, progress: Progress | None = None) -> WhatIf:
    """What the last `calls` that are over would meet in the working copy; `progress` is told how many are done.

    Nothing is spoken or changed. Raises MenuError and TextsError (the working copy can't be read), BookError.
    """
    editions = Editions(settings.editions_folder)
    known: dict[int, Version | None] = {}
    with ExitStack() as open_things, CallReader(settings.calls_db) as reader:

        def heard(number: int) -> Version | None:
            """What callers of that edition met, which is kept from removal meanwhile."""
            if number not in known:
                try:
                    held = editions.held(number)
                    open_things.callback(held.close)
                    known[number] = _version(settings, held.edition.prompts, held.edition.sounds)[0]
                except (NoEdition, MenuError, TextsError):  # of an earlier program, or removed
                    known[number] = None
            return known[number]

        now, guessed = _version(settings, settings.prompts)
        count = Count(now, settings.dialogue.tries)
        over = [call for call in reader.calls(calls) if call.outcome is not None and not call.tries_draft]
        for nth, call in enumerate(over, 1):
            count.add(call.id, call.edition, reader.events(call.id), heard(call.edition) if call.edition else None)
            if progress:
                progress(nth, len(over))
    return count.result(guessed)


def _version(settings: Settings, prompts: Path, sounds: Path | None = None) -> tuple[Version, int]:
    """What stands in `prompts`, and of how many sentences the length is reckoned."""
    menu = Menu.load(prompts / "menu.toml", named(settings.office.language))
    texts = Texts.load(prompts, settings.office.language)
    with Clips(texts, settings.voice, prompts, settings.var) as clips:
        last = lengths(clips, settings.voice.words_per_minute, sounds)
    named_so = titles(read(prompts / "menu.toml"))
    return Version(menu, named_so, {key: text.raw for key, text in texts.items()}, last.seconds), last.guessed
