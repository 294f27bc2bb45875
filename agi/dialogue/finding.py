"""What the checker of menu and prompts finds: stable codes, so that a finding can be looked up and silenced.

M… is about menu.toml, T… about the texts, R… about recordings, F… about facts.toml, N… about the norms for dialogues.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

WARNINGS = frozenset(
    {"M010", "M016", "M018", "M019", "M023", "M026", "M028", "M030", "T005", "T006", "T010", "T011", "T012", "R002"}
)
"""Codes that do not keep the hotline from being served. No code is ever given a second meaning."""

NORM = "N"
"""How codes about norms begin: none of them keeps the hotline from being served."""


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
        return self.code not in WARNINGS and not self.code.startswith(NORM)

    def __str__(self) -> str:
        kind = "kesalahan" if self.is_error else "peringatan"
        return f"{self.path}:{self.line}: {self.code} {kind}: {self.message}"


def likely(name: str, known: Iterable[str]) -> str:
    """Which of the `known` names an admin meant who wrote `name`, as the end of a message; "" where none is near."""
    near = get_close_matches(name, list(known), 1)
    return f"maksud Anda {near[0]!r}?" if near else ""
