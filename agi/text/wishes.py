"""Wishes in words of one's own, as any menu of the telephone takes them; and regions by their names."""

from functools import cache

from agi.dialogue.menu import Menu
from agi.speech.intents import Intents
from agi.speech.standard import lists, of_menu

_REGIONS = "list:regions"
_LONGEST_NAME = 5
"""Words of the longest name of a region."""


def wishes_of(menu: Menu) -> Intents | None:
    """What may be wished for in the menu; None where it has no intents."""
    return next((one for one in of_menu(menu.spoken, menu.leads, menu.language) if isinstance(one, Intents)), None)


def wished(wishes: Intents | None, words: tuple[str, ...]) -> str:
    """The place of the menu that `words` mean without doubt, "" for none."""
    if wishes is None or not words:
        return ""
    known = tuple(wishes.known(words))
    places = wishes.values(known)
    return places[0] if places and not wishes.doubtful(known) else ""


def region(words: tuple[str, ...]) -> str:
    """The code of the regency or city that `words` name, the longest name first; "" for none."""
    names = _regions()
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        for at in range(len(words) - length + 1):
            if code := names.get(words[at : at + length]):
                return code
    return ""


@cache
def _regions() -> dict[tuple[str, ...], str]:
    listed = next((one.words for one in lists() if one.name == _REGIONS), {})
    return {tuple(way.split()): code for code, ways in listed.items() for way in ways}
