"""Other people talking behind the caller: what is much quieter than the caller is turned down before it is decoded.

It works as the sound comes, 80 ms late: so long is looked ahead for a loud sound whose weak beginning must be kept.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from agi.speech.activity import level_db
from agi.speech.tuning import RATE

_FRAME = RATE // 100
_BELOW_DB = 13.0
_FADES_DB = 0.02
"""The caller's level is that of the loudest sound, less 2 dB for each second since."""
_KEPT = 8
"""Frames of 10 ms kept on either side of a loud one: weak sounds at the edges of words."""
_DOWN = 0.1
_QUIETEST_DB = -70.0


class Gate:
    """Turns down by 20 dB what is 13 dB or more below the caller. `feed` the sound, then `rest`."""

    def __init__(self) -> None:
        self._left = np.zeros(0, np.int16)
        self._levels: deque[float] = deque(maxlen=3)
        self._caller = _QUIETEST_DB
        self._waiting: deque[NDArray[np.int16]] = deque()
        self._loud_ago = 2 * _KEPT + 1

    def feed(self, sound: bytes) -> bytes:
        """Take 16-bit sound; what has been decided of it and of earlier sound."""
        samples = np.concatenate((self._left, np.frombuffer(sound, np.int16)))
        count = len(samples) // _FRAME
        self._left = samples[count * _FRAME :]
        done = bytearray()
        for frame in samples[: count * _FRAME].reshape(count, _FRAME):
            self._hear(frame)
            if len(self._waiting) > _KEPT:
                done += self._decided().tobytes()
        return bytes(done)

    def rest(self) -> bytes:
        """What still waits, at the end of the sound."""
        done = bytearray()
        quiet = self._loud_ago
        while self._waiting:
            self._loud_ago += 1  # as if silence followed
            done += self._decided().tobytes()
        self._loud_ago = quiet  # nothing is known of what follows, if something does
        left, self._left = self._left, self._left[:0]
        return bytes(done) + left.tobytes()

    def _hear(self, frame: NDArray[np.int16]) -> None:
        self._levels.append(level_db(frame.astype(np.float32)))
        level = sum(self._levels) / len(self._levels)
        self._caller = max(level, self._caller - _FADES_DB)
        self._loud_ago = 0 if level > self._caller - _BELOW_DB else self._loud_ago + 1
        self._waiting.append(frame)

    def _decided(self) -> NDArray[np.int16]:
        frame = self._waiting.popleft()
        if self._loud_ago <= 2 * _KEPT:
            return frame
        return (frame * np.float32(_DOWN)).astype(np.int16)
