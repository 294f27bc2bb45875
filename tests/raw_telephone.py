"""A telephone that does what no good telephone does: any SIP request, any timing of RTP, from any port.

Plain sockets and one listening thread; nothing is sent by itself but answers to the far end's requests.
"""

import re
import secrets
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from agi.workshop.softphone import rtp, sip
from agi.workshop.softphone.phone import Account

Headers = Sequence[tuple[str, str]]
SILENCE_FRAME_S = 0.02
NUMBER = "1500537"


class RawTelephone:
    """One telephone with at most one dialog, which it begins or answers.

    `account`: where and who; `address`: the machine's address it uses.
    """

    def __init__(self, account: Account, address: str = "127.0.0.1") -> None:
        self.account = account
        self.address = address
        self.sip = self.port_of_its_own()
        self.rtp = self.port_of_its_own()
        self.asked: list[sip.Message] = []  # requests of the far end, each answered with `answers` or 200
        self.answers: dict[str, tuple[int, str] | None] = {}  # None: no answer at all
        self.heard: deque[tuple[float, bytes]] = deque(maxlen=20_000)  # when, packet
        self.media: sip.Media | None = None
        self._came = threading.Condition()
        self._responses: list[sip.Message] = []
        self._cseq = secrets.randbelow(1000) + 1
        self._call_id = secrets.token_hex(12)
        self._tag = secrets.token_hex(6)
        self._us = f"<sip:{account.user}@{account.host}>;tag={self._tag}"
        self._them = ""
        self.target = ""
        self._sequence, self._time, self._source = 0, 0, secrets.randbits(32)
        self._closed = False
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._listen, self._record)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def port_of_its_own(self) -> socket.socket:
        """One more UDP port, for a stranger's packets as well."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((self.address, 0))
        sock.settimeout(0.1)
        return sock

    def close(self) -> None:
        """Hang up, sign off nothing, close the ports."""
        if self.target:
            self.hang_up()
        self._closed = True
        for thread in self._threads:
            thread.join()
        self.sip.close()
        self.rtp.close()

    # ---- SIP ----

    @property
    def contact(self) -> str:
        """Where the far end finds this telephone."""
        return f"sip:{self.account.user}@{self.address}:{self.sip.getsockname()[1]}"

    @property
    def replaces(self) -> str:
        """What another telephone says to take this one's place in its call (RFC 3891)."""
        ours, theirs = (header.rpartition("tag=")[2] for header in (self._us, self._them))
        return f"{self._call_id};to-tag={theirs};from-tag={ours}"

    def request(self, method: str, uri: str = "", headers: Headers = (), body: str = "") -> sip.Message:
        """A request, in the dialog when there is one, not sent yet; `headers` are added, or replace ours."""
        self._cseq += 1
        server = f"{self.account.host}:{self.account.port}"
        uri = uri or self.target or f"sip:{NUMBER}@{server}"
        port = self.sip.getsockname()[1]
        ours = [
            ("Via", f"SIP/2.0/UDP {self.address}:{port};rport;branch={sip.branch()}"),
            ("Max-Forwards", "70"),
            ("From", self._us),
            ("To", self._them or f"<{uri}>"),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._cseq} {method}"),
            ("Contact", f"<{self.contact}>"),
            ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, UPDATE"),
        ]
        changed = {name.lower() for name, _ in headers}
        kept = [(name, value) for name, value in ours if name.lower() not in changed]
        return sip.Message(f"{method} {uri} SIP/2.0", [*kept, *headers], body)

    def send(self, message: sip.Message) -> None:
        """Send one datagram."""
        self.sip.sendto(message.encode(), (self.account.host, self.account.port))

    def ask(self, request: sip.Message, limit_s: float = 30.0) -> sip.Message | None:
        """Send until a final response comes, answering one challenge; None when none comes."""
        answer = self._transact(request, limit_s)
        if answer is None or answer.code not in (401, 407):
            return answer
        challenge = answer.header("WWW-Authenticate") or answer.header("Proxy-Authenticate")
        method, uri = request.start.split()[:2]
        proof = sip.authorization(challenge, method, uri, self.account.user, self.account.password)
        name = "Authorization" if answer.code == 401 else "Proxy-Authorization"
        self._cseq += 1
        port = self.sip.getsockname()[1]
        fresh = {
            "Via": f"SIP/2.0/UDP {self.address}:{port};rport;branch={sip.branch()}",
            "CSeq": f"{self._cseq} {method}",
        }
        headers = [(key, fresh.get(key, value)) for key, value in request.headers]
        return self._transact(sip.Message(request.start, [*headers, (name, proof)], request.body), limit_s)

    def register(self, seconds: int = 300) -> None:
        """Sign in."""
        itself = f"<sip:{self.account.user}@{self.account.host}>"
        headers = [("To", itself), ("From", f"{itself};tag=1"), ("Expires", str(seconds))]
        answer = self.ask(self.request("REGISTER", f"sip:{self.account.host}:{self.account.port}", headers))
        assert answer is not None and answer.code == 200

    def dial(
        self, uri: str = "", headers: Headers = (), sdp: str | None = None, *, caller: str = "", ack: bool = True
    ) -> sip.Message:
        """Call; the final response. `caller`: the user part of From. Without `ack` the answer is never confirmed."""
        self._call_id, self._them, self.target = secrets.token_hex(12), "", ""
        self._tag = secrets.token_hex(6)
        self._us = f"<sip:{caller or self.account.user}@{self.account.host}>;tag={self._tag}"
        body = sip.offer(self.address, self.rtp.getsockname()[1]) if sdp is None else sdp
        request = self.request("INVITE", uri, [("Content-Type", "application/sdp"), *headers], body)
        answer = self.ask(request, 10.0)
        assert answer is not None, "no final answer to INVITE"
        if answer.code < 300:
            self._talk(answer, us=self._us, them=answer.header("To"))
            if ack:
                self.send(self._ack(answer))
        return answer

    def _talk(self, far: sip.Message, us: str, them: str) -> None:
        """The dialog that `far`, an answer or an INVITE of the far end, has begun."""
        self._call_id, self._us, self._them = far.header("Call-ID"), us, them
        found = re.search(r"<([^>]+)>", far.header("Contact"))
        self.target = found[1] if found else ""
        self.media = sip.media(far.body)

    def hang_up(self) -> sip.Message | None:
        """BYE; nothing happens when the far end has hung up."""
        target, self.target = self.target, ""
        if not target or self.was_asked("BYE"):
            return None
        return self.ask(self.request("BYE", target))

    def was_asked(self, method: str, limit_s: float = 0.0) -> bool:
        """Whether the far end has sent a request `method`, or does within `limit_s`."""
        with self._came:
            return self._came.wait_for(lambda: any(one.method == method for one in self.asked), limit_s)

    def _ack(self, answer: sip.Message) -> sip.Message:
        ack = self.request("ACK", self.target)
        self._cseq -= 1
        return sip.Message(
            ack.start, [(k, f"{answer.header('CSeq').split()[0]} ACK" if k == "CSeq" else v) for k, v in ack.headers]
        )

    def _transact(self, request: sip.Message, limit_s: float) -> sip.Message | None:
        wanted = request.header("CSeq"), request.header("Call-ID")
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            self.send(request)
            with self._came:
                self._came.wait_for(lambda: self._final(wanted) is not None, 0.5)
                answer = self._final(wanted)
            if answer is not None:
                if request.method == "INVITE" and answer.code >= 300:
                    self._confirm_refusal(request, answer)
                return answer
        return None

    def _confirm_refusal(self, request: sip.Message, answer: sip.Message) -> None:
        number, uri = request.header("CSeq").split()[0], request.start.split()[1]
        kept = [(name, request.header(name)) for name in ("Via", "From", "Call-ID")]
        self.send(sip.Message(f"ACK {uri} SIP/2.0", [*kept, ("To", answer.header("To")), ("CSeq", f"{number} ACK")]))

    def _final(self, wanted: tuple[str, str]) -> sip.Message | None:
        return next(
            (
                one
                for one in self._responses
                if one.code >= 200 and (one.header("CSeq"), one.header("Call-ID")) == wanted
            ),
            None,
        )

    def _listen(self) -> None:
        while not self._closed:
            try:
                message = sip.Message.parse(self.sip.recv(65535))
            except TimeoutError:
                continue
            if message is None:
                continue
            with self._came:
                (self._responses if message.code else self.asked).append(message)
                self._came.notify_all()
            if not message.code and message.method != "ACK":
                self._answer(message)

    def _answer(self, request: sip.Message) -> None:
        chosen = self.answers.get(request.method, (200, "OK"))
        if chosen is None:
            return
        reply = request.reply(*chosen, tag=self._tag)
        if request.method in ("INVITE", "UPDATE") and chosen[0] == 200:
            reply.headers += [("Contact", f"<{self.contact}>"), ("Content-Type", "application/sdp")]
            reply.body = sip.offer(self.address, self.rtp.getsockname()[1])
            if request.method == "INVITE" and not self.target:
                self._talk(request, us=reply.header("To"), them=request.header("From"))
        self.send(reply)

    # ---- RTP ----

    def packet(
        self, kind: int, payload: bytes, samples: int, *, marker: bool = False, when: int | None = None
    ) -> bytes:
        """One packet of our stream, `samples` after the last; `when` is another time stamp than that."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._time += samples
        stamp = (self._time if when is None else when) & 0xFFFFFFFF
        return (
            struct.pack("!BBHII", 0x80, kind | (0x80 if marker else 0), self._sequence, stamp, self._source) + payload
        )

    def audio(self, ms: int = 20, payload: bytes | None = None) -> bytes:
        """One packet of µ-law, silent unless `payload` says otherwise."""
        return self.packet(rtp.PCMU, b"\xff" * (8 * ms) if payload is None else payload, 8 * ms)

    def key(self, key: str, *, ms: int = 20, lasts: int = 100, pause: int = 60) -> list[bytes]:
        """The packets of one key (RFC 4733), one to be sent every `ms`: down for `lasts`, then `pause` of audio."""
        assert self.media is not None
        begin, packets = self._time + 8 * ms, []
        steps = max(lasts // ms, 1)
        for count in range(1, steps + 4):
            last = count > steps  # the end is sent three times
            event = struct.pack("!BBH", rtp.EVENTS.index(key), 10 | (0x80 if last else 0), min(count, steps) * 8 * ms)
            packets.append(self.packet(self.media.events, event, 8 * ms, marker=count == 1, when=begin))
        return packets + [self.audio(ms) for _ in range(pause // ms)]

    def play(self, packets: Iterable[bytes], ms: int = 20, sock: socket.socket | None = None) -> None:
        """Send one packet every `ms`, from our port or another one."""
        assert self.media is not None
        begun = time.monotonic()
        for count, packet in enumerate(packets):
            time.sleep(max(begun + count * ms / 1000 - time.monotonic(), 0))
            (sock or self.rtp).sendto(packet, (self.media.address, self.media.port))

    def be_silent(self, seconds: float, ms: int = 20) -> None:
        """Send silence as a telephone does whose owner says nothing."""
        self.play((self.audio(ms) for _ in range(round(seconds * 1000 / ms))), ms)

    def sound(self) -> bytes:
        """What was heard so far as 16-bit samples, packet after packet."""
        packets = (rtp.unpack(data) for _, data in tuple(self.heard))
        decoded = (rtp.decode(packet.kind, packet.payload) for packet in packets if packet)
        return b"".join(one for one in decoded if one)

    def _record(self) -> None:
        while not self._closed:
            try:
                data = self.rtp.recv(4096)
            except TimeoutError:
                continue
            self.heard.append((time.monotonic(), data))


def signs_in(account: Account) -> bool:
    """Whether a telephone with this account may sign in."""
    itself = f"<sip:{account.user}@{account.host}>"
    with RawTelephone(account) as telephone:
        headers = [("To", itself), ("From", f"{itself};tag=1"), ("Expires", "60")]
        answer = telephone.ask(telephone.request("REGISTER", f"sip:{account.host}:{account.port}", headers))
        return answer is not None and answer.code == 200
