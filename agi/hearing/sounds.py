"""Prompts as sound in memory: 8 kHz clips are read once and kept."""

import wave
from collections.abc import Sequence
from functools import lru_cache

from agi.hearing.audiosocket import RATE

_KEPT = 1000
"""Clips that are kept, some 100 MB: more than all prompts of a language."""


class NoSound(Exception):
    """A clip cannot be played; the message names it only where its name tells nothing of a caller."""


def joined(clips: Sequence[str]) -> bytes:
    """All of `clips` one after another, 16-bit samples. A clip is its path without extension. Raises `NoSound`."""
    return b"".join(map(_clip, clips))


@lru_cache(_KEPT)  # a published clip never changes
def _clip(path: str) -> bytes:
    try:
        with wave.open(f"{path}.wav", "rb") as clip:
            if (clip.getframerate(), clip.getnchannels(), clip.getsampwidth()) != (RATE, 1, 2):
                raise NoSound("A clip is not of 8 kHz, 16 bits, one channel: `hotline prompts render` makes it anew.")
            return clip.readframes(clip.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise NoSound(
            f"A clip cannot be read ({type(error).__name__}): `hotline prompts render` makes it anew."
        ) from error
