"""What a tester's own call is at: the place in the menu, what is said, what may be answered, and what was until now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from starlette.requests import HTTPConnection

from agi.books.contacts import Contact
from agi.books.errors import CallNotFound
from agi.books.events import Asked, Event, Noted
from agi.books.moments import Moment, Moments
from agi.books.reader import CallReader
from agi.dialogue.menu import Menu
from agi.dialogue.menufile import read
from agi.dialogue.question import Result
from agi.dialogue.titles import titles
from agi.editions.store import NoEdition
from agi.languages import named
from agi.ops.places import moments_folder
from agi.pages.shared.heard import Heard, heard
from agi.pages.shared.site import site
from agi.pages.supervisor import words
from agi.pages.supervisor.call import Sentence, Step, sentence, steps
from agi.pages.tester.trial import Choice, choices, commands
from agi.voice.clips import Clips


@dataclass(frozen=True, slots=True)
class Seen:
    """A call as its tester sees it. `place`: titles from the menu's first node on; `digits`: of a number asked for."""

    place: tuple[str, ...]
    said: tuple[Sentence, ...]
    choices: tuple[Choice, ...]
    commands: tuple[Choice, ...]
    digits: int
    steps: tuple[Step, ...]
    outcome: str
    call: str


@dataclass(frozen=True, slots=True)
class _Edition:
    """What a call hears."""

    clips: Clips | None
    menu: Menu | None
    titles: dict[str, str]


class Watched:
    """The newest call from one page. For one thread at a time."""

    def __init__(self, heard: Heard, moments: Moments, page: str) -> None:
        self._heard = heard
        self._moments = moments
        self._page = page
        self._reader = CallReader(heard.settings.calls_db)
        self._moment: Moment | None = None
        self._contact: Contact | None = None
        self._events: tuple[Event, ...] = ()
        self._edition = _Edition(None, None, {})

    @classmethod
    def of(cls, connection: HTTPConnection, page: str) -> Self:
        """That of `page`."""
        return cls(heard(connection), Moments(moments_folder(site(connection).settings.var)), page)

    def close(self) -> None:
        """Let go of the records."""
        self._reader.close()

    def has_changed(self) -> bool:
        """Look; whether there is anything new to see."""
        before = self._moment, self._contact, self._events
        self._moment = self._moments.of(self._page)
        begun = self._moment is not None and (self._contact is None or self._contact.id != self._moment.call)
        call = self._moment.call if self._moment else self._contact.id if self._contact else ""
        if call:
            try:
                self._contact, self._events = self._reader.call(call), self._reader.events(call)
            except CallNotFound:  # not written yet
                self._contact, self._events = None, ()
        if begun and self._moment:
            self._edition = self._of(self._moment.edition)
        return before != (self._moment, self._contact, self._events)

    def seen(self) -> Seen:
        """As it stands."""
        now, edition = self._moment, self._edition
        menu = edition.menu
        asks = now is not None and bool(now.question)
        return Seen(
            place=self._place(),
            said=tuple(sentence(one, 0, edition.clips) for one in (now.said if now else ())),
            choices=choices(menu, now.grammar, now.keys) if now and menu else (),
            commands=commands(now.digits > 0) if now and asks else (),
            digits=now.digits if now else 0,
            steps=tuple(self._steps()),
            outcome="" if self._contact is None or now else words.OUTCOMES[self._contact.outcome],
            call=self._contact.id if self._contact else "",
        )

    def _steps(self) -> Sequence[Step]:
        """What was until now, the newest first."""
        if self._contact is None:
            return ()
        told = [one for one in self._events if not (isinstance(one, Noted) and one.kind in words.TECHNICAL)]
        return tuple(steps(self._contact, tuple(told), self._edition.clips))[::-1]

    def _place(self) -> tuple[str, ...]:
        """The way through the menu to where the call is."""
        menu, question = self._edition.menu, self._moment.question if self._moment else ""
        if menu is None:
            return ()
        at = question if question in menu.nodes else self._chosen(menu)
        return tuple(self._edition.titles[name] for name in menu.way_to(at))

    def _chosen(self, menu: Menu) -> str:
        """The node to which the last choice in a menu has led."""
        for event in reversed(self._events):
            node = menu.nodes.get(event.question) if isinstance(event, Asked) else None
            if node and isinstance(event, Asked) and event.answer.result == Result.MATCH:
                wished = event.answer.value
                return node.options.get(wished, wished if wished in menu.nodes else node.name)
        return menu.start

    def _of(self, number: int) -> _Edition:
        settings = self._heard.settings
        clips = self._heard.of(number)
        try:
            held = self._heard.editions.held(number)
        except NoEdition:
            return _Edition(clips, None, {})
        path = held.edition.prompts / "menu.toml"
        return _Edition(clips, Menu.load(path, named(settings.office.language)), dict(titles(read(path))))
