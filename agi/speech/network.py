"""The network of words of a piece of language: states and arcs, from which the graph is made."""

from dataclasses import dataclass, field
from itertools import pairwise

from agi.languages.pieces import UNKNOWN, Alt, Anything, Loop, Opt, Piece, Seq

UNKNOWN_ELSEWHERE = ("<unk>", "<UNK>")
"""What models of others may call UNKNOWN."""


@dataclass(frozen=True, slots=True)
class WordArc:
    """One word (or UNKNOWN) between two states; an empty word is a way without one."""

    source: int
    target: int
    word: str
    cost: float


@dataclass(slots=True)
class Network:
    """States and words of one grammar. State 0 is the start, state 1 the end."""

    arcs: list[WordArc] = field(default_factory=list)
    states: int = 2

    def state(self) -> int:
        """A new state."""
        self.states += 1
        return self.states - 1

    def arc(self, source: int, target: int, word: str, cost: float = 0.0) -> None:
        """A new arc."""
        self.arcs.append(WordArc(source, target, word, cost))

    @property
    def words(self) -> tuple[str, ...]:
        """All words in alphabetical order; UNKNOWN last."""
        found = {arc.word for arc in self.arcs if arc.word}
        return (*sorted(found - {UNKNOWN}), *(found & {UNKNOWN}))


def spell(piece: Piece) -> Network:
    """The network that accepts exactly what `piece` says."""
    network = Network()
    _spell(network, piece, 0, 1)
    return network


def accepts(network: Network, words: tuple[str, ...]) -> bool:
    """Whether `words`, all of them, are a way through `network`."""
    here = _reached(network, {0})
    for word in words:
        here = _reached(network, {arc.target for arc in network.arcs if arc.source in here and arc.word == word})
    return 1 in here


def _reached(network: Network, states: set[int]) -> set[int]:
    """`states`, and where one comes from them without a word."""
    ahead = states
    while ahead:
        ahead = {arc.target for arc in network.arcs if arc.source in ahead and not arc.word} - states
        states = states | ahead
    return states


def _spell(network: Network, piece: Piece, source: int, target: int) -> None:
    match piece:
        case str():
            _tree(network, [tuple(piece.split())], source, target)
        case Seq():
            states = [source, *(network.state() for _ in piece.pieces[1:]), target]
            for part, (begin, end) in zip(piece.pieces, pairwise(states), strict=True):
                _spell(network, part, begin, end)
        case Alt():
            _choice(network, piece, source, target)
        case Opt():
            inner = network.state()
            network.arc(source, inner, "", piece.cost)
            _spell(network, piece.piece, inner, target)
            network.arc(source, target, "")
        case Loop():
            begin, end = network.state(), network.state()
            network.arc(source, begin, "")
            _spell(network, piece.piece, begin, end)
            network.arc(end, begin, "")
            network.arc(end, target, "")
        case Anything():
            network.arc(source, target, UNKNOWN)


def _choice(network: Network, choice: Alt, source: int, target: int) -> None:
    """Texts that begin alike share their beginning: a list of 500 regions stays small."""
    if choice.cost:
        inner = network.state()
        network.arc(source, inner, "", choice.cost)
        source = inner
    _tree(network, sorted({tuple(one.split()) for one in choice.pieces if isinstance(one, str)}), source, target)
    for one in choice.pieces:
        if not isinstance(one, str):
            inner = network.state()
            network.arc(source, inner, "")
            _spell(network, one, inner, target)


def _tree(network: Network, texts: list[tuple[str, ...]], source: int, target: int) -> None:
    for first in dict.fromkeys(text[0] for text in texts if text):
        rests = [text[1:] for text in texts if text and text[0] == first]
        if () in rests:
            network.arc(source, target, first)
        longer = [rest for rest in rests if rest]
        if longer:
            inner = network.state()
            network.arc(source, inner, first)
            _tree(network, longer, inner, target)
    if () in texts:
        network.arc(source, target, "")
