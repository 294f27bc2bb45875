"""MFCC frames as Kaldi computes them in the recogniser: 25 ms windows every 10 ms, 40 mel bins, 40 coefficients.

Source: Kaldi's feat/feature-window.cc, mel-computations.cc and feature-mfcc.cc; the options stand in the model's
`conf/mfcc.conf`. Samples are in the scale of 16-bit integers. No dither: results must not differ from run to run.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 8000
CEPSTRA = 40
SHIFT = 80  # samples between frames
_WINDOW = 200
_FFT = 256
_PREEMPHASIS = 0.97
_LIFTER = 22.0
LOW_HZ, HIGH_HZ = 20.0, 3800.0

Samples = NDArray[np.float32]
Frames = NDArray[np.float32]


def mfcc(samples: NDArray[np.floating]) -> Frames:
    """Frames [n, 40] of 8 kHz samples; empty if there are fewer than 200 samples."""
    return _cepstra(samples, RATE, LOW_HZ, HIGH_HZ)


def mfcc_wide(samples: NDArray[np.floating], low_hz: float, high_hz: float) -> Frames:
    """The same of 16 kHz samples, for a network that was trained on them (see `korean`)."""
    return _cepstra(samples, 2 * RATE, low_hz, high_hz)


def _cepstra(samples: NDArray[np.floating], rate: int, low_hz: float, high_hz: float) -> Frames:
    scale = rate // RATE
    window, shift, size = _WINDOW * scale, SHIFT * scale, _FFT * scale
    if len(samples) < window:
        return np.zeros((0, CEPSTRA), np.float32)
    frames: NDArray[np.floating] = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float32), window)[::shift]
    frames = frames - frames.mean(1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    frames = (frames - np.float32(_PREEMPHASIS) * before) * _povey(window)
    power = np.abs(np.fft.rfft(frames, size)) ** 2
    mel = np.log(np.maximum(power.astype(np.float32) @ _mel(rate, size, low_hz, high_hz), np.finfo(np.float32).eps))
    cepstra: Frames = (mel @ _dct()).astype(np.float32)
    return cepstra


@cache
def _povey(size: int) -> NDArray[np.float32]:
    """Kaldi's window: a Hann window to the power 0.85."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size, dtype=np.float64) / (size - 1))
    return np.asarray(hann**0.85, np.float32)


@cache
def _mel(rate: int, size: int, low_hz: float, high_hz: float) -> NDArray[np.float32]:
    """Triangles [size / 2 + 1, 40], equally wide in mel."""

    def mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
        return 1127.0 * np.log1p(hertz / 700.0)

    low, high = mel(np.array([low_hz, high_hz]))
    edges = np.linspace(low, high, CEPSTRA + 2)
    at = mel(np.arange(size // 2 + 1) * rate / size)[:, None]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    triangles[-1] = 0.0  # Kaldi leaves the Nyquist bin out
    return np.asarray(triangles, np.float32)


@cache
def _dct() -> NDArray[np.float32]:
    """Orthonormal cosine transform with Kaldi's lifter, as [bins, coefficients]."""
    n = np.arange(CEPSTRA)
    cosines = np.sqrt(2 / CEPSTRA) * np.cos(np.pi / CEPSTRA * (n[:, None] + 0.5) * n)
    cosines[:, 0] = np.sqrt(1 / CEPSTRA)
    return np.asarray(cosines * (1 + 0.5 * _LIFTER * np.sin(np.pi * n / _LIFTER)), np.float32)
