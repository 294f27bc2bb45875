"""What an SMS is made of: the alphabet of GSM (3GPP TS 23.038) and the parts of a long one (TS 23.040, 9.2.3.24)."""

from datetime import timedelta
from typing import cast

from aiosmpplib.codec import ESCAPE, GSM7BitCodec

LIMITS = ((timedelta(hours=1), 60), (timedelta(days=1), 200))
"""See `text.delivery.Limits`: each answer is paid for."""
_ALONE, _IN_PARTS = 160, 153
"""Septets of an SMS that is whole, and of one that is part of another."""
_CONCATENATED = {(0x00, 3), (0x08, 4)}
"""Kinds and lengths of the two elements of a header that say which part an SMS is."""
_CODEC = GSM7BitCodec()


def encoded(text: str) -> bytes:
    """`text` in the alphabet of GSM, an octet for each septet; "?" for what is not in it."""
    return cast("bytes", _CODEC.encode(text, "replace")[0])


def decoded(octets: bytes) -> str:
    """What `octets` of that alphabet say, "?" for those that say nothing."""
    return cast("str", _CODEC.decode(octets, "replace")[0])


def plain(text: str) -> str:
    """`text` with nothing in it that makes an SMS of half the length."""
    return decoded(encoded(text))


def parts(octets: bytes) -> tuple[bytes, ...]:
    """Septets as they fit into one SMS, or into parts of one; what takes two septets stays together."""
    if len(octets) <= _ALONE:
        return (octets,)
    found = []
    while octets:
        end = _IN_PARTS - (octets[_IN_PARTS - 1 : _IN_PARTS] == bytes([ESCAPE]))
        found.append(octets[:end])
        octets = octets[end:]
    return tuple(found)


def without_header(octets: bytes) -> tuple[tuple[int, int, int] | None, bytes]:
    """What stands after the header of an SMS; which part it is (reference, nth, of how many), if the header says so.

    Raises IndexError where it is too short.
    """
    end = octets[0] + 1
    header, found = octets[1:end], None
    while len(header) >= 2:
        kind, length = header[0], header[1]
        value, header = header[2 : 2 + length], header[2 + length :]
        if (kind, len(value)) in _CONCATENATED:
            found = int.from_bytes(value[:-2], "big"), value[-1], value[-2]
    return found, octets[end:]


def headed(part: bytes, reference: int, nth: int, of: int) -> bytes:
    """A part with the header that says so; `reference` from 0 to 255."""
    return bytes([5, 0, 3, reference, of, nth]) + part
