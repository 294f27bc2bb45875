"""A WAV (8 kHz, 16 bit, mono) that others may read while it grows."""

import io
import os
import struct
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
HEADER_BYTES = 44


class Recording:
    """What a phone hears: sound at the place its sender gave it, and silence where for some time nothing came.

    A machine may hold packets up and deliver them all at once. By the clock alone that would be a prompt with a hole.
    """

    LATE = RATE // 10  # packets may be this many samples late before silence is put in their place
    HELD_UP = RATE  # and this late they still take the place of that silence; later ones follow it

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)
        self._file.write(_header(0))
        self._samples = 0
        self._start: int | None = None  # what the sender's clock showed at the first sample

    def add(self, samples: bytes, time: int | None = None) -> None:
        """Write down what arrived, said at `time` by its sender's clock (RTP timestamp, 8 kHz, modulo 2**32)."""
        place = self._samples if time is None else self._place(time)
        if place > self._samples:
            self._write(self._samples, bytes(2 * (place - self._samples)))
        self._write(place, samples)

    def _place(self, time: int) -> int:
        if self._start is not None:
            ahead = (time - self._start - self._samples + (1 << 31)) % (1 << 32) - (1 << 31)
            if -min(self.HELD_UP, self._samples) <= ahead <= self.HELD_UP:
                return self._samples + ahead
        self._start = time - self._samples  # the first packet, another sender, or one that comes much too late
        return self._samples

    def _write(self, place: int, samples: bytes) -> None:
        os.pwrite(self._file.fileno(), samples, HEADER_BYTES + 2 * place)
        self._samples = max(self._samples, place + len(samples) // 2)

    def fill(self, elapsed_s: float) -> None:
        """Append silence when less than `elapsed_s` seconds were heard and no packet can still be on its way."""
        missing = int(elapsed_s * RATE) - self._samples - self.LATE
        if missing >= self.LATE:
            self.add(bytes(2 * missing))

    def close(self) -> None:
        """Complete the header."""
        if not self._file.closed:
            os.pwrite(self._file.fileno(), _header(self._samples), 0)
            self._file.close()


def folder_for_recordings() -> str | None:
    """Where recordings are made: in memory where that is possible, since a busy disk would make a phone stutter."""
    memory = Path("/dev/shm")  # noqa: S108 - only as the parent of a private temporary folder
    return str(memory) if os.access(memory, os.W_OK) else None


def _header(samples: int) -> bytes:
    size = 2 * samples
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVE" + form + b"data" + struct.pack("<I", size)


def growing(path: Path, start: int = 0) -> NDArray[np.float32]:
    """The samples from number `start` on of a recording that may still grow; empty when it has not begun."""
    try:
        with path.open("rb") as source:
            source.seek(HEADER_BYTES + 2 * start)
            data = source.read()
    except FileNotFoundError:
        data = b""
    return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32)


def samples(path: Path) -> NDArray[np.int16]:
    """All samples of a complete WAV. Raises ValueError when it is not 8 kHz, 16 bit, mono."""
    with wave.open(io.BytesIO(path.read_bytes())) as source:
        if (source.getframerate(), source.getsampwidth(), source.getnchannels()) != (RATE, 2, 1):
            raise ValueError(f"{path}: a WAV of 8 kHz, 16 bit and one channel is needed")
        return np.frombuffer(source.readframes(source.getnframes()), "<i2")
