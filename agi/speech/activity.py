"""Does the caller talk? Judged every 20 ms from the sound alone, before any word can be known.

What the decoder shows lags half a second behind, too late to stop a prompt. So: a frame is loud when it rises above the
noise floor of the line (and above the echo of our own prompt), voiced when it repeats itself at the pitch of a voice.
Talk has begun when most of the last frames are loud and voiced: a cough, a click or a hiss is loud but not voiced.
"""

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from agi.speech.tuning import RATE
from agi.speech.voicing import Voicing

FRAME = RATE // 50
"""Samples in one frame of 20 ms."""

FRAME_MS = 20

_SILENT = -90.0
_FLOOR_MIN, _FLOOR_START = -66.0, -50.0
_BLOCK, _BLOCKS = 10, 8
"""The noise floor is the quietest smoothed frame of the last 8 blocks of 10 frames (1.6 s)."""

_LOUD_DB, _LOUD_MIN = 9.0, -52.0
_QUIET_DB, _BELOW_TALK_DB = 5.0, 18.0
_TALK_FADES_DB = 0.2
_CALLERS_DB = 15.0
"""What is loud and no more than this below the caller's loudest is the caller: the ends of words fade."""

_VOICED = 0.6
_WINDOW = 2 * FRAME
_LOWEST, _HIGHEST = RATE // 75, RATE // 380
"""Pitch periods of a voice, in samples: 75 to 380 Hz."""

_ONSET, _OF = 3, 5
_WAKE, _WAKE_OF = 2, 3
_TALK_ENDS_MS = 200

_ECHO_FRAMES = 20
_ECHO_MARGIN_DB = 6.0
_ECHO_UNKNOWN_DB, _ECHO_START_DB = -6.0, -30.0
_ECHO_UNKNOWN, _ECHO_LEARN, _ECHO_LATE = 10, 35, 15
"""In frames: how long only a voice as loud as the prompt passes for talk, since nothing is known of the echo; how long
the echo's level is learned quickly; how much later what was learned counts."""
_ECHO_QUICK, _ECHO_SLOW = 0.08, 0.02
"""How fast the echo's level is learned in the first frames of a prompt, and after them. Whoever is not noticed at once
teaches their own level as that of an echo: 2 of 864 callers who talk over a prompt for 5 s are never noticed (three
voices, levels of 0 to -12 dB to the prompt, with and without an echo of -25 dB); at 0.15 all along, and with 35 frames
of which nothing is known, 63. The price: 17 of 294 echoes pass for talk instead of 2, all of them of loudspeakers in a
room that reverberates for 0.3 s."""

_ECHO_WINDOW = 8 * FRAME
_ECHO_REACH = _ECHO_WINDOW + RATE
"""An echo is looked for in what was sent up to a second before: a call by satellite or through a mobile network."""
_ECHO_LIKE = 0.5
"""Correlation from which sound is our own. Tried with seven prompts, echoes of 20 to 1000 ms and -30 to -10 dB through
A-law, and three callers: none passed for talk (without it, from 400 ms on, nearly every one of -20 dB did); callers
are noticed 10 to 150 ms later. From 0.6 on they are not late at all, but more echoes out of a room pass."""
_ECHO_FFT = 1 << (_ECHO_REACH + _ECHO_WINDOW - 1).bit_length()

_OVERLAP = (1 - np.arange(_WINDOW) / _WINDOW).astype(np.float32)[_HIGHEST:_LOWEST]


class Activity:
    """State of one turn; `hear` takes the frames one after another (under 60 µs each; 1 ms where sound
    may be the echo of a prompt).

    `speaking`: the caller talks (set by voice, kept until 200 ms are quiet). `awake`: some sound has come that is
    worth decoding; whoever finds that it was nothing sets it back. `quiet_ms`: time since the last frame that was not
    quiet. `paused_ms`: time since the last frame that was loud enough to be the caller; in noise that never falls quiet
    it still tells that they have stopped. `voicing`: how far what is loud is a voice.
    """

    def __init__(self) -> None:
        self.speaking = False
        self.awake = False
        self.quiet_ms = 0
        self.paused_ms = 0
        self.voicing = Voicing()
        self._frames = 0
        self._smooth = _FLOOR_START
        self._block = 0.0
        self._blocks: deque[float] = deque([_FLOOR_START], maxlen=_BLOCKS)
        self._floor = _FLOOR_START
        self._before = np.zeros(FRAME, np.float32)
        self._loud: deque[bool] = deque(maxlen=_WAKE_OF)
        self._voiced: deque[bool] = deque(maxlen=_OF)
        self._talk = _FLOOR_MIN
        self._said: deque[float] = deque(maxlen=_ECHO_FRAMES)
        self._coupling: deque[float] = deque([_ECHO_START_DB] * _ECHO_LATE, maxlen=_ECHO_LATE)
        self._said_frames = 0
        self._sent = np.zeros(_ECHO_REACH, np.float32)
        self._heard = np.zeros(_ECHO_WINDOW, np.float32)
        self._sent_ago = _ECHO_REACH

    def hear(self, frame: NDArray[np.int16], said: NDArray[np.int16] | None = None) -> None:
        """Take 20 ms of the caller's sound and, for echo, what we sent in the same 20 ms."""
        samples = frame.astype(np.float32)
        level = level_db(samples)
        floor = self._noise(level)
        echo = self._echo(level, said)
        self._remember(samples, said)
        loud = level > floor + _LOUD_DB and level > _LOUD_MIN and level > echo and not self._is_late_echo()
        self._loud.append(loud)
        window = np.concatenate((self._before, samples))
        self._before = samples
        self.voicing.hear(window if loud else None)
        # The dearest part of it: not asked while the caller talks, nor where nothing can be a voice.
        self._voiced.append(loud and (self.speaking or _periodicity(window) > _VOICED))
        if loud and sum(self._loud) >= _WAKE:
            self.awake = True
        if loud and sum(self._voiced) >= _ONSET:
            self.speaking = True
        self._talk = max(level, self._talk - _TALK_FADES_DB) if loud else self._talk
        callers = loud and level > self._talk - _CALLERS_DB
        self.paused_ms = 0 if callers else self.paused_ms + FRAME_MS
        quiet = level < max(floor + _QUIET_DB, self._talk - _BELOW_TALK_DB, _FLOOR_MIN + _QUIET_DB, echo)
        self.quiet_ms = self.quiet_ms + FRAME_MS if quiet else 0
        if self.speaking and self.quiet_ms >= _TALK_ENDS_MS:
            self.speaking = False
            self._voiced.clear()

    def _remember(self, samples: NDArray[np.float32], said: NDArray[np.int16] | None) -> None:
        self._heard = np.concatenate((self._heard[FRAME:], samples))
        self._sent_ago += FRAME
        if said is not None and len(said):
            self._sent_ago = 0
        elif self._sent_ago >= _ECHO_REACH:
            return
        sent = np.zeros(FRAME, np.float32) if said is None or not len(said) else said.astype(np.float32)
        self._sent = np.concatenate((self._sent[FRAME:], sent))

    def _is_late_echo(self) -> bool:
        """Whether the last 160 ms are what we said some time before: they have its wave form."""
        if self.speaking or self._sent_ago >= _ECHO_REACH:
            return False
        spectrum = np.fft.rfft(self._sent, _ECHO_FFT) * np.conj(np.fft.rfft(self._heard, _ECHO_FFT))
        alike = np.fft.irfft(spectrum, _ECHO_FFT)[: _ECHO_REACH - _ECHO_WINDOW + 1]
        power = np.concatenate(([0.0], np.cumsum(np.square(self._sent, dtype=np.float64))))
        sent = power[_ECHO_WINDOW:] - power[:-_ECHO_WINDOW]
        heard = float(np.dot(self._heard, self._heard))
        return bool(np.max(np.abs(alike) / np.sqrt(np.maximum(sent, 1e6) * max(heard, 1.0))) > _ECHO_LIKE)

    def _noise(self, level: float) -> float:
        """The noise floor in dB; the first frames count as noise only as far as they are quiet."""
        self._smooth += 0.3 * (max(level, _FLOOR_MIN) - self._smooth)
        self._block = min(self._block, self._smooth)
        self._frames += 1
        if self._frames % _BLOCK == 0:
            self._blocks.append(self._block)
            self._block = 0.0
            self._floor = min(self._blocks)
        return min(self._floor, self._block)

    def _echo(self, level: float, said: NDArray[np.int16] | None) -> float:
        """The level up to which it may be the echo of our prompt; learned while the prompt is heard alone."""
        sent = level_db(said.astype(np.float32)) if said is not None and len(said) else _SILENT
        self._said.append(sent)
        loudest = max(self._said)
        if loudest < _LOUD_MIN:
            self._said_frames = 0
            return _SILENT
        self._said_frames += 1
        known, heard = self._coupling[-1], level - loudest
        pace = _ECHO_QUICK if self._said_frames < _ECHO_LEARN else _ECHO_SLOW
        learned = known + pace * (heard - known) if heard > known else known - 0.02
        self._coupling.append(known if self.speaking else min(learned, _ECHO_UNKNOWN_DB))
        # What is learned counts 0.3 s later, and nothing is learned from talk: a caller must not pass for an echo.
        coupling = _ECHO_UNKNOWN_DB if self._said_frames < _ECHO_UNKNOWN else self._coupling[0]
        return loudest + coupling + _ECHO_MARGIN_DB


def level_db(samples: NDArray[np.float32]) -> float:
    """dB below full scale."""
    if not len(samples):
        return _SILENT
    power = float(np.dot(samples, samples)) / len(samples) / 32768.0**2
    return 10 * math.log10(power + 1e-9)


def _periodicity(window: NDArray[np.float32]) -> float:
    """How well the last 40 ms repeat themselves at the pitch of a voice: 0 to 1."""
    centred = window - window.mean()
    power = _autocorrelation(centred)
    # A shorter overlap is made up for, or long periods (low voices) could never count.
    return float((power[_HIGHEST:_LOWEST] / _OVERLAP).max() / max(float(power[0]), 1e-9))


def _autocorrelation(samples: NDArray[np.float32]) -> NDArray[np.floating]:
    spectrum = np.fft.rfft(samples, 512)
    return np.fft.irfft(spectrum.real**2 + spectrum.imag**2)
