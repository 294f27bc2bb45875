"""The text service with the words of the edition that is published now."""

import threading

from agi.books.ports import Halves
from agi.dialogue.menu import Menu
from agi.editions.store import Editions
from agi.languages import named
from agi.office.office import Office
from agi.settings import Settings
from agi.text.service import TextService
from agi.voice.texts import Texts


class CurrentService:
    """Gives the service of now, loaded anew once another edition is published; any thread may ask."""

    def __init__(self, settings: Settings, office: Office, halves: Halves) -> None:
        self._settings = settings
        self._office = office
        self._halves = halves
        self._editions = Editions(settings.editions_folder)
        self._lock = threading.Lock()
        self._loaded: tuple[int, TextService] | None = None

    def __call__(self) -> TextService:
        """Raises NoEdition, MenuError, TextsError where there is nothing that could be said."""
        number = self._editions.current_number()
        with self._lock:
            if self._loaded is None or self._loaded[0] != number:
                self._loaded = number, self._load(number)
            return self._loaded[1]

    def _load(self, number: int) -> TextService:
        edition = self._editions.edition(number)
        texts = Texts.load(edition.prompts, self._settings.office.language)
        menu = Menu.load(edition.prompts / "menu.toml", named(texts.language))
        return TextService(self._office, menu, texts, self._halves, number)
