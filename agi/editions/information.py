"""A new piece of information: a place of the menu, its sentence, and the option that leads there; all of it or none."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from tomlkit import TOMLDocument

from agi.editions import menu_edit
from agi.editions.menu_edit import Option
from agi.editions.spelling import Place, at, take_away
from agi.editions.working import Conflict, WorkingCopy
from agi.tomlfile import FilesError
from agi.voice.texts import FALLBACK

MENU, TEXTS, TABLE = "menu.toml", f"{FALLBACK}.toml", "info"


@dataclass(frozen=True, slots=True)
class Information:
    """What an admin writes: its title, the sentence that callers hear, and the words for it (none: its title)."""

    title: str
    sentence: str
    words: tuple[str, ...] = ()


def add_information(
    working: WorkingCopy, menu: str, based_on: Mapping[Place, str], fresh: Information, by: str = ""
) -> str:
    """Add `fresh` as the last option of the place `menu`; the name of its own place.

    The menu is rehearsed before the sentence is written, since no place may be without one; where somebody is faster
    all the same, the sentence is taken back. Raises Conflict, FilesError (it can't be done), OSError.
    """
    taken = {*working.read(MENU), *(at(working.read(TEXTS), (TABLE,)) or {})}
    name = menu_edit.name_of(fresh.title, taken)
    place = (TABLE, name)

    def change(document: TOMLDocument) -> None:
        if not fresh.title:
            raise ValueError("Tulis judulnya.")
        menu_edit.add_information(document, name, ".".join(place), ())
        words = fresh.words or (fresh.title,)
        menu_edit.put_options(document, menu, [*menu_edit.options(document, menu), Option(name, words)])

    working.edit(MENU, based_on, change, by, rehearse=True)
    working.set_text(".".join(place), fresh.sentence, None, by, FALLBACK)
    written = working.digest(TEXTS, *place)
    try:
        working.edit(MENU, based_on, change, by)
    except (Conflict, FilesError, OSError):
        with suppress(Conflict, FilesError, OSError):
            working.edit(TEXTS, {place: written}, lambda document: take_away(document, place), by)
        raise
    return name
