"""What may be said on a question, as a network of words: made of small pieces that nest.

A piece is a text of one or several words, or one of the classes below. `spell` turns it into states and arcs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

UNKNOWN = "[unk]"
"""The word that stands for any speech that is none of ours; Vosk's own name for it."""

UNKNOWN_ELSEWHERE = ("<unk>", "<UNK>")
"""What models of others may call it."""


@dataclass(frozen=True, slots=True)
class Seq:
    """One piece after another."""

    pieces: tuple["Piece", ...]


@dataclass(frozen=True, slots=True)
class Alt:
    """Any one of the pieces, each at `cost` (a negative logarithm)."""

    pieces: tuple["Piece", ...]
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Opt:
    """The piece or nothing; saying it costs `cost`."""

    piece: "Piece"
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Loop:
    """The piece once or more often."""

    piece: "Piece"


@dataclass(frozen=True, slots=True)
class Anything:
    """Speech of any kind, one "word" long; `cost` is added to that of its sounds."""

    cost: float = 0.0


Piece = str | Seq | Alt | Opt | Loop | Anything


def seq(*pieces: Piece) -> Seq:
    """`pieces` one after another."""
    return Seq(pieces)


def alt(pieces: Iterable[Piece], cost: float = 0.0) -> Alt:
    """One of `pieces`."""
    return Alt(tuple(pieces), cost)


def texts(piece: Piece) -> tuple[str, ...]:
    """The texts that `piece` is made of, each once, in their order; UNKNOWN stands for other speech."""
    return tuple(dict.fromkeys(_texts(piece)))


def _texts(piece: Piece) -> Iterator[str]:
    match piece:
        case str():
            yield piece
        case Seq() | Alt():
            for one in piece.pieces:
                yield from _texts(one)
        case Opt() | Loop():
            yield from _texts(piece.piece)
        case Anything():
            yield UNKNOWN


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


def _spell(network: Network, piece: Piece, source: int, target: int) -> None:
    match piece:
        case str():
            _text(network, piece.split(), source, target, 0.0)
        case Seq():
            states = [source, *(network.state() for _ in piece.pieces[1:]), target]
            for part, (begin, end) in zip(piece.pieces, _pairs(states), strict=True):
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
            network.arc(source, target, UNKNOWN, piece.cost)


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


def _text(network: Network, words: list[str], source: int, target: int, cost: float) -> None:
    if not words:
        network.arc(source, target, "", cost)
        return
    states = [source, *(network.state() for _ in words[1:]), target]
    for word, (begin, end) in zip(words, _pairs(states), strict=True):
        network.arc(begin, end, word, cost)
        cost = 0.0


def _pairs(states: list[int]) -> Iterator[tuple[int, int]]:
    return pairwise(states)
