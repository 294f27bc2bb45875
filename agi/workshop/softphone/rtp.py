"""RTP (RFC 3550) with G.711 and keys (RFC 4733), 20 ms a packet."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FRAME = 160
KEY_FRAMES = 5  # 100 ms a key; telephones must send 40 ms at least, people press 80 ms and longer
PAUSE_FRAMES = 3
PCMU, PCMA = 0, 8
EVENTS = "0123456789*#"
_VOLUME = 10  # -10 dBm0


def _ulaw_table() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.uint8)
    magnitude = (((code & 0x0F).astype(np.int32) << 3) + 0x84) << ((code & 0x70) >> 4).astype(np.int32)
    return np.where(code & 0x80, 0x84 - magnitude, magnitude - 0x84).astype(np.int16)


def _alaw_table() -> NDArray[np.int16]:
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    segment = ((code & 0x70) >> 4).astype(np.int32)
    value = ((code & 0x0F).astype(np.int32) << 4) + 8
    value = np.where(segment > 0, (value + 0x100) << np.maximum(segment - 1, 0), value)
    return np.where(code & 0x80, value, -value).astype(np.int16)


ULAW, ALAW = _ulaw_table(), _alaw_table()
_ULAW_ORDER = np.argsort(ULAW, kind="stable")
_ULAW_EDGES = (ULAW[_ULAW_ORDER][1:].astype(np.int32) + ULAW[_ULAW_ORDER][:-1]) / 2
SILENCE = b"\xff" * FRAME


def decode(kind: int, payload: bytes) -> bytes | None:
    """16-bit samples of a G.711 payload; None for another kind (an event)."""
    table = {PCMU: ULAW, PCMA: ALAW}.get(kind)
    return None if table is None else table[np.frombuffer(payload, np.uint8)].tobytes()


def encode(samples: NDArray[np.int16]) -> bytes:
    """µ-law: the nearest of the 256 values for each sample."""
    return _ULAW_ORDER[np.searchsorted(_ULAW_EDGES, samples)].astype(np.uint8).tobytes()


def frames(samples: NDArray[np.int16]) -> tuple[bytes, ...]:
    """Payloads of 20 ms of µ-law each, the last filled up with silence."""
    sound = encode(samples)
    return tuple(sound[at : at + FRAME].ljust(FRAME, b"\xff") for at in range(0, len(sound), FRAME))


class Packet(NamedTuple):
    """One packet: payload type, the sender's clock (8 kHz, modulo 2**32), payload."""

    kind: int
    time: int
    payload: bytes


def unpack(data: bytes) -> Packet | None:
    """A packet without header extension and list of sources; None for what is no RTP."""
    if len(data) < 12 or data[0] >> 6 != 2 or 64 <= data[1] & 0x7F < 96:  # 64-95: RTCP on the same port (RFC 5761)
        return None
    start = 12 + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    return Packet(data[1] & 0x7F, int.from_bytes(data[4:8], "big"), data[start:])


class Sender:
    """The packets of one stream: audio frame by frame, keys between them."""

    def __init__(self, source: int) -> None:
        self._source = source
        self._sequence = 0
        self._time = 0

    def _packet(self, payload_type: int, payload: bytes, when: int, *, marker: bool = False) -> bytes:
        self._sequence = (self._sequence + 1) & 0xFFFF
        kind = payload_type | (0x80 if marker else 0)
        return struct.pack("!BBHII", 0x80, kind, self._sequence, when & 0xFFFFFFFF, self._source) + payload

    def audio(self, payload: bytes = SILENCE) -> bytes:
        """One 20 ms frame of µ-law."""
        self._time += FRAME
        return self._packet(PCMU, payload, self._time)

    def key(self, key: str, payload_type: int) -> Iterator[bytes]:
        """The packets of one key, one to be sent every 20 ms, and the pause after it."""
        begin = self._time + FRAME
        for count in range(1, KEY_FRAMES + 4):
            last = count > KEY_FRAMES  # the end is sent three times (RFC 4733 section 2.5.1.4)
            event = struct.pack(
                "!BBH", EVENTS.index(key), _VOLUME | (0x80 if last else 0), min(count, KEY_FRAMES) * FRAME
            )
            self._time += FRAME
            yield self._packet(payload_type, event, begin, marker=count == 1)
        for _ in range(PAUSE_FRAMES):
            yield self.audio()
