"""Was it a voice? Evidence from the sound alone, for the moment at which an answer is decided.

To the network a cough is much like "ya", however sure it is of it. But nearly all the sound of a word is in its vowels,
which repeat themselves at the pitch of a voice, and most of that of a cough, a sneeze or a breath is in their air. A
tone has none of the many harmonics of a voice, and keeps its pitch as none does.
"""

import numpy as np
from numpy.typing import NDArray

from agi.speech.tuning import RATE

_SHORTEST, _LONGEST = RATE // 400, RATE // 60
"""Periods of a voice, in samples: 60 to 400 Hz. Higher voices repeat themselves at twice their period, too."""
_PERIODS = np.arange(_SHORTEST, _LONGEST)
_WINDOW = RATE * 30 // 1000
"""Two periods of the lowest voices; within more of them, a pitch that falls no longer repeats itself."""
_FFT = 512
_SMOOTH = np.hanning(RATE * 40 // 1000).astype(np.float32)
_NEAR = 10**-1.2
"""What is more than 12 dB below the loudest of a stretch is not judged: noise of the line, the echo of a room."""
_VOICED, _LEAST = 0.65, 3
"""So many windows (60 ms) of a stretch must be voiced: the shortest vowels have them."""
_APART = 5
"""Windows without sound (0.1 s) between two stretches, judged apart: whoever coughs and then answers has answered."""
_HALF_LINE = 4
"""A pure tone is so many of the spectrum's steps wide to either side of its middle."""
_PURE, _DRIFT = 0.98, 0.003
"""Two pure tones have this share of the power, and no voice keeps its pitch to this part from window to window."""


class Voicing:
    """How much of the sound is voice. `hear` takes a window of 40 ms every 20 ms (60 µs each)."""

    def __init__(self) -> None:
        self._best = 0.0
        self._stretch: list[tuple[float, float]] = []
        self._quiet = 0
        self._middle = 0.0  # of the strongest line of the window before

    @property
    def share(self) -> float:
        """How far the stretch of sound that is most like a voice repeats itself, its louder parts counting more.

        0 to 1.
        """
        if not self._stretch:
            return self._best
        power, alike = np.array(self._stretch).T
        near = power > power.max() * _NEAR
        if np.count_nonzero(alike[near] > _VOICED) < _LEAST:
            return self._best
        return max(self._best, float(power[near] @ alike[near] / power[near].sum()))

    def hear(self, window: NDArray[np.float32] | None) -> None:
        """Take the window, or None if nothing is to be heard in it."""
        if window is None:
            self._quiet += 1
            return
        if self._quiet >= _APART:
            self._best, self._stretch = self.share, []
        self._quiet = 0
        alike = _alike(window[-_WINDOW:])
        if alike > _VOICED and self._is_tone(window):
            alike = 0.0
        self._stretch.append((float(np.dot(window, window)), alike))

    def forget(self) -> None:
        """What was heard has nothing to do with what will be."""
        self._best, self._stretch = 0.0, []

    def _is_tone(self, window: NDArray[np.float32]) -> bool:
        """Whether one or two pure tones go on in `window`: of a key, a line, a machine, an instrument."""
        spectrum = np.fft.rfft(window * _SMOOTH, _FFT)
        power = spectrum.real**2 + spectrum.imag**2 + 1.0
        strongest = int(power[1:-1].argmax()) + 1
        low, peak, high = np.log(power[strongest - 1 : strongest + 2])
        middle, self._middle = self._middle, strongest + 0.5 * (low - high) / (low - 2 * peak + high)
        whole = power.sum()
        for _ in range(2):
            line = int(power.argmax())
            power[max(0, line - _HALF_LINE) : line + _HALF_LINE + 1] = 0
        return bool(power.sum() < (1 - _PURE) * whole and abs(self._middle - middle) < _DRIFT * middle)


def _alike(window: NDArray[np.float32]) -> float:
    """How well `window` repeats itself at the pitch of a voice, however it swells or fades: up to 1."""
    centred = window - window.mean()
    spectrum = np.fft.rfft(centred, _FFT)
    together = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, _FFT)[_SHORTEST:_LONGEST]
    power = np.concatenate(([0.0], np.cumsum(np.square(centred, dtype=np.float64))))
    either = np.sqrt(power[len(centred) - _PERIODS] * (power[-1] - power[_PERIODS]))
    return float((together / np.maximum(either, 1.0)).max())
