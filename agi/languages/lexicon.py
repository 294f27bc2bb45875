"""`prompts/lexicon.toml`: how abbreviations, letters and symbols are said. Admins edit it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from agi import tomlfile
from agi.tomlfile import Problem

SECTIONS = ("words", "letters", "symbols")
_SPEAKABLE = re.compile(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*")


class LexiconError(Exception):
    """The lexicon cannot be used; `problems` says where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Lexicon:
    """`words`: an entry in small letters stands for any case, one with capitals for exactly that spelling.

    `letters`: the name of each letter a to z, for abbreviations. `symbols`: what one character is called.
    """

    words: Mapping[str, str]
    letters: Mapping[str, str]
    symbols: Mapping[str, str]

    @classmethod
    def load(cls, path: Path) -> "Lexicon":
        """Read the file; raises `LexiconError` with file and line of everything that is wrong."""
        try:
            file = tomlfile.read(path)
        except tomlfile.TomlError as error:
            raise LexiconError([Problem(path, error.line, error.message)]) from None
        tables, lines = file.tables, file.lines
        problems: list[Problem] = []
        for section, entries in tables.items():
            if section not in SECTIONS or not isinstance(entries, dict):
                problems.append(Problem(path, 0, f"'{section}' bukan salah satu tabel {', '.join(SECTIONS)}"))
                continue
            problems += [
                Problem(
                    path,
                    lines.get(f"{section}.{key}", 0),
                    f"'{key}': ucapannya harus kata-kata dengan huruf, di antara tanda kutip",
                )
                for key, value in entries.items()
                if not isinstance(value, str) or not _SPEAKABLE.fullmatch(value)
            ]
        for section in SECTIONS:
            if section not in tables:
                problems.append(Problem(path, 0, f"tabel [{section}] tidak ada: kembalikan dari cadangan"))
        if not problems and (lacking := [c for c in "abcdefghijklmnopqrstuvwxyz" if c not in tables["letters"]]):
            problems.append(Problem(path, 0, f"[letters] belum punya nama untuk: {', '.join(lacking)}"))
        if problems:
            raise LexiconError(problems)
        return cls(tables["words"], tables["letters"], tables["symbols"])

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
