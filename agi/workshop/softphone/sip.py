"""As much of SIP (RFC 3261) and SDP (RFC 8866) as a phone needs that calls one known server over UDP."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field

_CHALLENGE = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]+))')


@dataclass(slots=True)
class Message:
    """A request ("INVITE sip:… SIP/2.0") or response ("SIP/2.0 200 OK"): first line, headers in order, body."""

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> "Message | None":
        """The message in one datagram; None for a keep-alive or what is no SIP."""
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        lines = head.split("\r\n")
        if "SIP/2.0" not in lines[0]:
            return None
        pairs = [line.partition(":") for line in lines[1:] if ":" in line]
        return cls(lines[0], [(name.strip(), value.strip()) for name, _, value in pairs], body)

    def header(self, name: str) -> str:
        """The first header called `name`, or ""."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def all(self, name: str) -> list[tuple[str, str]]:
        """All headers called `name`, as pairs."""
        return [(key, value) for key, value in self.headers if key.lower() == name.lower()]

    @property
    def code(self) -> int:
        """The status code; 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else 0

    @property
    def reason(self) -> str:
        """The words after the status code."""
        return self.start.split(" ", 2)[2] if self.code and self.start.count(" ") > 1 else ""

    @property
    def method(self) -> str:
        """The method of a request, or the one a response answers."""
        return self.header("CSeq").split()[-1] if self.code else self.start.split()[0]

    def encode(self) -> bytes:
        """The datagram."""
        lines = [self.start, *(f"{key}: {value}" for key, value in self.headers)]
        lines.append(f"Content-Length: {len(self.body.encode())}")
        return ("\r\n".join(lines) + "\r\n\r\n" + self.body).encode()

    def reply(self, code: int, reason: str, tag: str = "") -> "Message":
        """A response to this request with what RFC 3261 section 8.2.6 copies."""
        kept = [pair for name in ("Via", "From", "To", "Call-ID", "CSeq") for pair in self.all(name)]
        kept = [
            (key, value + f";tag={tag}" if key == "To" and tag and "tag=" not in value else value)
            for key, value in kept
        ]
        return Message(f"SIP/2.0 {code} {reason}", kept)


def branch() -> str:
    """A new Via branch."""
    return "z9hG4bK" + secrets.token_hex(8)


def authorization(challenge: str, method: str, uri: str, user: str, password: str) -> str:
    """The Authorization value that answers a digest challenge (RFC 2617 / 8760: MD5 or SHA-256, qop auth or none)."""
    asked = {name.lower(): quoted or plain for name, quoted, plain in _CHALLENGE.findall(challenge)}
    algorithm = asked.get("algorithm", "MD5")

    def digest(*parts: str) -> str:
        text = ":".join(parts).encode()
        if algorithm.upper() == "SHA-256":
            return hashlib.sha256(text).hexdigest()
        return hashlib.md5(text, usedforsecurity=False).hexdigest()

    ha1 = digest(user, asked.get("realm", ""), password)
    ha2 = digest(method, uri)
    said = f'Digest username="{user}", realm="{asked.get("realm", "")}", nonce="{asked["nonce"]}", uri="{uri}"'
    if "qop" in asked:
        cnonce = secrets.token_hex(8)
        response = digest(ha1, asked["nonce"], "00000001", cnonce, "auth", ha2)
        said += f', qop=auth, nc=00000001, cnonce="{cnonce}"'
    else:
        response = digest(ha1, asked["nonce"], ha2)
    said += f', response="{response}", algorithm={algorithm}'
    return said + (f', opaque="{asked["opaque"]}"' if "opaque" in asked else "")


def offer(address: str, port: int) -> str:
    """Our SDP: G.711 both laws and RFC 4733 events, 20 ms."""
    return "\r\n".join(
        [
            "v=0", f"o=- 1 1 IN IP4 {address}", "s=-", f"c=IN IP4 {address}", "t=0 0",
            f"m=audio {port} RTP/AVP 0 8 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-16", "a=ptime:20", "a=sendrecv", "",
        ]
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Media:
    """Where the far end wants audio, and the payload type it takes keys with."""

    address: str
    port: int
    events: int


def media(sdp: str) -> Media | None:
    """What an SDP says about audio; None when it has none."""
    port = re.search(r"^m=audio (\d+)", sdp, re.MULTILINE)
    address = re.search(r"^c=IN IP4 (\S+)", sdp, re.MULTILINE)
    events = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", sdp, re.MULTILINE)
    if port is None or address is None:
        return None
    return Media(address[1], int(port[1]), int(events[1]) if events else 101)
