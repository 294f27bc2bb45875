"""Music on hold: our own, so that no one holds rights in it.

Slow broken chords of pure tones with soft starts, 32 s, made to be repeated: it ends as it begins, in silence.
Quiet (-30 dBov) and below 1 kHz: pleasant in a telephone, and no tone of a keypad (697 Hz and up in pairs) in it.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

Samples = npt.NDArray[np.float64]

NAME = "tunggu"
_BEAT_S = 0.5
_RING_S = 1.6
_LEVEL_DBOV = -30.0
# C, A minor, F, G: each chord for 16 beats, up and down; Hz (equal temperament, A = 440).
_CHORDS = (
    (130.81, 196.00, 261.63, 329.63),
    (110.00, 164.81, 220.00, 329.63),
    (174.61, 220.00, 261.63, 349.23),
    (98.00, 146.83, 196.00, 293.66),
)
_ORDER = (0, 1, 2, 3, 2, 1, 2, 1)


def make(folder: Path) -> Path:
    """Write the music into `folder` at 8 kHz (.wav) and 16 kHz (.wav16) unless it is there; the 8 kHz file."""
    folder.mkdir(parents=True, exist_ok=True)
    for rate, ending in ((16_000, "wav16"), (8_000, "wav")):
        path = folder / f"{NAME}.{ending}"
        if not path.exists():
            draft = path.with_name(f".{path.name}.new")
            soundfile.write(draft, music(rate), rate, subtype="PCM_16", format="WAV")
            draft.replace(path)
    return folder / f"{NAME}.wav"


def music(rate: int) -> Samples:
    """The whole loop at `rate` (Hz), -1…1."""
    beats = [chord[step] for chord in _CHORDS for _ in range(2) for step in _ORDER]
    played = np.zeros(int((len(beats) * _BEAT_S + _RING_S) * rate))
    for number, frequency in enumerate(beats):
        start = int(number * _BEAT_S * rate)
        note = _note(frequency, rate)
        played[start : start + note.size] += note
    wanted = 10 ** (_LEVEL_DBOV / 20) / np.sqrt(2)
    return np.asarray(played * (wanted / np.sqrt(np.mean(played**2))), dtype=np.float64)


def _note(frequency: float, rate: int) -> Samples:
    seconds = np.arange(int(_RING_S * rate)) / rate
    fades = np.minimum(1.0, seconds / 0.05) * np.minimum(1.0, (_RING_S - seconds) / 0.4)
    tone = np.sin(2 * np.pi * frequency * seconds) + 0.3 * np.sin(4 * np.pi * frequency * seconds)
    return np.asarray(tone * np.exp(-2.2 * seconds) * fades, dtype=np.float64)
