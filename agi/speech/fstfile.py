"""OpenFst's binary files, as far as Vosk reads them: `const` acceptors and `olabel_lookahead` transducers.

Vosk composes a graph of all words (HCLr) with the grammar of one question while it decodes, and looks ahead which
words a path can still give. What can be seen from each state stands in the file as intervals of word numbers. OpenFst's
own tools renumber the words so that few intervals are needed; here every state simply lists its own. The layout is
that of OpenFst 1.8 (fst.h, const-fst.h, add-on.h, label-reachable.h, interval-set.h), little-endian.
"""

import re
import struct
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Arc = tuple[int, int, int, int, float]
"""From state, to state, input label, output label, weight (negative logarithm)."""

Spans = tuple[tuple[int, int], ...]

_FST_MAGIC = 2125659606
_ADD_ON_MAGIC = 446681434
_STATE = np.dtype([("final", "<f4"), ("first", "<u4"), ("arcs", "<u4"), ("silent_in", "<u4"), ("silent_out", "<u4")])
_ARC = np.dtype([("input", "<i4"), ("output", "<i4"), ("weight", "<f4"), ("to", "<i4")])
_EXPANDED = 0x1
_NO_STATE = -1


def is_fst(path: Path) -> bool:
    """Whether `path` is there and begins as a file of OpenFst does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == struct.pack("<i", _FST_MAGIC)


@dataclass(slots=True)
class Fst:
    """A transducer being made: state 0 is where it starts."""

    arcs: list[Arc] = field(default_factory=list)
    finals: dict[int, float] = field(default_factory=dict)
    states: int = 0

    def state(self) -> int:
        """A new state."""
        self.states += 1
        return self.states - 1

    def arc(self, source: int, target: int, reads: int = 0, writes: int = 0, weight: float = 0.0) -> None:
        """A new arc; label 0 is epsilon."""
        self.arcs.append((source, target, reads, writes, weight))


def const(fst: Fst, *, by_output: bool = False) -> bytes:
    """`fst` as a const FST, the arcs of a state sorted by input or output label."""
    table, source = _table(fst, by_output=by_output)
    states = np.zeros(fst.states, _STATE)
    states["final"] = np.inf
    for state, weight in fst.finals.items():
        states["final"][state] = weight
    counts = np.bincount(source, minlength=fst.states)
    states["arcs"] = counts
    states["first"] = np.concatenate(([0], np.cumsum(counts)[:-1]))
    states["silent_in"] = np.bincount(source[table["input"] == 0], minlength=fst.states)
    states["silent_out"] = np.bincount(source[table["output"] == 0], minlength=fst.states)
    head = _header("const", 2, _properties(table, source), 0, fst.states, len(table))
    return head + states.tobytes() + table.tobytes()


def olabel_lookahead(fst: Fst, last_label: int) -> bytes:
    """`fst` as StdOLabelLookAheadFst; `last_label` is the highest word number there is."""
    reached = _intervals(fst, last_label + 1)
    properties = _properties(*_table(fst, by_output=True))
    parts = [_header("olabel_lookahead", 1, properties, _NO_STATE, 0, 0), struct.pack("<i", _ADD_ON_MAGIC)]
    parts.append(const(fst, by_output=True))
    # An add-on, a pair of which only the second is there: reach by output, no table of renumbering.
    parts.append(bytes((1, 0, 1, 0, 0)))
    parts.append(struct.pack("<iq", last_label + 1, len(reached)))
    for spans in reached:
        parts.append(struct.pack("<q", len(spans)))
        parts.extend(struct.pack("<ii", *span) for span in spans)
        parts.append(struct.pack("<i", sum(end - begin for begin, end in spans)))
    return b"".join(parts)


def _header(kind: str, version: int, properties: int, start: int, states: int, arcs: int) -> bytes:
    name, arc = kind.encode(), b"standard"
    return b"".join(
        (
            struct.pack("<ii", _FST_MAGIC, len(name)) + name,
            struct.pack("<i", len(arc)) + arc,
            struct.pack("<iiQqqq", version, 0, properties, start, states, arcs),
        )
    )


def _table(fst: Fst, *, by_output: bool) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """The arcs in order, and from which state each comes."""
    first, second = (3, 2) if by_output else (2, 3)
    arcs = sorted(fst.arcs, key=lambda arc: (arc[0], arc[first], arc[second], arc[1]))
    rows = [(reads, writes, weight, target) for _, target, reads, writes, weight in arcs]
    return np.array(rows, _ARC), np.array([arc[0] for arc in arcs], np.int64)


# Bits of OpenFst's fst/properties.h, in pairs of "is" and "is not".
_ACCEPTOR, _TRANSDUCER = 1 << 16, 1 << 17
_IN_SORTED, _NOT_IN_SORTED = 1 << 28, 1 << 29
_OUT_SORTED, _NOT_OUT_SORTED = 1 << 30, 1 << 31


def _properties(table: NDArray[np.void], source: NDArray[np.int64]) -> int:
    def sorted_by(label: str) -> bool:
        same = source[1:] == source[:-1]
        return bool(np.all(table[label][1:][same] >= table[label][:-1][same]))

    bits = _EXPANDED
    bits |= _ACCEPTOR if bool(np.all(table["input"] == table["output"])) else _TRANSDUCER
    bits |= _IN_SORTED if sorted_by("input") else _NOT_IN_SORTED
    return bits | (_OUT_SORTED if sorted_by("output") else _NOT_OUT_SORTED)


def _intervals(fst: Fst, final_label: int) -> list[Spans]:
    """For each state the word labels that may come next, and `final_label` where the end may.

    A set of labels is a whole number with a bit for each.
    """
    before: list[list[int]] = [[] for _ in range(fst.states)]
    reached = [0] * fst.states
    for source, target, _, writes, _ in fst.arcs:
        if writes:
            reached[source] |= 1 << writes
        else:
            before[target].append(source)
    for state in fst.finals:
        reached[state] |= 1 << final_label
    changed = list(range(fst.states))
    while changed:
        state = changed.pop()
        for source in before[state]:
            if reached[state] & ~reached[source]:
                reached[source] |= reached[state]
                changed.append(source)
    spans = cache(_spans)
    return [spans(labels) for labels in reached]


def _spans(labels: int) -> Spans:
    """The bits of `labels` as half-open intervals in ascending order."""
    return tuple(found.span() for found in re.finditer("1+", f"{labels:b}"[::-1]))
