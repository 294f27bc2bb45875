"""What the checker of menu and prompts finds: stable codes, so that a finding can be looked up and silenced.

M… is about menu.toml, T… about the texts, R… about recordings. Findings of the T and R kinds that need the voice
(is it speakable? is it audio?) are made by the floors above and handed in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

CODES = {
    "M001": "the file is missing or is not valid TOML",
    "M002": "a field has the wrong type",
    "M003": "unknown field",
    "M004": "a key is given twice in one menu",
    "M005": "a reserved key (0, 9, *, #) is used as an option",
    "M006": "a node is neither menu, service nor information, or is two of them",
    "M007": "the start is missing or is not a node",
    "M008": "an option leads to a node that does not exist",
    "M009": "more than 4 options in one menu",
    "M010": "the keys of the options have a gap or do not begin at 1",
    "M011": "an option is not mentioned in the menu's prompt",
    "M012": "a menu without prompt",
    "M013": "unknown service",
    "M014": "the give-up target does not exist",
    "M015": "giving up leads round in a circle: a silent caller would never leave it",
    "M016": "a node that no caller can reach",
    "M017": "a time-out or a number of tries is out of bounds",
    "M018": "the menu's prompt mentions a key that is no option",
    "M019": "a menu that leads round and round, to no service and no information",
    "M020": "words for an option that does not exist",
    "M021": "the same words for two options of one question",
    "M022": "words that cannot be heard: none at all, or other characters than letters",
    "M023": "an option without words: it can be pressed, not said",
    "M024": "a word that means the same on every question (ulangi, kembali, petugas, bantuan) as an option",
    "M025": "words for a question that nobody asks",
    "M026": "words that sound like those of another option",
    "M027": "the lists of words (data/words) cannot be read",
    "T001": "a prompt that does not exist",
    "T002": "a place that is needed is missing from the text",
    "T003": "a place that nobody fills",
    "T004": "a place of the wrong kind",
    "T005": "a prompt that is never used",
    "T006": "a text missing in this language: the Indonesian one is said instead",
    "T007": "a text that cannot be spoken",
    "T008": "the texts cannot be read",
    "T009": "a text that takes too long to say",
    "T010": "an Indonesian text without Indonesian words",
    "T011": "a lexicon without sounds: words are heard by their spelling alone",
    "R001": "a recording that is no audio, cut off, silent, too loud or too long",
    "R002": "a recording that belongs to no prompt",
}
"""Code -> what it means. Codes are never given a second meaning."""

WARNINGS = frozenset({"M010", "M016", "M018", "M019", "M023", "M026", "T005", "T006", "T010", "T011", "R002"})
"""Codes that do not keep the hotline from being served."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where, and what to do about it. `line` counts from 1; 0 means the whole file."""

    code: str
    path: Path
    line: int
    message: str

    @property
    def is_error(self) -> bool:
        """Whether nothing may be served while this stands."""
        return self.code not in WARNINGS

    def __str__(self) -> str:
        kind = "kesalahan" if self.is_error else "peringatan"
        return f"{self.path}:{self.line}: {self.code} {kind}: {self.message}"


def likely(name: str, known: Iterable[str]) -> str:
    """Which of the `known` names an admin meant who wrote `name`, as the end of a message; "" where none is near."""
    near = get_close_matches(name, list(known), 1)
    return f"maksud Anda {near[0]!r}?" if near else ""
