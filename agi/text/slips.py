"""Words with a slip of the finger: a letter too many, missing, another, or two swapped."""

from collections.abc import Mapping
from functools import lru_cache

_FROM, _TWO_FROM = 4, 8
"""Letters from which a word is taken with one slip, and with two. Of shorter ones the slips are listed."""


def meant(word: str, names: Mapping[str, tuple[str, ...]]) -> str:
    """The name whose word is `word`, or nearest to it within a slip; "" for none and for two as near."""
    for name, ways in names.items():
        if word in ways:
            return name
    near = sorted(
        (min(found), name)
        for name, ways in names.items()
        if (found := [slips(word, way) for way in ways if _alike(word, way)])
    )
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return ""
    return near[0][1]


def _alike(word: str, way: str) -> bool:
    allowed = 2 if len(way) >= _TWO_FROM else 1
    return min(len(word), len(way)) >= _FROM and abs(len(word) - len(way)) <= allowed and slips(word, way) <= allowed


@lru_cache(maxsize=50_000)
def slips(one: str, other: str) -> int:
    """How many slips lie between two words (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        above, before_above = row, before
        row = [at]
        for column, wanted in enumerate(other, 1):
            cost = min(above[column] + 1, row[-1] + 1, above[column - 1] + (letter != wanted))
            swapped = at > 1 and column > 1 and letter == other[column - 2] and one[at - 2] == wanted
            row.append(min(cost, before_above[column - 2] + 1) if swapped else cost)
        before = above
    return row[-1]
