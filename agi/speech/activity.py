"""Does the caller talk? Judged every 20 ms from the sound alone, before any word can be known.

The acoustic model sees 0.34 s into the future, too late to stop a prompt. So: a frame is loud when it rises above the
noise floor of the line (and above the echo of our own prompt), voiced when it repeats itself at the pitch of a voice.
Talk has begun when most of the last frames are loud and voiced: a cough, a click or a hiss is loud but not voiced.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agi.speech.tuning import RATE

FRAME = RATE // 50
FRAME_MS = 20

_FLOOR_MIN, _FLOOR_START = -66.0, -50.0
_FLOOR_FRAMES = 75
_LOUD_DB = 9.0
_LOUD_MIN = -52.0
_QUIET_DB = 5.0
_BELOW_TALK_DB = 24.0
_VOICED = 0.58
_WINDOW = 2 * FRAME
_LAGS = slice(RATE // 380, RATE // 75)
_ONSET, _OF = 4, 6
_WAKE, _WAKE_OF = 2, 3
_ECHO_FRAMES = 20
_ECHO_MARGIN_DB = 6.0
_ECHO_UNKNOWN_DB, _ECHO_START_DB = -6.0, -30.0
_ECHO_LEARN = 25


@dataclass(slots=True)
class Activity:
    """State of one turn; `hear` takes the frames one after another.

    `speaking`: the caller talks (set by voice, kept until `quiet_ms` is long). `awake`: some sound has come that is
    worth decoding. `quiet_ms`: time since the last frame that was not quiet.
    """

    speaking: bool = False
    awake: bool = False
    quiet_ms: int = 0

    def __post_init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=_FLOOR_FRAMES)
        self._window = np.zeros(_WINDOW, np.float32)
        self._loud: deque[bool] = deque(maxlen=_OF)
        self._voiced: deque[bool] = deque(maxlen=_OF)
        self._talk = _FLOOR_MIN
        self._said: deque[float] = deque(maxlen=_ECHO_FRAMES)
        self._coupling: deque[float] = deque([_ECHO_START_DB] * 10, maxlen=10)
        self._said_frames = 0

    def hear(self, frame: NDArray[np.int16], said: NDArray[np.int16] | None = None) -> None:
        """Take 20 ms of the caller's sound and, for echo, what we sent in the same 20 ms."""
        samples = frame.astype(np.float32) / 32768.0
        self._window = np.concatenate((self._window[len(samples) :], samples))
        level = _level(samples)
        floor = self._floor(level)
        masked = level <= self._echo(level, said) + _ECHO_MARGIN_DB
        loud = level > max(floor + _LOUD_DB, _LOUD_MIN) and not masked
        self._loud.append(loud)
        self._voiced.append(loud and _periodicity(self._window) > _VOICED)
        if sum(list(self._loud)[-_WAKE_OF:]) >= _WAKE:
            self.awake = True
        if sum(self._voiced) >= _ONSET:
            self.speaking = True
        if loud:
            self._talk = max(level, self._talk - 0.2)
        quiet = level < max(floor + _QUIET_DB, self._talk - _BELOW_TALK_DB, _FLOOR_MIN + _QUIET_DB) or masked
        self.quiet_ms = self.quiet_ms + FRAME_MS if quiet else 0
        if self.quiet_ms >= 10 * FRAME_MS:
            self.speaking = False

    def _floor(self, level: float) -> float:
        """The level below which a tenth of the last 1.5 s lies."""
        self._levels.append(max(level, _FLOOR_MIN))
        ordered = sorted(self._levels)
        low = ordered[len(ordered) // 10]
        return min(low, _FLOOR_START) if len(ordered) < _FLOOR_FRAMES // 3 else low

    def _echo(self, level: float, said: NDArray[np.int16] | None) -> float:
        """The level that the echo of our prompt may have now; learned while the prompt is heard alone."""
        sent = _level(said.astype(np.float32) / 32768.0) if said is not None and len(said) else -90.0
        self._said.append(sent)
        loudest = max(self._said)
        if loudest < _LOUD_MIN:
            self._said_frames = 0
            return -90.0
        self._said_frames += 1
        known = self._coupling[-1]
        heard = level - loudest
        self._coupling.append(min(known + 0.3 * (heard - known), _ECHO_UNKNOWN_DB) if heard > known else known - 0.02)
        coupling = _ECHO_UNKNOWN_DB if self._said_frames < _ECHO_LEARN else self._coupling[0]
        return loudest + coupling


def _level(samples: NDArray[np.float32]) -> float:
    """dB below full scale, without the hum below the telephone band."""
    if not len(samples):
        return -90.0
    rough = samples - np.float32(samples.mean())
    return float(10 * np.log10(float(np.dot(rough, rough)) / len(rough) + 1e-9))


def _periodicity(window: NDArray[np.float32]) -> float:
    """How well the last 40 ms repeat themselves at the pitch of a voice: 0 to 1."""
    centred = window - window.mean()
    spectrum = np.fft.rfft(centred, 1024)
    power = np.fft.irfft(spectrum * np.conj(spectrum))
    lags = np.arange(_WINDOW)
    # A shorter overlap is made up for, or long lags (low voices) could never count.
    scaled = power[:_WINDOW] / np.maximum(power[0] * (1 - lags / _WINDOW), 1e-9)
    return float(scaled[_LAGS].max())
