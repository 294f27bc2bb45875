"""OpenFst's binary files, as far as Vosk reads them: `const` acceptors and `olabel_lookahead` transducers.

Vosk composes a graph of all words (HCLr) with the grammar of one question while it decodes, and looks ahead which
words a path can still give. What can be seen from each state stands in the file as intervals of word numbers. OpenFst's
own tools renumber the words so that few intervals are needed; here every state simply lists its own. The layout is
that of OpenFst 1.8 (fst.h, const-fst.h, add-on.h, label-reachable.h, interval-set.h), little-endian.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Arc = tuple[int, int, int, int, float]
"""From state, to state, input label, output label, weight (negative logarithm)."""

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
    table = _table(fst, by_output)
    source = _sources(fst, by_output)
    states = np.zeros(fst.states, _STATE)
    states["final"] = np.inf
    for state, weight in fst.finals.items():
        states["final"][state] = weight
    counts = np.bincount(source, minlength=fst.states)
    states["arcs"] = counts
    states["first"] = np.concatenate(([0], np.cumsum(counts)[:-1]))
    states["silent_in"] = np.bincount(source[table["input"] == 0], minlength=fst.states)
    states["silent_out"] = np.bincount(source[table["output"] == 0], minlength=fst.states)
    properties = _EXPANDED | _properties(table, source)
    head = _header("const", 2, properties, 0, fst.states, len(table))
    return head + states.tobytes() + table.tobytes()


def olabel_lookahead(fst: Fst, last_label: int) -> bytes:
    """`fst` as StdOLabelLookAheadFst; `last_label` is the highest word number there is."""
    reached = _intervals(fst, last_label + 1)
    parts = [_header("olabel_lookahead", 1, _properties_of(fst), _NO_STATE, 0, 0), struct.pack("<i", _ADD_ON_MAGIC)]
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


def _order(fst: Fst, by_output: bool) -> list[Arc]:
    key = (
        (lambda arc: (arc[0], arc[3], arc[2], arc[1])) if by_output else (lambda arc: (arc[0], arc[2], arc[3], arc[1]))
    )
    return sorted(fst.arcs, key=key)


def _table(fst: Fst, by_output: bool) -> NDArray[np.void]:
    rows = [(reads, writes, weight, target) for _, target, reads, writes, weight in _order(fst, by_output)]
    return np.array(rows, _ARC)


def _sources(fst: Fst, by_output: bool) -> NDArray[np.int64]:
    return np.array([arc[0] for arc in _order(fst, by_output)], np.int64)


# Bits of OpenFst's fst/properties.h, in pairs of "is" and "is not".
_ACCEPTOR, _TRANSDUCER = 1 << 16, 1 << 17
_IN_SORTED, _NOT_IN_SORTED = 1 << 28, 1 << 29
_OUT_SORTED, _NOT_OUT_SORTED = 1 << 30, 1 << 31


def _properties(table: NDArray[np.void], source: NDArray[np.int64]) -> int:
    def sorted_by(label: str) -> bool:
        same = source[1:] == source[:-1]
        return bool(np.all(table[label][1:][same] >= table[label][:-1][same]))

    bits = _ACCEPTOR if bool(np.all(table["input"] == table["output"])) else _TRANSDUCER
    bits |= _IN_SORTED if sorted_by("input") else _NOT_IN_SORTED
    return bits | (_OUT_SORTED if sorted_by("output") else _NOT_OUT_SORTED)


def _properties_of(fst: Fst) -> int:
    return _EXPANDED | _properties(_table(fst, by_output=True), _sources(fst, by_output=True))


def _intervals(fst: Fst, final_label: int) -> list[list[tuple[int, int]]]:
    """For each state the word labels that may come next, and `final_label` where the end may."""
    silent: list[list[int]] = [[] for _ in range(fst.states)]
    own: list[set[int]] = [set() for _ in range(fst.states)]
    for source, target, _, writes, _ in fst.arcs:
        if writes:
            own[source].add(writes)
        elif source != target:
            silent[source].append(target)
    for state in fst.finals:
        own[state].add(final_label)
    return [_spans(labels) for labels in _closed(silent, own)]


def _closed(after: Sequence[Sequence[int]], own: Sequence[set[int]]) -> list[frozenset[int]]:
    """The union of `own` over all states that can be reached: Tarjan's components, last first."""
    count = len(after)
    index, low, done = [-1] * count, [0] * count, [False] * count
    result: list[frozenset[int]] = [frozenset()] * count
    known: dict[frozenset[int], frozenset[int]] = {}
    stack: list[int] = []
    clock = 0
    for root in range(count):
        if index[root] >= 0:
            continue
        work = [(root, 0)]
        while work:
            state, turn = work.pop()
            if turn == 0:
                index[state] = low[state] = clock
                clock += 1
                stack.append(state)
            if turn < len(after[state]):
                work.append((state, turn + 1))
                target = after[state][turn]
                if index[target] < 0:
                    work.append((target, 0))
                elif not done[target]:
                    low[state] = min(low[state], index[target])
                continue
            for target in after[state]:
                if not done[target]:
                    low[state] = min(low[state], low[target])
            if low[state] == index[state]:
                members = []
                while True:
                    members.append(stack.pop())
                    if members[-1] == state:
                        break
                labels: set[int] = set()
                for member in members:
                    labels |= own[member]
                    for target in after[member]:
                        labels |= result[target]
                found = frozenset(labels)
                found = known.setdefault(found, found)
                for member in members:
                    done[member] = True
                    result[member] = found
    return result


def _spans(labels: frozenset[int]) -> list[tuple[int, int]]:
    """`labels` as half-open intervals in ascending order."""
    spans: list[tuple[int, int]] = []
    for label in sorted(labels):
        if spans and spans[-1][1] == label:
            spans[-1] = (spans[-1][0], label + 1)
        else:
            spans.append((label, label + 1))
    return spans
