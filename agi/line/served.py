"""The editions that calls hear: a call takes one when it begins and keeps it; the newest is loaded when it appears."""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

import structlog

from agi.dialogue import confirm
from agi.dialogue.menu import Menu, MenuError
from agi.dialogue.question import Prompt
from agi.editions.schedule import Schedule
from agi.editions.store import Editions, Held, NoEdition, name_of, number_of
from agi.errors import HotlineError
from agi.languages import named
from agi.settings import Settings
from agi.voice.clips import Clips
from agi.voice.errors import TextsError, VoiceError
from agi.voice.texts import Texts

_LOOK_S = 0.2
"""How often a new edition is looked for: a link is read, in some 10 µs."""
_RETRY_S = 10.0
"""After which a publication that was planned and failed is tried again."""
_AHEAD_S = 30.0
"""How often it is looked whether all that is known ahead has been spoken: 0.1 ms a value where it has."""
_LOADED = 3
"""Editions kept in memory: one more is loaded in a third of a second for a call that comes back from the queue."""

_EDITION = re.compile(r"editions/((?:\.tried-)?[0-9]{1,11})/sounds")

_log = structlog.get_logger("line")


class NotReady(HotlineError):
    """The line cannot serve calls, or not this edition; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Served:
    """One edition as calls use it; it stays on the disk as long as this object lives."""

    number: int
    menu: Menu
    clips: Clips
    held: Held

    @property
    def language(self) -> str:
        """Asterisk's language of a call with this edition: where the sounds are that it plays by itself."""
        return f"editions/{name_of(self.number)}/sounds"


class ServedEditions:
    """Gives each call its edition; thread-safe. Raises `NotReady` where nothing can be served at the start."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._editions = Editions(settings.editions_folder)
        self._schedule = Schedule(self._editions)
        self._loaded: OrderedDict[int, Served] = OrderedDict()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._again = 0.0
        self._current = self._load(self._editions.current_number())

    def current(self) -> Served:
        """What a call that begins now hears."""
        return self._current

    def again(self, language: str) -> Served:
        """The edition of a call that comes back with this language of Asterisk's; the current one if that is gone."""
        if not (found := _EDITION.fullmatch(language)):
            return self._current
        number = number_of(found[1])
        if loaded := self._loaded.get(number):  # without waiting for another one that is being loaded
            return loaded
        try:
            return self._load(number)
        except NotReady:
            return self._current

    def tried(self, number: int) -> Served:
        """A draft that is tried, by its negative number: no other call hears it. Raises `NotReady`."""
        return self._load(number)

    def follow(self) -> None:
        """From now on take every new edition as soon as it is published, and publish what is planned for a time."""
        threading.Thread(target=self._follow, name="editions", daemon=True).start()

    def warm(self) -> None:
        """Start a speaking process now, so that the first value on a call does not wait for it."""
        self._current.clips.warm()

    def speak_ahead(self, known: Callable[[], Iterable[Prompt]]) -> None:
        """From now on have values of prompts spoken before a call needs them, where that takes a caller's time.

        These are the options of the menu that are read back, and what is `known` besides, which is asked for again and
        again; it may raise HotlineError.
        """
        if self._current.clips.engine.slow:
            threading.Thread(target=self._speak_ahead, args=(known,), name="ahead", daemon=True).start()

    def close(self) -> None:
        """End the speaking processes."""
        self._stop.set()
        self._current.clips.close()

    def _follow(self) -> None:
        refused = 0
        while not self._stop.wait(_LOOK_S):
            self._publish_due()
            number = self._editions.current_number()
            if number in (self._current.number, refused):
                continue
            try:
                self._current = self._load(number)
            except NotReady as wrong:  # calls go on with the one before
                refused = number
                _log.error("edition.not_served", edition=number, why=str(wrong))
            else:
                _log.info("edition.served", edition=number)

    def _publish_due(self) -> None:
        if monotonic() < self._again:
            return
        try:
            self._schedule.publish_due(datetime.now(UTC))
        except (OSError, HotlineError) as error:  # a full disk: what was planned stays, and callers hear the one before
            self._again = monotonic() + _RETRY_S
            _log.error("schedule.not_published", why=type(error).__name__)

    def _speak_ahead(self, known: Callable[[], Iterable[Prompt]]) -> None:
        wait_s = 0.0
        while not self._stop.wait(wait_s):
            wait_s = _AHEAD_S
            served = self._current
            with suppress(HotlineError), served.clips.behind_calls() as clips:
                for prompt in (*confirm.readbacks(served.menu.spoken), *known()):
                    if self._stop.is_set():
                        return
                    with suppress(VoiceError, OSError):  # a call leaves it out, and says so
                        clips.clips(prompt.key, prompt.places)

    def _load(self, number: int) -> Served:
        with self._lock:
            if number in self._loaded:
                self._loaded.move_to_end(number)
                return self._loaded[number]
            like = next(reversed(self._loaded.values()), None)
            try:
                held = self._editions.held(number)
                served = _served(self._settings, held, like.clips if like else None)
            except NoEdition:
                raise NotReady("Nothing is published yet: ./hotline up") from None
            except (MenuError, TextsError) as wrong:
                raise NotReady(f"The edition {number} can't be read: ./hotline up\n{wrong}") from wrong
            self._loaded[number] = served
            if len(self._loaded) > _LOADED:
                self._loaded.popitem(last=False)
            return served


def _served(settings: Settings, held: Held, like: Clips | None) -> Served:
    """Raises MenuError, TextsError."""
    edition = held.edition
    texts = Texts.load(edition.prompts, settings.office.language)
    clips = Clips(texts, settings.voice, edition.prompts, settings.var, edition.sounds, like)
    menu = Menu.load(edition.prompts / "menu.toml", named(texts.language))
    return Served(edition.number, menu, clips, held)
