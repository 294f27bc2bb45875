"""Active speech level by ITU-T P.56 (12/2011), method B: how loud speech is while somebody speaks.

Silence before, after and between words does not lower the figure, as it would lower a plain RMS.
"""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

TIME_CONSTANT_S = 0.03
HANGOVER_S = 0.2
MARGIN_DB = 15.9
"""P.56: the threshold lies this far below the active level."""
THRESHOLDS = 2.0 ** np.arange(-15, 0)
ENVELOPE_HZ = 1000
_BLOCK = 128


SILENCE = float("-inf")


def active_level(samples: Samples, rate: int) -> float:
    """Level of mono `samples` (-1.0 to 1.0) at `rate` Hz, in dBov (a full-scale square wave is 0).

    `SILENCE` where nothing reaches the lowest threshold.
    """
    energy = float(np.sum(samples**2))
    if energy == 0.0:
        return SILENCE
    step = max(rate // ENVELOPE_HZ, 1)
    envelope = _envelope(samples, step, rate / step)
    hangover = round(HANGOVER_S * rate / step)
    above: tuple[float, float] | None = None  # A_j and C_j of the threshold before
    for threshold in THRESHOLDS:
        active = min(_active_samples(envelope, float(threshold), hangover) * step, len(samples))
        if active == 0:
            break
        level, limit = 10 * np.log10(energy / active), 20 * np.log10(threshold)
        if level - limit <= MARGIN_DB:
            return _between(above, (float(level), float(limit))) if above else float(level)
        above = float(level), float(limit)
    return above[0] if above else SILENCE


def _envelope(samples: Samples, step: int, rate: float) -> Samples:
    """P.56's two exponential averages, one after the other, of the rectified signal taken `step` samples at a time.

    `rate` is that of the envelope in Hz. P.56 allows any from 694 Hz on: against the 30 ms of the averages
    a step of 1 ms is nothing, and it is 16 times less work.
    """
    rectified = np.pad(np.abs(samples), (0, -len(samples) % step)).reshape(-1, step).mean(axis=1)
    keep = float(np.exp(-1.0 / (TIME_CONSTANT_S * rate)))
    return _averaged(_averaged(rectified, keep), keep)


def _averaged(signal: Samples, keep: float) -> Samples:
    """y[n] = keep·y[n-1] + (1-keep)·x[n], a block at a time because numpy has no such filter.

    Within a block y[n] = keepⁿ·Σ x[k]·(1-keep)/keepᵏ; blocks are short enough for keepⁿ to stay far from 0.
    """
    count = len(signal)
    blocks = np.pad(signal, (0, -count % _BLOCK)).reshape(-1, _BLOCK)
    decay = np.power(keep, np.arange(1, _BLOCK + 1, dtype=np.float64))
    out: Samples = np.cumsum(blocks * ((1 - keep) / decay), axis=1) * decay
    last = 0.0
    for block in out:
        block += last * decay
        last = float(block[-1])
    whole: Samples = out.reshape(-1)[:count]
    return whole


def _active_samples(envelope: Samples, threshold: float, hangover: int) -> int:
    """Samples at or above `threshold`, and up to `hangover` samples after each."""
    at = np.flatnonzero(envelope >= threshold)
    if len(at) == 0:
        return 0
    pauses = np.diff(at) - 1
    tail = min(len(envelope) - 1 - int(at[-1]), hangover)
    return len(at) + int(np.minimum(pauses, hangover).sum()) + tail


def _between(upper: tuple[float, float], lower: tuple[float, float]) -> float:
    """The level where level and threshold are `MARGIN_DB` apart, by straight line between two thresholds."""
    over, under = upper[0] - upper[1] - MARGIN_DB, lower[0] - lower[1] - MARGIN_DB
    return upper[0] + over / (over - under) * (lower[0] - upper[0])
