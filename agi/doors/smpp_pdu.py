"""What an SMSC says in SMPP 3.4, read octet by octet.

The library's own reader (aiosmpplib) refuses empty messages and receipts without words, and misreads references of 16
bits and most data codings; what it writes is right, and used.
"""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from agi.books.parts import Part
from agi.doors import gsm

HEADER = struct.Struct("!4I")  # length with these 16 octets, command, status, sequence number (3.2)
LONGEST = 70_000
"""Octets of a PDU: message_payload has at most 64 kB."""
_TYPE, _WITH_HEADER = (
    0x3C,
    0x40,
)  # of esm_class (5.2.12): what kind of message it is; whether a header is before its words
_RECEIPT, _INTERNATIONAL = 0x04, 1
_PAYLOAD, _REFERENCE, _STATE = 0x0424, 0x0204, 0x0427
_SAR_REFERENCE, _SAR_TOTAL, _SAR_NTH = 0x020C, 0x020E, 0x020F
_CODECS = {
    1: "ascii",
    3: "latin-1",
    6: "iso8859-5",
    7: "iso8859-8",
    8: "utf-16-be",
    0x18: "utf-16-be",
    0x19: "utf-16-be",
}
"""Of data_coding (5.2.19), with the two of TS 23.038 that phones' UCS-2 also comes as; all others are the default."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A deliver_sm (4.6.1). `number`: who wrote, with a plus where it is international; "" where it is no number."""

    number: str = field(repr=False)
    text: str = field(repr=False)
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A deliver_sm that tells what became of an SMS of ours to `number`. `reference`: what we had called it."""

    number: str = field(repr=False)
    reference: int | None
    state: str


def deliver_sm(body: bytes, default: str) -> Delivered | Receipt | None:
    """What stands in the body of a deliver_sm; None where it is of a kind that is neither message nor receipt.

    `default`: the codec of the SMSC's default alphabet, "" for that of GSM. Raises ValueError.
    """
    try:
        return _deliver_sm(_Reader(body), default)
    except IndexError as short:
        raise ValueError("a deliver_sm that is too short") from short


def _deliver_sm(reader: "_Reader", default: str) -> Delivered | Receipt | None:
    reader.string()  # service_type
    ton = reader.octet()
    reader.octet()  # source_addr_npi
    number = reader.string().decode("ascii", "replace").removeprefix("+")
    number = f"+{number}" if ton == _INTERNATIONAL else number
    reader.take(2)  # dest_addr_ton, dest_addr_npi
    reader.string()  # destination_addr
    esm_class = reader.octet()
    reader.take(2)  # protocol_id, priority_flag
    reader.string()  # schedule_delivery_time
    reader.string()  # validity_period
    reader.take(2)  # registered_delivery, replace_if_present_flag
    coding = reader.octet()
    reader.octet()  # sm_default_msg_id
    words = reader.take(reader.octet())
    more = reader.parameters()
    words = words or more.get(_PAYLOAD, b"")
    kind = esm_class & _TYPE
    if kind == _RECEIPT:
        reference = _whole(more, _REFERENCE)
        told = re.search(rb"stat:\s*([A-Za-z]{1,10})", words)
        state = told[1].decode() if told else str(_whole(more, _STATE) or "")
        return Receipt(number, reference, state)
    if kind:
        return None
    part = _part(*(_whole(more, one) for one in (_SAR_REFERENCE, _SAR_NTH, _SAR_TOTAL)))
    if esm_class & _WITH_HEADER and words:
        concatenated, words = gsm.without_header(words)
        part = _part(*concatenated) if concatenated else part
    codec = _CODECS.get(coding, default)
    text = words.decode(codec, "replace") if codec else gsm.decoded(words)
    return Delivered(number, text, part)


def _part(reference: int | None, nth: int | None, of: int | None) -> Part | None:
    """A part, unless it is the only one, or none that can be."""
    if reference is None or nth is None or of is None or not 1 <= nth <= of or of == 1:
        return None
    return Part(reference, nth, of)


def _whole(parameters: Mapping[int, bytes], tag: int) -> int | None:
    value = parameters.get(tag)
    return int.from_bytes(value, "big") if value else None


class _Reader:
    """Goes through octets. Raises IndexError or ValueError where they end too early."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def octet(self) -> int:
        self._at += 1
        return self._octets[self._at - 1]

    def take(self, count: int) -> bytes:
        self._at += count
        if self._at > len(self._octets):
            raise IndexError("too short")
        return self._octets[self._at - count : self._at]

    def string(self) -> bytes:
        """A string that ends with a zero."""
        found = self.take(self._octets.index(b"\0", self._at) - self._at)
        self._at += 1
        return found

    def parameters(self) -> Mapping[int, bytes]:
        """The optional parameters that are left (5.3)."""
        found = {}
        while self._at < len(self._octets):
            tag, length = (int.from_bytes(self.take(2), "big") for _ in range(2))
            found[tag] = self.take(length)
        return found
