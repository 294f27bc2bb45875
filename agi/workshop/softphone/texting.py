"""A telephone that writes: text messages of one account (SIP MESSAGE, RFC 3428) over UDP, and the answers to them."""

import secrets
import socket
import time

from agi.workshop.softphone import sip
from agi.workshop.softphone.phone import Account, PhoneError

_RESENT_S = 0.5
_LONGEST = 65535


class TextPhone:
    """Writes as `sender`, as the account itself where that is ""; to be closed."""

    def __init__(self, account: Account, sender: str = "") -> None:
        self._account = account
        self._us = f"<sip:{sender or account.user}@{account.host}>;tag={secrets.token_hex(6)}"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect((account.host, account.port))
        self._here = "{}:{}".format(*self._socket.getsockname())
        self._cseq = 0
        self._taken: set[str] = set()
        self._came: list[str] = []

    def __enter__(self) -> "TextPhone":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def write(self, number: str, body: str, timeout_s: float = 10.0) -> int:
        """Send `body` to `number`; the status code that says whether it was taken. Raises PhoneError: no answer."""
        call_id, uri = secrets.token_hex(12), f"sip:{number}@{self._account.host}:{self._account.port}"
        until = time.monotonic() + timeout_s
        answer = self._ask(self._message(uri, call_id, body), until)
        if answer.code in (401, 407):
            name, asked = (
                ("Authorization", "WWW-Authenticate")
                if answer.code == 401
                else ("Proxy-Authorization", "Proxy-Authenticate")
            )
            request = self._message(uri, call_id, body)
            who = (self._account.user, self._account.password)
            request.headers.append((name, sip.authorization(answer.header(asked), "MESSAGE", uri, *who)))
            answer = self._ask(request, until)
        return answer.code

    def wait(self, timeout_s: float = 10.0) -> str:
        """The next message that comes, "" where none comes in time."""
        until = time.monotonic() + timeout_s
        while not self._came and self._receive(until) is not None:
            pass
        return self._came.pop(0) if self._came else ""

    def _message(self, uri: str, call_id: str, body: str) -> sip.Message:
        self._cseq += 1
        headers = [
            ("Via", f"SIP/2.0/UDP {self._here};rport;branch={sip.branch()}"), ("Max-Forwards", "70"),
            ("From", self._us), ("To", f"<{uri}>"), ("Call-ID", call_id), ("CSeq", f"{self._cseq} MESSAGE"),
            ("Content-Type", "text/plain;charset=UTF-8"),
        ]  # fmt: skip
        return sip.Message(f"MESSAGE {uri} SIP/2.0", headers, body)

    def _ask(self, request: sip.Message, until: float) -> sip.Message:
        """The final answer to `request`, which is sent again while none comes."""
        number = request.header("CSeq")
        while time.monotonic() < until:
            self._socket.send(request.encode())
            resend = min(until, time.monotonic() + _RESENT_S)
            while (message := self._receive(resend)) is not None:
                if message.code >= 200 and message.header("CSeq") == number:
                    return message
        raise PhoneError(f"{self._account.host}:{self._account.port} does not answer a text message")

    def _receive(self, until: float) -> sip.Message | None:
        """The next that comes until then; messages to us are answered, and kept once."""
        while (left := until - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                message = sip.Message.parse(self._socket.recv(_LONGEST))
            except TimeoutError:
                return None
            except ConnectionRefusedError:  # nobody there, or not yet
                time.sleep(min(_RESENT_S, max(until - time.monotonic(), 0)))
                continue
            if message is None:
                continue
            if message.method == "MESSAGE" and not message.code:
                self._socket.send(message.reply(200, "OK", secrets.token_hex(6)).encode())
                if (known := message.header("Call-ID") + message.header("CSeq")) not in self._taken:
                    self._taken.add(known)
                    self._came.append(message.body)
            return message
        return None
