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
from agi.tomlfile import Problem

LISTS = Path(__file__).resolve().parents[2] / "data" / "words"
"""One file a list, `NAME.toml`: value = ["way to say it", …]; used as grammar "list:NAME"."""


def standard(
    language: Language = INDONESIAN, spoken: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None
) -> tuple[Grammar, ...]:
    """Yes and no, digits, NIK, date, number, repair, every list of words, and every question of a menu.

    `spoken`: the menu's name of a question -> key -> ways to say it. Raises LexiconError.
    """
    fixed = (
        YesNo(language=language),
        DigitsGrammar(1, 64, language=language),
        Nik(lambda _: NikStanding.INVALID, language=language),  # for building only: the graph accepts any digits
        Date(language=language),
        Number(language=language),
        NikRepair(language=language),
    )
    menu = (ChoiceGrammar(name, words, language=language) for name, words in sorted((spoken or {}).items()))
    return (*fixed, *lists(language), *menu)


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
