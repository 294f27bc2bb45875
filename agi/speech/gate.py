"""What is decoded of a caller's sound: at the level that the model knows, and others who talk behind turned down.

It works as the sound comes, 80 ms late: so long is looked ahead for a loud sound whose weak beginning must be kept.
"""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agi.speech.tuning import RATE

Samples = NDArray[np.int16]

_FRAME = RATE // 100
_DIGITS_DB, _WORDS_DB, _MOST_DB = -8.0, -18.0, 32.0
"""The loudest 30 ms of a caller are brought to this level, and nothing is lifted by more. Found by trial: NIKs taken
unasked, of 30 to 60: 70 % at -20, 95 % at -14, 100 % at -8; answers to menus and yes or no, of 80: 77 at -18, 75 at
-8."""
_NOISE_DB = 10.0
"""What is nowhere louder than the quietest 30 ms by more than this is the line's noise, and not lifted."""
_SO_FAR_DB, _FADES_DB = 13.0, 0.02
"""How far below the caller others are while the sound still comes: the caller is as loud as the loudest so far, less
2 dB for each second since."""
_KNOWN_DB = 16.0
"""The same where it is known how loud the caller is: their last digits are quieter than their first."""
_KEPT = 8
"""Frames of 10 ms kept on either side of a loud one: weak sounds at the edges of words."""
_DOWN_DB = -20.0
_QUIETEST_DB = -70.0
_AVERAGED = 3


class Levels(NamedTuple):
    """The levels of the loudest and the quietest 30 ms of a sound, in dB below full scale."""

    loudest: float = _QUIETEST_DB
    quietest: float = 0.0


def levels_of(sound: bytes) -> Levels:
    """Of 16-bit `sound`."""
    samples = np.frombuffer(sound, np.int16)
    levels = _levels(samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME))
    if len(levels) < _AVERAGED:
        return Levels()
    even = np.convolve(levels, np.full(_AVERAGED, 1 / _AVERAGED), "valid")
    return Levels(float(even.max()), float(even.min()))


class Gate:
    """Brings the sound to one level; where `digits` are said, turns down by 20 dB what is far below the caller.

    `feed` the sound, then `rest`. `known`: the levels of the whole of it, where they are known already.
    """

    def __init__(self, known: Levels | None = None, *, digits: bool) -> None:
        self._below_db = _SO_FAR_DB if known is None else _KNOWN_DB
        self._digits = digits
        self._left = np.zeros(0, np.int16)
        self._levels: deque[float] = deque(maxlen=_AVERAGED)
        self._fades_db = _FADES_DB if known is None else 0.0
        self._loudest, self._quietest = known or Levels()
        self._caller = self._loudest
        self._waiting: deque[Samples] = deque()
        self._loud_ago = 2 * _KEPT + 1

    def feed(self, sound: bytes) -> bytes:
        """Take 16-bit sound; what has been decided of it and of earlier sound."""
        samples = np.concatenate((self._left, np.frombuffer(sound, np.int16)))
        count = len(samples) // _FRAME
        frames, self._left = samples[: count * _FRAME].reshape(count, _FRAME), samples[count * _FRAME :]
        done = []
        for frame, level in zip(frames, _levels(frames).tolist(), strict=True):
            self._hear(frame, level)
            if len(self._waiting) > _KEPT:
                done.append(self._decided())
        return _brought(done)

    def rest(self) -> bytes:
        """What still waits, at the end of the sound."""
        done = []
        quiet = self._loud_ago
        while self._waiting:
            self._loud_ago += 1  # as if silence followed
            done.append(self._decided())
        self._loud_ago = quiet  # nothing is known of what follows, if something does
        left, self._left = self._left, self._left[:0]
        return _brought([*done, (left, self._gain_db())])

    def _hear(self, frame: Samples, level: float) -> None:
        self._levels.append(level)
        level = sum(self._levels) / len(self._levels)
        self._loudest = max(level, self._loudest)
        self._quietest = min(level, self._quietest)
        self._caller = max(level, self._caller - self._fades_db)
        self._loud_ago = 0 if not self._digits or level > self._caller - self._below_db else self._loud_ago + 1
        self._waiting.append(frame)

    def _decided(self) -> tuple[Samples, float]:
        """The frame that has waited longest, and its gain."""
        return self._waiting.popleft(), self._gain_db() + (0.0 if self._loud_ago <= 2 * _KEPT else _DOWN_DB)

    def _gain_db(self) -> float:
        """What brings the caller to the level."""
        lift_db = _MOST_DB if self._loudest > self._quietest + _NOISE_DB else 0.0
        return min((_DIGITS_DB if self._digits else _WORDS_DB) - self._loudest, lift_db)


def _levels(frames: Samples) -> NDArray[np.float32]:
    """Of each frame, in dB below full scale."""
    levels: NDArray[np.float32] = 10 * np.log10((frames.astype(np.float32) ** 2).mean(axis=1) / 32768.0**2 + 1e-9)
    return levels


def _brought(decided: Sequence[tuple[Samples, float]]) -> bytes:
    """Frames, each with its gain in dB, one after another; all at once, for each costs as much as all."""
    if not decided:
        return b""
    gains = np.repeat([10 ** (gain / 20) for _, gain in decided], [len(frame) for frame, _ in decided])
    sound = np.concatenate([frame for frame, _ in decided]) * gains.astype(np.float32)
    return sound.clip(-32768, 32767).astype(np.int16).tobytes()
