"""RTP (RFC 3550) with G.711 and keys (RFC 4733), 20 ms a packet."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agi.rehearsal import g711

FRAME = 160
KEY_FRAMES = 5  # 100 ms a key; telephones must send 40 ms at least, people press 80 ms and longer
PAUSE_FRAMES = 3
PCMU, PCMA = 0, 8
EVENTS = "0123456789*#"
_VOLUME = 10  # -10 dBm0


SILENCE = b"\xff" * FRAME
_LAWS = {PCMU: g711.MU_LAW, PCMA: g711.A_LAW}


def decode(kind: int, payload: bytes) -> bytes | None:
    """16-bit samples of a G.711 payload; None for another kind (an event)."""
    law = _LAWS.get(kind)
    return None if law is None else law.decode(payload).tobytes()


def frames(samples: NDArray[np.int16]) -> tuple[bytes, ...]:
    """Payloads of 20 ms of µ-law each, the last filled up with silence."""
    sound = g711.MU_LAW.encode(samples)
    return tuple(sound[at : at + FRAME].ljust(FRAME, b"\xff") for at in range(0, len(sound), FRAME))


class Background:
    """Sound without an end, behind whatever a phone sends: `samples` over and over."""

    def __init__(self, samples: NDArray[np.int16]) -> None:
        self._samples = samples
        self._at = 0

    def under(self, sound: NDArray[np.int16]) -> NDArray[np.int16]:
        """`sound`, up to a whole frame, and as much of the background under it."""
        whole = np.pad(sound.astype(np.int32), (0, -len(sound) % FRAME))
        whole += np.take(self._samples, np.arange(self._at, self._at + len(whole)), mode="wrap")
        self._at += len(whole)
        return whole.clip(-32768, 32767).astype(np.int16)


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
