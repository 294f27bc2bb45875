"""`prompts/lexicon.toml`: how words are said, and heard, that are not read as they are spelt. Admins edit it."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from agi import tomlfile
from agi.tomlfile import FilesError, Problem

SAID = ("words", "letters", "symbols")
SOUNDS = "sounds"
SECTIONS = (*SAID, SOUNDS)
_SPEAKABLE = re.compile(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*")
_WORD = re.compile(r"[a-z]+")


class LexiconError(FilesError):
    """The lexicon, or a list of words, cannot be used."""


@dataclass(frozen=True)
class Lexicon:
    """`words`: an entry in small letters stands for any case, one with capitals for exactly that spelling.

    `letters`: the name of each letter a to z, for abbreviations. `symbols`: what one character is called. `sounds`: the
    sounds of words, each way they are heard; where a word has none, its entry in `words` tells how it is heard, too.
    """

    path: Path
    words: Mapping[str, str]
    letters: Mapping[str, str]
    symbols: Mapping[str, str]
    sounds: Mapping[str, tuple[tuple[str, ...], ...]]

    @classmethod
    def load(cls, path: Path, sounds: Collection[str]) -> "Lexicon":
        """Read the file, whose [sounds] are some of `sounds`.

        Raises `LexiconError` with file and line of everything that is wrong.
        """
        try:
            file = tomlfile.read(path)
        except tomlfile.TomlError as error:
            raise LexiconError([Problem(path, error.line, error.message)]) from None
        tables = {SOUNDS: {}, **file.tables}  # older lexicons have none
        problems = [
            Problem(path, file.lines.get(name, 0), message) for name, message in _problems(tables, frozenset(sounds))
        ]
        if problems:
            raise LexiconError(problems)
        heard = {word: tuple(tuple(way.split()) for way in ways) for word, ways in tables[SOUNDS].items()}
        return cls(path, tables["words"], tables["letters"], tables["symbols"], heard)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds the entries of `words` as whole words, the longest first."""
        keys = sorted(self.words, key=lambda key: (-len(key), key))
        each = (rf"(?i:{re.escape(key)})" if key == key.lower() else re.escape(key) for key in keys)
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(each) or '(?!)'})(?![^\W_])")

    def word(self, written: str) -> str | None:
        """The spoken form of one entry as it stands in a text, or None."""
        return self.words.get(written) or self.words.get(written.lower())

    def spelt(self, letters: str) -> str:
        """`letters` one by one: "KK" is "ka ka"."""
        return " ".join(self.letters.get(letter.lower(), letter.lower()) for letter in letters)

    @cached_property
    def respelt(self) -> Mapping[str, tuple[str, ...]]:
        """The words of which `words` says how they are heard, in small letters, and the words they are said as."""
        found: dict[str, tuple[str, ...]] = {}
        for written, spoken in self.words.items():
            parts = tuple(re.split(r"[ '-]", spoken.lower()))
            if all(map(_WORD.fullmatch, (written.lower(), *parts))):
                found.setdefault(written.lower(), parts)
        return found


def _problems(tables: Mapping[str, object], known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(dotted name, what is wrong with it) of everything in `tables`."""
    for section, entries in tables.items():
        if section not in SECTIONS or not isinstance(entries, dict):
            yield "", f"'{section}' bukan salah satu tabel {', '.join(SECTIONS)}"
            continue
        for key, value in entries.items():
            if section == SOUNDS:
                if wrong := _unsound(key, value, known):
                    yield f"{section}.{key}", f"'{key}': {wrong}"
            elif not isinstance(value, str) or not _SPEAKABLE.fullmatch(value):
                yield f"{section}.{key}", f"'{key}': ucapannya harus kata-kata dengan huruf, di antara tanda kutip"
    for section in SAID:
        if section not in tables:
            yield "", f"tabel [{section}] tidak ada: kembalikan dari cadangan"
    letters = tables.get("letters")
    lacking = [letter for letter in "abcdefghijklmnopqrstuvwxyz" if isinstance(letters, dict) and letter not in letters]
    if lacking:
        yield "", f"[letters] belum punya nama untuk: {', '.join(lacking)}"


def _unsound(word: str, ways: object, known: frozenset[str]) -> str:
    """What is wrong with an entry of [sounds], or ""."""
    if not _WORD.fullmatch(word):
        return "kata di [sounds] ditulis dengan huruf kecil a sampai z"
    if not isinstance(ways, list) or not ways or not all(isinstance(way, str) and way.split() for way in ways):
        return 'bunyinya harus daftar, misalnya ["s a t u"]'
    strange = sorted({sound for way in ways for sound in way.split()} - known)
    return f"{', '.join(strange)} bukan bunyi; bunyi yang ada: {' '.join(sorted(known))}" if strange else ""
