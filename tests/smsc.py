"""An SMSC that speaks SMPP 3.4, written from the standard: it keeps what it is sent, and brings what it is told to."""

import socket
import socketserver
import ssl
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from line_exchange import until

BIND, SUBMIT, DELIVER, UNBIND, ENQUIRE = (0x9, 0x4, 0x5, 0x6, 0x15)
BIND_TO_SEND, RESPONSE, NACK = 0x2, 0x80000000, 0x80000000
OK, THROTTLED, QUEUE_FULL, WRONG_NUMBER, WRONG_PASSWORD, NOT_NOW = 0, 0x58, 0x14, 0xB, 0xE, 0x64


@dataclass
class Submitted:
    """A submit_sm."""

    to: str
    ton: int
    octets: bytes
    esm_class: int
    coding: int
    source: tuple[int, str]
    receipt: int
    parameters: dict[int, bytes]

    @property
    def text(self) -> str:
        """Its words: those of a sentence are the same in GSM's alphabet and in ASCII."""
        return (self.octets[6:] if self.esm_class & 0x40 else self.octets).decode("ascii")


@dataclass
class Smsc:
    """The peer. `refuses`: the statuses of the next submit_sm; `mute`: it answers none. `brings`: what is not answered
    yet, which it brings again when it is bound anew."""

    password: str
    tls: ssl.SSLContext | None = None
    port: int = 0
    sent: list[Submitted] = field(default_factory=list)
    refuses: list[int] = field(default_factory=list)
    mute: bool = False
    binds: list[int] = field(default_factory=list)
    brings: dict[int, bytes] = field(default_factory=dict)
    answered: dict[int, int] = field(default_factory=dict)
    others: list[tuple[int, int]] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: count(1000))
    _bound: list[socket.socket] = field(default_factory=list)
    _server: socketserver.ThreadingTCPServer | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def open(self) -> None:
        """Listen, where it listened before."""
        smsc = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    smsc._serve(smsc.tls.wrap_socket(self.request, server_side=True) if smsc.tls else self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads, block_on_close = True, True, False

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Be gone: nobody listens, and who was bound is bound no more."""
        assert self._server
        self._server.shutdown()
        self._server.server_close()
        self.drop()

    def drop(self) -> None:
        """Break off all sessions."""
        with self._lock:
            for one in self._bound:
                with suppress(OSError):  # it has gone by itself
                    one.shutdown(socket.SHUT_RDWR)
            self._bound.clear()

    def is_bound(self) -> bool:
        with self._lock:
            return bool(self._bound)

    def deliver(
        self, sender: str, words: bytes, *, coding: int = 0, esm: int = 0, ton: int = 1, more: bytes = b""
    ) -> int:
        """Bring an SMS; the number of its deliver_sm."""
        body = b"\0" + bytes([ton, 1]) + sender.encode() + b"\0" + b"\0\0" + b"1500537\0"
        body += bytes([esm, 0, 0]) + b"\0\0" + bytes([0, 0, coding, 0, len(words)]) + words + more
        return self.bring(body)

    def bring(self, body: bytes) -> int:
        """Bring a deliver_sm with this body, and again until it is answered."""
        with self._lock:
            number = next(self._numbers)
            self.brings[number] = body
            with suppress(OSError, IndexError):  # nobody is there: it is brought when somebody is
                self._write(self._bound[-1], DELIVER, 0, number, body)
            return number

    def status(self, number: int) -> int:
        """With what a deliver_sm is answered."""
        until(f"deliver_sm {number} is answered", lambda: number in self.answered)
        return self.answered[number]

    def write(self, command: int, number: int = 1, body: bytes = b"") -> None:
        """Anything to who is bound."""
        with self._lock:
            self._write(self._bound[-1], command, 0, number, body)

    def _serve(self, peer: socket.socket) -> None:
        try:
            while True:
                length, command, status, number = struct.unpack("!4I", _exactly(peer, 16))
                body = _exactly(peer, length - 16)
                with self._lock:
                    self._read(peer, command, status, number, body)
        finally:
            with self._lock, suppress(ValueError):
                self._bound.remove(peer)

    def _read(self, peer: socket.socket, command: int, status: int, number: int, body: bytes) -> None:
        if command in (BIND, BIND_TO_SEND):
            told = OK if body.split(b"\0")[1].decode() == self.password else WRONG_PASSWORD
            self.binds.append(told)
            self._write(peer, command | RESPONSE, told, number, b"smsc\0")
            if not told and command == BIND:
                self._bound.append(peer)
                for again, what in self.brings.items():
                    self._write(peer, DELIVER, 0, again, what)
        elif command == SUBMIT:
            refused = self.refuses.pop(0) if self.refuses else OK
            if not refused:
                self.sent.append(_submitted(body))
            if not self.mute:
                self._write(peer, SUBMIT | RESPONSE, refused, number, b"" if refused else b"id%d\0" % len(self.sent))
        elif command == DELIVER | RESPONSE:
            self.answered[number] = status
            if status in (OK, 0x65):
                self.brings.pop(number, None)
        elif command in (ENQUIRE, UNBIND):
            self._write(peer, command | RESPONSE, OK, number)
            self.others.append((command, number))
        else:
            self.others.append((command, number))

    @staticmethod
    def _write(peer: socket.socket, command: int, status: int, number: int, body: bytes = b"") -> None:
        peer.sendall(struct.pack("!4I", 16 + len(body), command, status, number) + body)


def tlv(tag: int, value: bytes) -> bytes:
    return struct.pack("!HH", tag, len(value)) + value


def _exactly(peer: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        some = peer.recv(size - len(found))
        if not some:
            raise ConnectionError
        found += some
    return found


def _submitted(body: bytes) -> Submitted:
    service, rest = body.split(b"\0", 1)
    assert service == b""
    source_ton, rest = rest[0], rest[2:]
    source, rest = rest.split(b"\0", 1)
    ton, rest = rest[0], rest[2:]
    to, rest = rest.split(b"\0", 1)
    esm, rest = rest[0], rest[3:]
    schedule, validity, rest = rest.split(b"\0", 2)
    assert schedule == validity == b""
    receipt, coding, length = rest[0], rest[2], rest[4]
    octets, rest = rest[5 : 5 + length], rest[5 + length :]
    parameters = {}
    while rest:
        tag, size = struct.unpack("!HH", rest[:4])
        parameters[tag], rest = rest[4 : 4 + size], rest[4 + size :]
    assert len(octets) == length
    return Submitted(to.decode(), ton, octets, esm, coding, (source_ton, source.decode()), receipt, parameters)
