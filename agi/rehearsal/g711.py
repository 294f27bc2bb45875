"""G.711 (ITU-T): the 256 values of µ-law and of A-law, and the nearest of them for a sample."""

import io

import numpy as np
import soundfile
from numpy.typing import NDArray

from agi.speech.tuning import RATE


def _values(law: str) -> NDArray[np.int16]:
    codes = io.BytesIO(bytes(range(256)))
    return np.asarray(soundfile.read(codes, dtype="int16", format="RAW", subtype=law, samplerate=RATE, channels=1)[0])


class Law:
    """One of the two laws: what it makes of 16-bit samples."""

    def __init__(self, name: str) -> None:
        self._values = _values(name)
        self._order = np.argsort(self._values, kind="stable")
        ordered = self._values[self._order].astype(np.float64)
        self._edges = (ordered[1:] + ordered[:-1]) / 2

    def decode(self, codes: bytes) -> NDArray[np.int16]:
        """The samples of a payload."""
        return self._values[np.frombuffer(codes, np.uint8)]

    def encode(self, samples: NDArray[np.number]) -> bytes:
        """The code of the nearest value for each sample."""
        return self._order[np.searchsorted(self._edges, samples)].astype(np.uint8).tobytes()

    def there_and_back(self, samples: NDArray[np.number]) -> NDArray[np.int16]:
        """`samples` as the other end hears them."""
        return self.decode(self.encode(samples))


MU_LAW, A_LAW = Law("ULAW"), Law("ALAW")
