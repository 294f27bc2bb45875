"""Asterisk's AudioSocket: frames of audio and keys over one TCP connection.

A frame is its kind (1 byte), the length of its payload (2 bytes, big-endian) and the payload. Asterisk opens the
connection and says its UUID first; audio goes both ways. Source: res_audiosocket.c and "AudioSocket" in Asterisk's
documentation; recorded frames stand in tests/fixtures/audiosocket.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

RATE = 8000
FRAME_MS = 20
FRAME_BYTES = 2 * RATE * FRAME_MS // 1000
"""Bytes of one frame of audio: 20 ms, 16-bit little-endian, one channel."""

LONGEST_AUDIO = 50 * FRAME_BYTES
"""Bytes of audio in one frame that are believed: a second. Asterisk sends 20 ms, other senders some more."""

_HEAD = 3
_KEYS = frozenset(b"0123456789*#ABCD")


class Kind(IntEnum):
    """Kinds of frames."""

    END = 0x00
    UUID = 0x01
    KEY = 0x03
    AUDIO = 0x10
    ERROR = 0xFF


_LENGTHS: Mapping[int, tuple[int, int]] = {
    Kind.END: (0, 0),
    Kind.UUID: (16, 16),
    Kind.KEY: (1, 1),
    Kind.AUDIO: (0, LONGEST_AUDIO),
    Kind.ERROR: (0, 255),
}


class NotAudioSocket(Exception):
    """What came is no frame that Asterisk sends; the connection is of no more use. Never holds what came."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: `payload` is checked against its kind."""

    kind: Kind
    payload: bytes = b""

    @property
    def uuid(self) -> UUID:
        """What a UUID frame names."""
        return UUID(bytes=self.payload)

    @property
    def key(self) -> str:
        """The key of a KEY frame."""
        return self.payload.decode("ascii")


class Reader:
    """Cuts what arrives into frames, however it was cut on the way."""

    def __init__(self) -> None:
        self._held = bytearray()

    def take(self, data: bytes | bytearray) -> list[Frame]:
        """The frames that `data` completes. Raises `NotAudioSocket`; nothing after that is worth reading."""
        self._held += data
        found: list[Frame] = []
        at = 0
        while len(self._held) - at >= _HEAD:
            kind, length = self._held[at], int.from_bytes(self._held[at + 1 : at + _HEAD])
            _check(kind, length)
            end = at + _HEAD + length
            if len(self._held) < end:
                break
            payload = bytes(self._held[at + _HEAD : end])
            if kind == Kind.KEY and payload[0] not in _KEYS:
                raise NotAudioSocket("A key that no telephone has.")
            found.append(Frame(Kind(kind), payload))
            at = end
        del self._held[:at]
        return found


def packed(kind: Kind, payload: bytes = b"") -> bytes:
    """The bytes of one frame."""
    return bytes((kind,)) + len(payload).to_bytes(2) + payload


def audio(payload: bytes) -> bytes:
    """The bytes of a frame of sound."""
    return packed(Kind.AUDIO, payload)


END = packed(Kind.END)
"""Gives the call back to the dialplan."""


def _check(kind: int, length: int) -> None:
    """Refuse a frame by its head, before its payload is waited for."""
    least, most = _LENGTHS.get(kind, (1, 0))
    if not least <= length <= most or (kind == Kind.AUDIO and length % 2):
        raise NotAudioSocket(f"A frame of kind {kind} with {length} bytes.")
