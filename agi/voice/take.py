"""A recording as somebody sends it, before it replaces the synthetic voice: decoded, measured, cut."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from agi.tomlfile import Problem
from agi.voice import audio, recordings
from agi.voice.audio import Audio
from agi.voice.errors import RecordingError
from agi.voice.level import SILENCE, Samples, active_level

MOST_S = 180.0
"""Seconds that are looked at at all: of these it can be cut to what is wanted."""
MOST_CHANNELS = 8
RATES = range(4000, 192_001)
QUIET_DB = -45.0
"""Below this level the noise around the speaker is lifted to be heard, too."""


@dataclass(frozen=True, slots=True)
class Take:
    """Mono `samples` at `rate` Hz; `suffix` is that of the format it came in, told by its content (".mp3")."""

    samples: Samples
    rate: int
    suffix: str

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate

    @property
    def level_db(self) -> float:
        """Active speech level in dBov (ITU-T P.56); SILENCE where there is none."""
        return active_level(self.samples, self.rate)

    @property
    def peak_db(self) -> float:
        """The loudest sample, in dB below full scale."""
        peak = float(np.abs(self.samples).max(initial=0.0))
        return 20 * float(np.log10(peak)) if peak else SILENCE

    @property
    def clipped(self) -> bool:
        """Whether it was recorded too loudly: its peaks are cut flat."""
        return recordings.cut_flat(self.samples) > recordings.CLIPPED

    def cut(self, start_s: float, end_s: float) -> "Take":
        """What lies between two moments; all of it where `end_s` is 0."""
        end = len(self.samples) if end_s <= 0 else round(end_s * self.rate)
        return Take(self.samples[max(round(start_s * self.rate), 0) : end], self.rate, self.suffix)

    def fault(self) -> str:
        """Why callers can't hear it, in Indonesian; "" where they can."""
        if not len(self.samples):
            return recordings.EMPTY
        if why := recordings.too_long(self.seconds):
            return why
        if self.clipped:
            return recordings.TOO_LOUD
        return recordings.SILENT if self.level_db == SILENCE else ""

    def polished(self) -> Audio:
        """As callers will hear it. Raises `NoSpeech`."""
        return audio.polished(self.samples, self.rate)

    def wav(self) -> bytes:
        """As a WAV file, 16 bits."""
        out = io.BytesIO()
        soundfile.write(out, self.samples, self.rate, format="WAV", subtype="PCM_16")
        return out.getvalue()


def decoded(content: bytes, name: str = "berkas") -> Take:
    """What a file holds, whatever it is called. Raises `RecordingError`, which says what is wrong with it.

    No more is decoded than `MOST_S`: a small file can hold hours.
    """
    if recordings.cut_off(content[:8], len(content)):
        raise _bad(name, recordings.BROKEN_OFF)
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            if file.channels > MOST_CHANNELS or file.samplerate not in RATES:
                raise _bad(name, recordings.NO_SOUND)
            blocks: list[Samples] = []
            for block in file.blocks(file.samplerate, dtype="float64", always_2d=True):
                blocks.append(block.mean(axis=1))
                if len(blocks) > MOST_S:
                    raise _bad(name, f"lebih lama dari {MOST_S:.0f} detik: potong dulu")
            suffix = "." + {"WAVEX": "wav"}.get(file.format, file.format.lower())
            return Take(np.concatenate([*blocks, np.zeros(0)]), file.samplerate, suffix)
    except (soundfile.LibsndfileError, RuntimeError, OSError, ValueError):
        raise _bad(name, recordings.NO_SOUND) from None


def _bad(name: str, why: str) -> RecordingError:
    return RecordingError([Problem(Path(name), 0, why)])
