"""Speech that comes with the program, sentences spoken once and kept as Ogg Opus: a fresh machine speaks at once.

What is kept is the engine's speech and not the clip: how clips are trimmed and levelled may change.
"""

from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import soundfile
import soxr

from agi.settings import ROOT
from agi.voice import audio
from agi.voice.cache import identity
from agi.voice.engine import Engine
from agi.voice.level import Samples

FOLDER = ROOT / "data" / "voice" / "pack"
Speak = Callable[[str], tuple[Samples, int]]
_RATE_HZ = audio.WIDE_HZ
"""Nothing above it is ever played."""


class Pack:
    """What `engine` has said, a file for each text in `folder`, named for all that it was made from."""

    def __init__(self, engine: Engine, folder: Path = FOLDER) -> None:
        self.folder = folder
        self._engine = engine

    def __contains__(self, text: str) -> bool:
        return self._file(text).is_file()

    def read(self, text: str) -> tuple[Samples, int] | None:
        """Mono samples and rate of `text`, as the engine is told it; None where it is not there or damaged."""
        try:
            return audio.read(self._file(text))
        except (soundfile.LibsndfileError, OSError):
            return None

    def renew(self, texts: Collection[str], speak: Speak, progress: Callable[[int, int], None]) -> tuple[int, int]:
        """Keep `texts`, spoken by `speak` where they are not kept yet, and nothing else; how many came and went.

        Raises OSError and what `speak` raises; what was done until then is kept.
        """
        lacking = [text for text in texts if text not in self]
        for done, text in enumerate(lacking, 1):
            if text not in self:  # another one may be at it, too
                self._add(text, *speak(text))
            progress(done, len(lacking))
        gone = set(self.folder.glob("*.*")) - set(map(self._file, texts))
        for file in gone:
            file.unlink()
        return len(lacking), len(gone)

    def _add(self, text: str, samples: Samples, rate: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = np.clip(soxr.resample(samples, rate, _RATE_HZ, quality="VHQ"), -1, 1)
        fresh = self._file(text).with_suffix(".new")
        with fresh.open("wb") as out:
            soundfile.write(out, kept, _RATE_HZ, format="OGG", subtype="OPUS")
        fresh.replace(self._file(text))

    def _file(self, text: str) -> Path:
        return self.folder / f"{identity(text, *self._engine.made_by)}.opus"
