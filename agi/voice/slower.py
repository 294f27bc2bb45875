"""Slower speech, for a caller who asks for it: longer pauses. The words are as they were, there is more time to follow.

It does for every voice, a recorded one too, and needs no second rendering.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from agi.stamp import stamp
from agi.voice.audio import FRAME_MS, NARROW_HZ, Audio

TIMES = 2.5
"""How many times longer a pause becomes."""
PAUSE_MS = 100
"""So long the voice is silent between phrases; within a word, before a k, p or t, it is silent for less."""
END_MS = 160
"""More silence after each clip: digits and parts of sentences are told apart by it."""
_SILENCE_DB = -46.0


def slower(clip: Audio) -> Audio:
    """`clip` with longer pauses."""
    frames = clip.narrow.reshape(-1, NARROW_HZ * FRAME_MS // 1000).astype(np.float64)
    quiet = np.sqrt(np.mean(frames**2, axis=1)) < 10 ** (_SILENCE_DB / 20) * 32768
    more = [len(frames)] * (END_MS // FRAME_MS)
    for begin, end in np.flatnonzero(np.diff(quiet, prepend=False, append=False)).reshape(-1, 2):
        if (end - begin) * FRAME_MS >= PAUSE_MS:
            more += [(begin + end) // 2] * round((end - begin) * (TIMES - 1))
    return Audio(*(_with_silence(samples, len(frames), more) for samples in (clip.narrow, clip.wide)))


def load(stem: Path) -> Audio:
    """The clip at `stem` (path without extension). Raises OSError, `soundfile.LibsndfileError`."""
    narrow, wide = (soundfile.read(f"{stem}{kind}", dtype="int16")[0] for kind in (".wav", ".wav16"))
    return Audio(narrow, wide)


@cache
def maker() -> str:
    """Digest of this module: what it made before a change is made anew."""
    return stamp(Path(__file__).read_bytes())


def _with_silence(samples: NDArray[np.int16], frames: int, before: Sequence[int]) -> NDArray[np.int16]:
    """`samples`, which are so many `frames`, with one of silence `before` each frame that is named."""
    return np.insert(samples.reshape(frames, -1), before, 0, axis=0).reshape(-1)
