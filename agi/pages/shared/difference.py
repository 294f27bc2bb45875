"""Two sentences side by side: which words were added, and which removed."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Bit:
    """Words that follow each other; `kind`: "same", "ins" or "del"."""

    kind: str
    words: str


def bits(before: str, after: str) -> tuple[Bit, ...]:
    """`after`, with what `before` had besides."""
    return tuple(_bits(before.split(), after.split()))


def _bits(old: list[str], new: list[str]) -> Iterator[Bit]:
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield Bit("same", " ".join(new[c:d]))
            continue
        if b > a:
            yield Bit("del", " ".join(old[a:b]))
        if d > c:
            yield Bit("ins", " ".join(new[c:d]))
