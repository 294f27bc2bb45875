"""One phone of the softphone: its SIP dialog and its audio, on an asyncio loop."""

import asyncio
import re
import secrets
import socket
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agi.workshop.softphone import rtp, sip, wavfile
from agi.workshop.softphone.phone import Account, Ended, Incoming

RESEND_S = 0.5
FINAL_S = 6.0  # a request without any answer for this long has failed
SIGN_IN_S = 32.0  # or, before there is a call, as long as RFC 3261 has it (timer F): the server may be busy
TICK_S = 0.02
DRAIN_S = 1.0  # packets that wait in a socket at a call's end are there within this time
_NOTHING = np.zeros(rtp.FRAME, np.int16)
ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY"


class _Port(asyncio.DatagramProtocol):
    """A UDP port that hands each datagram to `take`."""

    def __init__(self, take: "asyncio.Queue[bytes] | None" = None) -> None:
        self.inbox: asyncio.Queue[bytes] = take or asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.inbox.put_nowait(data)


class PlainCall:
    """A phone with at most one call. All methods run on the loop."""

    def __init__(self, account: Account, recording: Path) -> None:
        self._account = account
        self.recording = recording
        self.beside: rtp.Background | None = None
        self._server = f"{account.host}:{account.port}"
        self._tasks: list[asyncio.Task[None]] = []
        self._cseq = secrets.randbelow(1000) + 1
        self._pending: dict[tuple[int, str], asyncio.Future[sip.Message]] = {}
        self._ringing: asyncio.Queue[sip.Message] = asyncio.Queue()
        self._signed_in = False
        self._audio: asyncio.Task[None] | None = None
        self._fresh()

    def _fresh(self) -> None:
        """Forget the last call."""
        self._call_id = secrets.token_hex(12)
        self._tag = secrets.token_hex(6)
        self._us = self._them = self._target = ""
        self._ack: bytes = b""
        self._invite: sip.Message | None = None
        self._up = False
        self._ours = False
        self._over: Ended | None = None
        self._gone = asyncio.Event()
        self._to_send: deque[bytes] = deque()
        self._presses = False
        self._media: sip.Media | None = None

    async def open(self) -> None:
        """Open the two ports."""
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((self._account.host, self._account.port))
            self._local = probe.getsockname()[0]
        self._sip, port = await loop.create_datagram_endpoint(_Port, local_addr=(self._local, 0))
        self._rtp, self._heard = await loop.create_datagram_endpoint(_Port, local_addr=(self._local, 0))
        self._contact = f"{self._local}:{self._sip.get_extra_info('sockname')[1]}"
        self._rtp_port: int = self._rtp.get_extra_info("sockname")[1]
        self._tasks.append(loop.create_task(self._receive(port.inbox)))

    async def close(self) -> None:
        """Close the ports; the recording is complete afterwards."""
        await self._silence()
        if self._signed_in:
            await self.register(0)
        for task in self._tasks:
            task.cancel()
        self._sip.close()
        self._rtp.close()

    # What the phone does

    async def register(self, seconds: int = 300) -> int:
        """Register for so long, 0 signs off; the registrar's status code."""
        us = f"<sip:{self._account.user}@{self._account.host}>;tag={self._tag}"
        them = f"<sip:{self._account.user}@{self._account.host}>"
        request = self._request("REGISTER", f"sip:{self._server}", us, them)
        request.headers.append(("Expires", str(seconds)))
        code = (await self._ask(request, SIGN_IN_S if seconds else FINAL_S)).code
        self._signed_in = code == 200 and seconds > 0
        return code

    async def dial(self, number: str, caller: str, timeout_s: float) -> None:
        """Call `number`; afterwards the call is up, or ended with the reason."""
        await self._silence()
        self._fresh()
        self._us = f"<sip:{caller or self._account.user}@{self._account.host}>;tag={self._tag}"
        self._them = f"<sip:{number}@{self._account.host}>"
        self._target = f"sip:{number}@{self._server}"
        request = self._request("INVITE", self._target, self._us, self._them)
        request.headers.append(("Content-Type", "application/sdp"))
        request.body = sip.offer(self._local, self._rtp_port)
        answer = await self._ask(request, timeout_s)
        if answer.code == 408:
            self._send(self._request("CANCEL", self._target, self._us, self._them, like=request))
        if not 200 <= answer.code < 300:
            self._end(answer.code, answer.reason)
            return
        self._them = answer.header("To")
        self._target = _uri(answer.header("Contact")) or self._target
        self._ack = self._request("ACK", self._target, self._us, self._them, number=self._cseq).encode()
        self._sip.sendto(self._ack, (self._account.host, self._account.port))
        self._talk(answer.body)

    async def wait_call(self, timeout_s: float) -> Incoming | None:
        """Wait for an INVITE."""
        try:
            invite = await asyncio.wait_for(self._ringing.get(), timeout_s)
        except TimeoutError:
            return None
        headers = {key: value for key, value in invite.headers if key.lower().startswith("x-")}
        return Incoming(invite.header("From").partition(";tag")[0], headers)

    async def answer(self) -> bool:
        """Answer the INVITE that rings; False when the caller has gone."""
        if self._invite is None or self._over is not None:
            return False
        await self._silence()
        self._accept(self._invite)
        self._talk(self._invite.body)
        return True

    async def press(self, keys: str) -> bool:
        """Send keys after what is being sent; False when the call ended before all were out."""
        if not self._up or self._media is None:
            return False
        self._to_send.clear()
        for key in keys:
            self._to_send.extend(self._sender.key(key, self._media.events))
        self._presses = True
        while self._up and self._to_send:
            await asyncio.sleep(TICK_S)
        self._presses = False
        return self._up or len(keys) == 1

    async def play(self, wav: Path) -> bool:
        """Send a WAV; False when the call has ended."""
        self._to_send.extend(self._packets(wavfile.samples(wav)))
        return self._up

    async def hang_up(self) -> None:
        """BYE, or refuse what rings."""
        if self._over is not None or not (self._up or self._invite):
            return
        self._ours = True
        if self._up:
            await self._ask(self._request("BYE", self._target, self._us, self._them))
        elif self._invite is not None:
            self._send(self._invite.reply(486, "Busy Here", self._tag))
        self._end(200, "OK")

    async def wait_ended(self, timeout_s: float) -> Ended | None:
        """Wait for the end."""
        if timeout_s > 0 and self._over is None:
            try:
                await asyncio.wait_for(self._gone.wait(), timeout_s)
            except TimeoutError:
                return None
        return self._over

    # SIP

    def _request(
        self, method: str, uri: str, us: str, them: str, *, number: int = 0, like: sip.Message | None = None
    ) -> sip.Message:
        if not number and like is None:
            self._cseq += 1
        via = like.header("Via") if like else f"SIP/2.0/UDP {self._contact};rport;branch={sip.branch()}"
        count = like.header("CSeq").split()[0] if like else str(number or self._cseq)
        headers = [
            ("Via", via), ("Max-Forwards", "70"), ("From", us), ("To", them), ("Call-ID", self._call_id),
            ("CSeq", f"{count} {method}"), ("Contact", f"<sip:{self._account.user}@{self._contact}>"), ("Allow", ALLOW),
        ]  # fmt: skip
        return sip.Message(f"{method} {uri} SIP/2.0", headers)

    def _send(self, message: sip.Message) -> None:
        self._sip.sendto(message.encode(), (self._account.host, self._account.port))

    async def _ask(self, request: sip.Message, timeout_s: float = FINAL_S) -> sip.Message:
        """Send until a final response comes; answers one challenge. 408 when none comes."""
        answer = await self._transact(request, timeout_s)
        if answer.code not in (401, 407):
            return answer
        challenge = answer.header("WWW-Authenticate") or answer.header("Proxy-Authenticate")
        self._cseq += 1
        method, uri = request.start.split()[:2]
        answered = sip.authorization(challenge, method, uri, self._account.user, self._account.password)
        changed = {"Via": f"SIP/2.0/UDP {self._contact};rport;branch={sip.branch()}", "CSeq": f"{self._cseq} {method}"}
        request.headers[:] = [(key, changed.get(key, value)) for key, value in request.headers]
        request.headers.append(("Authorization" if answer.code == 401 else "Proxy-Authorization", answered))
        return await self._transact(request, timeout_s)

    async def _transact(self, request: sip.Message, timeout_s: float) -> sip.Message:
        count, method = request.header("CSeq").split()
        final: asyncio.Future[sip.Message] = asyncio.get_running_loop().create_future()
        self._pending[int(count), method] = final
        loop = asyncio.get_running_loop()
        limit = loop.time() + timeout_s
        try:
            while loop.time() < limit:
                self._send(request)
                done, _ = await asyncio.wait([final], timeout=RESEND_S)
                if done:
                    answer = final.result()
                    if method == "INVITE" and answer.code >= 300:
                        ack = self._request("ACK", request.start.split()[1], request.header("From"), "", like=request)
                        ack.headers = [
                            (key, answer.header("To") if key == "To" else value) for key, value in ack.headers
                        ]
                        self._send(ack)
                    return answer
        finally:
            del self._pending[int(count), method]
        return sip.Message("SIP/2.0 408 Request Timeout", [("CSeq", request.header("CSeq"))])

    async def _receive(self, inbox: "asyncio.Queue[bytes]") -> None:
        while True:
            message = sip.Message.parse(await inbox.get())
            if message is None:
                continue
            if message.code:
                count, method = message.header("CSeq").split()
                final = self._pending.get((int(count), method))
                if message.code >= 200 and final is not None and not final.done():
                    final.set_result(message)
                elif message.code >= 200 and method == "INVITE" and self._ack:
                    self._sip.sendto(self._ack, (self._account.host, self._account.port))  # our ACK was lost
            else:
                self._serve(message)

    def _serve(self, request: sip.Message) -> None:
        """Answer one request of the far end."""
        method = request.method
        if method == "ACK":
            return
        if method == "INVITE":
            self._rung(request)
            return
        known = request.header("Call-ID") == self._call_id
        self._send(request.reply(200 if known or method == "OPTIONS" else 481, "OK", self._tag))
        if method == "CANCEL" and known and self._invite is not None and not self._up:
            self._send(self._invite.reply(487, "Request Terminated", self._tag))
            self._end(487, "Request Terminated")
        elif method == "BYE" and known:
            self._end(200, "Normal call clearing")

    def _rung(self, invite: sip.Message) -> None:
        if self._up and invite.header("Call-ID") == self._call_id:  # the server changes the call's media
            self._media = sip.media(invite.body) or self._media
            self._accept(invite)
        elif self._up or (self._invite is not None and self._over is None):
            if invite.header("CSeq") != (self._invite.header("CSeq") if self._invite else ""):  # else a repetition
                self._send(invite.reply(486, "Busy Here", secrets.token_hex(6)))
        else:
            self._fresh()
            self._call_id = invite.header("Call-ID")
            self._us, self._them = f"{invite.header('To')};tag={self._tag}", invite.header("From")
            self._target = _uri(invite.header("Contact"))
            self._invite = invite
            self._send(invite.reply(180, "Ringing", self._tag))
            self._ringing.put_nowait(invite)

    def _accept(self, invite: sip.Message) -> None:
        answer = invite.reply(200, "OK", self._tag)
        answer.headers += [
            ("Contact", f"<sip:{self._account.user}@{self._contact}>"),
            ("Content-Type", "application/sdp"),
        ]
        answer.body = sip.offer(self._local, self._rtp_port)
        self._send(answer)

    # Audio

    def _talk(self, sdp: str) -> None:
        self._media = sip.media(sdp)
        self._up = True
        self._sender = rtp.Sender(secrets.randbits(32))
        self._audio = asyncio.get_running_loop().create_task(self._stream())

    async def _silence(self) -> None:
        """End the sound of the last call: a second stream beside it would take its packets away, one by one."""
        self._up = False
        if self._audio is not None:
            await self._audio
        self._audio = None
        while not self._heard.inbox.empty():
            self._heard.inbox.get_nowait()

    async def _stream(self) -> None:
        """Send 20 ms every 20 ms and write down what arrives, until the call ends.

        Sound that is late is made up for. Keys are not: a telephone's keys never come nearer to each other than they
        were pressed, as they would after a moment in which this process was held up.
        """
        loop = asyncio.get_running_loop()
        recording = wavfile.Recording(self.recording)
        begun = due = loop.time()
        try:
            while self._up:
                if self._media is not None:
                    if self.beside and not self._to_send:
                        self._to_send.extend(self._packets(_NOTHING))
                    packet = self._to_send.popleft() if self._to_send else self._sender.audio()
                    self._rtp.sendto(packet, (self._media.address, self._media.port))
                if self._heard.inbox.empty():  # else more may wait in the socket: asyncio takes one packet at a time
                    recording.fill(loop.time() - begun)
                self._write_down(recording)
                due = max(due, loop.time()) if self._presses else due
                due += TICK_S
                await asyncio.sleep(max(due - loop.time(), 0))
            limit = loop.time() + DRAIN_S
            await asyncio.sleep(TICK_S)
            while self._write_down(recording) and loop.time() < limit:  # what had waited in the socket
                await asyncio.sleep(TICK_S)
        finally:
            recording.close()

    def _packets(self, sound: NDArray[np.int16]) -> Iterator[bytes]:
        """`sound` as it is sent, with what is beside the caller."""
        return map(self._sender.audio, rtp.frames(self.beside.under(sound) if self.beside else sound))

    def _write_down(self, recording: wavfile.Recording) -> bool:
        """Add what has arrived to `recording`; whether anything had."""
        arrived = not self._heard.inbox.empty()
        while not self._heard.inbox.empty():
            got = rtp.unpack(self._heard.inbox.get_nowait())
            samples = rtp.decode(got.kind, got.payload) if got else None
            if got and samples:
                recording.add(samples, got.time)
        return arrived

    def _end(self, code: int, reason: str) -> None:
        self._up = False
        self._over = Ended(code, reason, self._ours)
        self._gone.set()


def _uri(header: str) -> str:
    """The URI inside a Contact header."""
    found = re.search(r"<([^>]+)>", header)
    return found[1] if found else header.partition(";")[0]
