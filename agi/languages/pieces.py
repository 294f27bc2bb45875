"""What may be said, as pieces that nest: alternatives, options, loops. A language writes its phrases with them.

A piece is a text of one or several words, or one of the classes below.
"""

from collections.abc import Iterable
from dataclasses import dataclass

UNKNOWN = "[unk]"
"""The word that stands for any speech that is none of ours; Vosk's own name for it."""


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
    """Speech of any kind, one "word" long."""


Piece = str | Seq | Alt | Opt | Loop | Anything


def seq(*pieces: Piece) -> Seq:
    """`pieces` one after another."""
    return Seq(pieces)


def alt(pieces: Iterable[Piece], cost: float = 0.0) -> Alt:
    """One of `pieces`."""
    return Alt(tuple(pieces), cost)


def texts(piece: Piece) -> tuple[str, ...]:
    """The texts that `piece` is made of, each once, in their order; UNKNOWN stands for other speech."""
    match piece:
        case str():
            return (piece,)
        case Seq() | Alt():
            return tuple(dict.fromkeys(text for one in piece.pieces for text in texts(one)))
        case Opt() | Loop():
            return texts(piece.piece)
        case Anything():
            return (UNKNOWN,)
