"""The grammars of every installation, and the lists of `data/words`."""

from collections.abc import Mapping
from pathlib import Path

from agi import tomlfile
from agi.languages import INDONESIAN
from agi.languages.language import Language
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

LISTS = Path(__file__).resolve().parents[2] / "data" / "words"
"""One file a list, `NAME.toml`: value = ["way to say it", …]; used as grammar "list:NAME"."""


class WordsError(Exception):
    """A list of words cannot be read; the message names the file."""


def standard(language: Language = INDONESIAN) -> tuple[Grammar, ...]:
    """Yes and no, digits, NIK, date, number, repair, and every list of words. Raises WordsError."""
    fixed = (
        YesNo(language=language),
        DigitsGrammar(1, 64, language=language),
        Nik(_any_standing, language=language),
        Date(language=language),
        Number(language=language),
        NikRepair(language=language),
    )
    return (*fixed, *lists(language=language))


def lists(folder: Path | None = None, language: Language = INDONESIAN) -> tuple[OneOf, ...]:
    """The lists in `folder` (data/words). Raises WordsError."""
    paths = sorted((folder or LISTS).glob("*.toml"))
    return tuple(OneOf(f"list:{path.stem}", _list(path), language=language) for path in paths)


def options(
    spoken: Mapping[str, Mapping[str, tuple[str, ...]]], language: Language = INDONESIAN
) -> tuple[ChoiceGrammar, ...]:
    """A grammar for every question of a menu: name -> key -> ways to say it."""
    return tuple(ChoiceGrammar(name, words, language=language) for name, words in sorted(spoken.items()))


def _list(path: Path) -> dict[str, tuple[str, ...]]:
    try:
        table = tomlfile.read(path).tables
    except tomlfile.TomlError as error:
        raise WordsError(str(error)) from error
    for value, ways in table.items():
        if not isinstance(ways, list) or not ways or not all(isinstance(way, str) and way for way in ways):
            raise WordsError(f'{path}: {value} needs a list of ways to say it, such as ["kartu keluarga", "kk"].')
    return {value: tuple(" ".join(way.lower().split()) for way in ways) for value, ways in table.items()}


def _any_standing(_digits: str) -> NikStanding:
    """For building only: the graph accepts any digits."""
    return NikStanding.INVALID
