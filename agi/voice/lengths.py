"""How long each text lasts: by its clips, and where it was not spoken yet, by how fast the others are said."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from soundfile import LibsndfileError

from agi.voice import audio
from agi.voice.clips import Clips, Piece


@dataclass(frozen=True, slots=True)
class Lengths:
    """Seconds of the fixed parts of each text by its key; `guessed`: how many texts were reckoned in part."""

    seconds: Mapping[str, float]
    guessed: int


def lengths(clips: Clips, words_per_minute: int, sounds: Path | None = None) -> Lengths:
    """Of all texts of `clips`; `sounds`: where an edition has them rendered. Nothing is spoken for it."""
    pieces = {key: clips.pieces(key) for key in clips.texts}
    known: dict[str, float] = {}
    for piece in (piece for some in pieces.values() for piece in some):
        if (lasts_s := _lasts_s(clips, piece, sounds)) is not None:
            known[piece.name] = lasts_s
    said = [piece for some in pieces.values() for piece in some if piece.name in known]
    words = sum(_words(piece) for piece in said)
    a_word_s = sum(known[piece.name] for piece in said) / words if words else 60 / words_per_minute
    seconds = {
        key: sum(known.get(piece.name, _words(piece) * a_word_s) for piece in some) for key, some in pieces.items()
    }
    guessed = sum(any(piece.name not in known for piece in some) for some in pieces.values())
    return Lengths(seconds, guessed)


def _lasts_s(clips: Clips, piece: Piece, sounds: Path | None) -> float | None:
    for stem in filter(None, (sounds and sounds / piece.name, clips.rendered(piece))):
        with suppress(LibsndfileError):
            return audio.seconds(stem)
    return None


def _words(piece: Piece) -> int:
    return len(piece.spoken.split())
