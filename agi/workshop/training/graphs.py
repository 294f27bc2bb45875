"""Phone graphs for LF-MMI: the phones an utterance's words allow, and the phone bigram of everything."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from agi.speech.phones import NOISE, PHONES, SILENCE
from agi.speech.pronunciation import Pronunciations
from agi.workshop.training.mmi import Graph

_NUMBER = {phone: number for number, phone in enumerate(PHONES)}
_EITHER = 0.5  # silence between two words, or none
_SMOOTHING, _SMOOTHING_NOISE = 0.05, 0.01


@dataclass
class _Builder:
    """States and arcs while a graph grows; `START` stands for the beginning."""

    phones: list[int] = field(default_factory=list)
    arcs: list[tuple[int, int, float]] = field(default_factory=list)

    def add(self, phone: str, sources: Iterable[tuple[int, float]]) -> int:
        """A new state for `phone`, entered from `sources`."""
        self.phones.append(_NUMBER[phone])
        state = len(self.phones) - 1
        self.arcs += [(source, state, chance) for source, chance in sources]
        return state


_START = -1
_Ends = list[tuple[int, float]]


def numerator(words: Sequence[str], pronunciations: Pronunciations) -> Graph:
    """Every way to say `words`: all pronunciations, silence or none between words and at the ends.

    Without words it is silence alone: noise and other people's talk are to be heard as that.
    """
    made = _Builder()
    ends: _Ends = [(_START, 1.0)]
    ends = _maybe_silence(made, ends) if words else [(made.add(SILENCE, ends), 1.0)]
    for word in words:
        after: _Ends = []
        for spoken in pronunciations.weighted(word):
            after.append((_word(made, spoken.phones, ends), math.exp(-spoken.cost)))
        ends = _maybe_silence(made, after)
    size = len(made.phones)
    graph = Graph(np.array(made.phones), np.zeros((size, size)), np.zeros(size), np.zeros(size))
    for source, target, chance in made.arcs:
        if source == _START:
            graph.initial[target] += chance
        else:
            graph.arcs[source, target] += chance
    for state, chance in ends:
        if state != _START:
            graph.final[state] += chance
    return graph


def _word(made: _Builder, phones: Sequence[str], ends: _Ends) -> int:
    """States for `phones` after `ends`; the last of them."""
    for phone in phones:
        ends = [(made.add(phone, ends), 1.0)]
    return ends[0][0]


def _maybe_silence(made: _Builder, ends: _Ends) -> _Ends:
    halved = [(state, chance * _EITHER) for state, chance in ends]
    return [*halved, (made.add(SILENCE, halved), 1.0)]


def denominator(texts: Iterable[Sequence[str]], pronunciations: Pronunciations) -> Graph:
    """The phone bigram of `texts`, smoothed: what any speech at all may sound like."""
    size = len(PHONES)
    arcs, initial, final = (np.full(shape, _SMOOTHING) for shape in ((size, size), (size,), (size,)))
    arcs[_NUMBER[NOISE]] = arcs[:, _NUMBER[NOISE]] = _SMOOTHING_NOISE
    for words in texts:
        graph = numerator(words, pronunciations)
        np.add.at(arcs, (graph.phones[:, None], graph.phones[None, :]), graph.arcs)
        np.add.at(initial, graph.phones, graph.initial)
        np.add.at(final, graph.phones, graph.final)
    total = arcs.sum(1) + final
    return Graph(np.arange(size), arcs / total[:, None], initial / initial.sum(), final / total)
