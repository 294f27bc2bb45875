"""What a browser may say to Asterisk, and who it is: that the pages say in headers of their own.

A browser has no password for SIP, so that none can be taken from it: whoever is signed in as a tester talks through the
pages, which put the proof of the pages, the caller's number and the name of the page into each request, and let
nothing by that looks like these.
"""

import hashlib
import re
from dataclasses import dataclass
from secrets import token_hex

from agi.ops.configure import PROOF_HEADER

LONGEST = 16_384
"""Characters of one message; an offer of Chromium's has some 3,000."""
NUMBER_HEADER = "X-Hotline-Number"
PAGE_HEADER = "X-Hotline-Page"
DRAFT_HEADER = "X-Hotline-Draft"
NO_DRAFT = "-"
_ALLOWED = frozenset({"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "UPDATE", "PRACK"})
_REQUEST = re.compile(r"([A-Z]+) sips?:\S+ SIP/2\.0")
_RESPONSE = re.compile(r"SIP/2\.0 [1-6][0-9]{2}( [^\r\n]*)?")
_OURS = re.compile(r"x-hotline-|replaces$|proxy-|route$|authorization$", re.I)
"""Headers that are not the browser's to say: who it is, whose call it takes, and which way a message goes."""
_SHORT_TO = re.compile(r"^t[ \t]*:", re.I | re.M)  # it would hide from us whether a call begins
_UNCOMMON = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|\r(?!\n)|(?<!\r)\n")
_LAST_CSEQ = 2**31 - 1  # RFC 3261, 8.1.1.5: after whatever the browser has sent
_AREA = "0100"  # no number in Indonesia begins so: none of a caller's is ever meant


@dataclass(frozen=True, slots=True)
class Seal:
    """What is put into the requests of one browser: the `proof` of the pages, the `number`, and the `page`.

    `draft`: which draft the call tries, and where it begins, as the line reads it.
    """

    proof: str
    number: str
    page: str
    draft: str = NO_DRAFT

    def put(self, message: str) -> str | None:
        """`message` of the browser as Asterisk gets it; None where it is none that a telephone sends."""
        if not message.strip("\r\n"):  # a sign of life
            return message
        head, separator, body = message.partition("\r\n\r\n")
        if not separator or _UNCOMMON.search(head) or _SHORT_TO.search(head):
            return None
        first, *headers = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
        if _RESPONSE.fullmatch(first):
            return message
        request = _REQUEST.fullmatch(first)
        if request is None or request[1] not in _ALLOWED:
            return None
        kept = [line for line in headers if not _OURS.match(line.partition(":")[0].strip())]
        said = {
            PROOF_HEADER: self.proof,
            NUMBER_HEADER: self.number,
            PAGE_HEADER: self.page,
            DRAFT_HEADER: self.draft,
        }
        own = [f"{name}: {value}" for name, value in said.items()]
        return "\r\n".join((first, *own, *kept)) + separator + body


class Dialog:
    """The one call of a browser, as far as it takes to hang up for who is gone, or signed out."""

    def __init__(self) -> None:
        self._invite = ""
        self._answer = ""

    @property
    def going_on(self) -> bool:
        """Whether there is a call, or may be one soon."""
        return bool(self._invite)

    def sent(self, message: str) -> None:
        """The browser has said `message`."""
        if begins(message):
            self._invite, self._answer = message, ""
        elif message.startswith("BYE "):
            self._invite = ""

    def came(self, message: str) -> None:
        """Asterisk has said `message`."""
        if message.startswith("BYE "):
            self._invite = ""
        elif _header(message, "CSeq").endswith("INVITE") and not message.startswith("SIP/2.0 1"):
            if message.startswith("SIP/2.0 2"):
                self._answer = message
            elif not self._answer:
                self._invite = ""

    def bye(self) -> str:
        """What ends the call; "" where there is none that was answered."""
        target = re.search(r"<(sip:[^>]+)>", _header(self._answer, "Contact"))
        if not self._invite or target is None:
            return ""
        lines = (
            f"BYE {target[1]} SIP/2.0",
            f"Via: SIP/2.0/WS pages.invalid;branch=z9hG4bK{token_hex(8)}",
            "Max-Forwards: 70",
            *(f"{name}: {_header(self._answer, name)}" for name in ("From", "To", "Call-ID")),
            f"CSeq: {_LAST_CSEQ} BYE",
            "Content-Length: 0",
        )
        return "\r\n".join(lines) + "\r\n\r\n"


def begins(message: str) -> bool:
    """Whether a request begins a call."""
    return message.startswith("INVITE ") and ";tag=" not in _header(message, "To")


def _header(message: str, name: str) -> str:
    """The first header of that name, in its long form, as JsSIP and Asterisk write it; "" without one."""
    found = re.search(rf"^{name}[ \t]*:[ \t]*(.*?)\r?$", message.partition("\r\n\r\n")[0], re.I | re.M)
    return found[1] if found else ""


def number_of(name: str) -> str:
    """The number as which the tester `name` calls, always the same: locks and limits are theirs as a caller's."""
    return f"{_AREA}{int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % 10**7:07}"
