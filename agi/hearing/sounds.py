"""Prompts as sound in memory: 8 kHz clips are read once and kept."""

import wave
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from agi.hearing.audiosocket import RATE

_KEPT_BYTES = 96 * 2**20
"""Sound that is kept: 100 minutes, more than all prompts of a language."""


class NoSound(Exception):
    """A clip cannot be played; the message names it only where its name tells nothing of a caller."""


class Sounds:
    """Clips by their path without extension; a published clip never changes. Thread-safe."""

    def __init__(self, kept_bytes: int = _KEPT_BYTES) -> None:
        self._limit = kept_bytes
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def joined(self, clips: Sequence[str]) -> bytes:
        """All of `clips` one after another, 16-bit samples. Raises `NoSound`."""
        return b"".join(self._clip(clip) for clip in clips)

    def _clip(self, clip: str) -> bytes:
        with self._lock:
            held = self._held.get(clip)
            if held is not None:
                self._held.move_to_end(clip)
                return held
        read = _read(f"{clip}.wav")
        with self._lock:
            if clip not in self._held:
                self._held[clip] = read
                self._bytes += len(read)
            while self._bytes > self._limit:
                self._bytes -= len(self._held.popitem(last=False)[1])
        return read


def _read(path: str) -> bytes:
    try:
        with wave.open(path, "rb") as clip:
            if (clip.getframerate(), clip.getnchannels(), clip.getsampwidth()) != (RATE, 1, 2):
                raise NoSound("A clip is not of 8 kHz, 16 bits, one channel: `hotline prompts render` makes it anew.")
            return clip.readframes(clip.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise NoSound(
            f"A clip cannot be read ({type(error).__name__}): `hotline prompts render` makes it anew."
        ) from error
