"""Finding the numbers of a message: in one piece or in groups, never joined from what does not belong together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agi.books.numbers import nik_fault
from agi.languages.id.messages import NUMBER_NAMES
from agi.text.cleaned import Number

NIK_DIGITS = 16
_LONGEST_GROUP = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A number of the wanted length, the word before it, and where it stands among all numbers."""

    digits: str
    after: str
    start: int
    end: int


def of_length(numbers: Sequence[Number], length: int) -> tuple[Found, ...]:
    """All numbers of `length` digits in `numbers`, in order: whole ones, and such as are written in groups."""
    found = []
    for start, end in _runs(numbers):
        whole = [
            Found(numbers[at].digits, numbers[at].after, at, at + 1)
            for at in range(start, end)
            if len(numbers[at].digits) == length
        ]
        found += whole or _in_groups(numbers, start, end, length)
    return tuple(found)


def longest(numbers: Sequence[Number]) -> int:
    """Digits of the longest number, with its groups joined."""
    lengths = (len(one.digits) for one in numbers)
    groups = (
        sum(len(one.digits) for one in numbers[start:end])
        for start, end in _runs(numbers)
        if all(len(one.digits) <= _LONGEST_GROUP for one in numbers[start:end])
    )
    return max((*lengths, *groups), default=0)


def named(one: Found, kind: str) -> bool:
    """Whether the word before says that it is such a number."""
    return one.after in NUMBER_NAMES[kind]


def _runs(numbers: Sequence[Number]) -> Iterator[tuple[int, int]]:
    """Numbers between which nothing but blanks, dots and hyphens stands."""
    starts = [at for at, one in enumerate(numbers) if one.parted]
    yield from pairwise([*starts, len(numbers)])


def _in_groups(numbers: Sequence[Number], start: int, end: int, length: int) -> list[Found]:
    """The number that a run holds in groups; none where it could be more than one.

    Several in a row (a NIK, then the KK number or its end) follow one another without a gap.
    """
    windows = [
        Found("".join(one.digits for one in numbers[first:last]), numbers[first].after, first, last)
        for first in range(start, end)
        for last in range(first + 2, end + 1)
        if all(len(one.digits) <= _LONGEST_GROUP for one in numbers[first:last])
        and sum(len(one.digits) for one in numbers[first:last]) == length
    ]
    chain, at = [], start
    while following := next((one for one in windows if one.start == at), None):
        chain.append(following)
        at = following.end
    if at == end or not windows:
        return chain
    if length != NIK_DIGITS:
        return chain[:1] or (windows if len(windows) == 1 else [])
    plausible = [one for one in windows if nik_fault(one.digits) is None]
    return plausible if len(plausible) == 1 else (windows if len(windows) == 1 else [])
