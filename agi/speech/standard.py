"""The grammars of every installation, and the lists of `data/words`."""

from collections.abc import Mapping
from pathlib import Path

from agi import tomlfile
from agi.languages import INDONESIAN
from agi.languages.language import Language
from agi.languages.lexicon import LexiconError
from agi.speech.grammar import (
    ChoiceGrammar,
    Date,
    DigitsGrammar,
    Grammar,
    Nik,
    NikRepair,
    NikStanding,
    Number,
    OneOf,
    YesNo,
)
from agi.speech.intents import INTENTS, Intents
from agi.tomlfile import Problem

LISTS = Path(__file__).resolve().parents[2] / "data" / "words"
"""One file a list, `NAME.toml`: value = ["way to say it", …]; used as grammar "list:NAME"."""


Ways = Mapping[str, Mapping[str, tuple[str, ...]]]
"""A menu's name of a question -> key -> ways to say it; "intents" -> place -> patterns."""

Leads = Mapping[str, Mapping[str, str]]
"""The questions beside whose words wishes may be said -> key -> place."""


def standard(
    language: Language = INDONESIAN, spoken: Ways | None = None, leads: Leads | None = None
) -> tuple[Grammar, ...]:
    """Yes and no, digits, NIK, date, number, repair, every list of words, and all that is `of_menu`.

    Raises LexiconError.
    """
    fixed = (
        YesNo(language=language),
        DigitsGrammar(1, 64, language=language),
        Nik(lambda _: NikStanding.INVALID, language=language),  # for building only: the graph accepts any digits
        Date(language=language),
        Number(language=language),
        NikRepair(language=language),
    )
    return (*fixed, *lists(language), *of_menu(spoken or {}, leads or {}, language))


def of_menu(spoken: Ways, leads: Leads, language: Language) -> tuple[Grammar, ...]:
    """What may be said on every question of a menu, and the wishes that may be said beside them."""
    places = spoken.get(INTENTS)
    wishes = Intents(places, _above(leads), language=language) if places else None
    menus = (
        ChoiceGrammar(
            name,
            words,
            language=language,
            beside=wishes if name in leads else None,
            leads=leads.get(name, {}),
        )
        for name, words in sorted(spoken.items())
        if name != INTENTS
    )
    return (*menus, wishes) if wishes else tuple(menus)


def _above(leads: Leads) -> dict[str, frozenset[str]]:
    """The menus on the ways to each place."""
    parents: dict[str, set[str]] = {}
    for name, options in leads.items():
        for place in options.values():
            parents.setdefault(place, set()).add(name.removeprefix("menu:"))
    found: dict[str, frozenset[str]] = {}
    for place in parents:
        above: set[str] = set()
        ahead = {place}
        while ahead:
            ahead = {menu for one in ahead for menu in parents.get(one, ())} - above
            above |= ahead
        found[place] = frozenset(above - {place})
    return found


def lists(language: Language = INDONESIAN) -> tuple[OneOf, ...]:
    """The lists in data/words. Raises LexiconError."""
    return tuple(OneOf(f"list:{path.stem}", _list(path), language=language) for path in sorted(LISTS.glob("*.toml")))


def _list(path: Path) -> dict[str, tuple[str, ...]]:
    try:
        table = tomlfile.read(path).tables
    except tomlfile.TomlError as error:
        raise LexiconError([Problem(path, error.line, error.message)]) from None
    for value, ways in table.items():
        if not isinstance(ways, list) or not ways or not all(isinstance(way, str) and way for way in ways):
            wanted = f'{value} needs a list of ways to say it, such as ["kartu keluarga", "kk"]'
            raise LexiconError([Problem(path, 0, wanted)])
    return {value: tuple(" ".join(way.lower().split()) for way in ways) for value, ways in table.items()}
