"""A mail server for tests: IMAP (RFC 3501, 2177, 4315) and SMTP (RFC 5321) on 127.0.0.1, one mailbox in memory."""

import base64
import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from socketserver import StreamRequestHandler, ThreadingTCPServer

OFFICE, PASSWORD = "layanan@dukcapil.example", 'kata "sandi" surel'
VALIDITY = 1_700_000_001


@dataclass
class Stored:
    """A mail in the mailbox."""

    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class Handed:
    """A mail that was handed over by SMTP: from whom and for whom the envelope says."""

    sender: str
    receivers: list[str]
    raw: bytes

    @property
    def mail(self) -> Message:
        return message_from_bytes(self.raw)

    @property
    def subject(self) -> str:
        return str(make_header(decode_header(self.mail["Subject"])))

    @property
    def text(self) -> str:
        content = self.mail.get_payload(decode=True)
        assert isinstance(content, bytes)
        return content.decode().replace("\r\n", "\n").strip()


class MailServer:
    """Both servers. `step` is told of each command before it is obeyed; `refuses`: what SMTP refuses next, and how.

    `tls`: for STARTTLS, or at once where it is `implicit`.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, *, implicit: bool = False) -> None:
        self.tls = tls
        self.implicit = implicit
        self.box: list[Stored] = []
        self.handed: list[Handed] = []
        self.refuses: list[tuple[str, int]] = []
        self.copies = True
        self.idle = True
        self.idlers: set[_Imap] = set()
        self.connections: set[socket.socket] = set()
        self.logins = 0
        self.step: Callable[[str], None] = lambda _: None
        self.lock = threading.RLock()
        self._next = 1
        self._servers = [_server(self, handler) for handler in (_Imap, _Smtp)]
        self.imap_port, self.smtp_port = (one.server_address[1] for one in self._servers)

    def close(self) -> None:
        for one in self._servers:
            one.shutdown()
            one.server_close()
        self.cut()

    def cut(self) -> None:
        """All connections die."""
        for one in list(self.connections):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def deliver(self, raw: bytes, sender: str | None = "", *flags: str) -> int:
        """As an MTA does, which writes down the return path; None: it does not."""
        path = b"" if sender is None else f"Return-Path: <{sender}>\r\n".encode()
        with self.lock:
            self.box.append(Stored(self._next, path + raw, set(flags)))
            self._next += 1
            for one in list(self.idlers):
                one.tell(f"* {len(self.box)} EXISTS")
            return self._next - 1

    def flags(self, uid: int) -> set[str]:
        with self.lock:
            return next(one.flags for one in self.box if one.uid == uid)

    def answers(self, citizen: str) -> list[Handed]:
        """What was handed over for this one."""
        with self.lock:
            return [one for one in self.handed if citizen in one.receivers]


def _server(peer: MailServer, handler: type["_Peer"]) -> ThreadingTCPServer:
    class Server(ThreadingTCPServer):
        daemon_threads, allow_reuse_address, request_queue_size = True, True, 50

        def handle_error(self, *_: object) -> None:
            """A connection that died is what tests are about."""

    made = Server(("127.0.0.1", 0), type(handler.__name__, (handler,), {"peer": peer}))
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return made


class _Peer(StreamRequestHandler):
    peer: MailServer
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.peer.connections.add(self.request)
        if self.peer.implicit:
            self.secure()

    def secure(self) -> None:
        """From now on by TLS."""
        assert self.peer.tls
        self.peer.connections.discard(self.request)
        self.request = self.peer.tls.wrap_socket(self.request, server_side=True)
        super().setup()
        self.peer.connections.add(self.request)

    def finish(self) -> None:
        self.peer.connections.discard(self.request)
        with contextlib.suppress(OSError):
            super().finish()

    def tell(self, line: str) -> None:
        with contextlib.suppress(OSError):
            self.wfile.write(f"{line}\r\n".encode())

    def lines(self) -> Iterator[str]:
        while line := self.rfile.readline():
            yield line.decode().rstrip("\r\n")


class _Imap(_Peer):
    _told, _known = 0, False

    def handle(self) -> None:
        self.tell("* OK ready")
        for line in self.lines():
            tag, _, command = line.partition(" ")
            name = command.upper().removeprefix("UID ").partition(" ")[0]
            self.peer.step(name)
            with self.peer.lock:
                told = getattr(self, f"_{name.lower()}", self._unknown)(command, tag)
            self.tell(f"{tag} {told}")
            if name == "IDLE":
                self.peer.idlers.discard(self)
            if name == "LOGOUT":
                return
            if name == "STARTTLS":
                self.secure()

    def finish(self) -> None:
        self.peer.idlers.discard(self)
        super().finish()

    def _unknown(self, _command: str, _tag: str) -> str:
        return "BAD what?"

    def _capability(self, _command: str, _tag: str) -> str:
        more = f"{'' if self.peer.idle else 'NO'}IDLE UIDPLUS" if self._known else "AUTH=PLAIN"  # as Dovecot does
        self.tell(f"* CAPABILITY IMAP4rev1 STARTTLS {more}")
        return "OK done"

    def _starttls(self, _command: str, _tag: str) -> str:
        return "OK begin"

    def _login(self, command: str, _tag: str) -> str:
        words = [re.sub(r"\\(.)", r"\1", one) for one in re.findall(r'"((?:[^"\\]|\\.)*)"', command)]
        self.peer.logins += 1
        self._known = words == [OFFICE, PASSWORD]
        return "OK done" if self._known else "NO [AUTHENTICATIONFAILED] no"

    def _select(self, command: str, _tag: str) -> str:
        if not command.endswith('"INBOX"') and not command.endswith(" INBOX"):
            return "NO there is no such folder"
        self.tell(f"* {len(self.peer.box)} EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen \\Deleted)")
        self.tell(f"* OK [UIDVALIDITY {VALIDITY}] valid")
        return "OK [READ-WRITE] selected"

    def _noop(self, _command: str, _tag: str) -> str:
        self.tell(f"* {len(self.peer.box)} EXISTS")
        return "OK done"

    def _search(self, command: str, _tag: str) -> str:
        if asked := re.search(r'HEADER Message-ID "(.+)"$', command):
            found = [one for one in self.peer.box if asked[1].encode() in one.raw]
        else:
            assert re.search(r" UNSEEN UNDELETED SINCE \d\d-[A-Z][a-z]{2}-\d{4}$", command), command
            found = [one for one in self.peer.box if not one.flags & {r"\Seen", r"\Deleted"}]
        self._told = len(self.peer.box)
        self.tell(" ".join(["* SEARCH", *(str(one.uid) for one in found)]))
        return "OK done"

    def _fetch(self, command: str, _tag: str) -> str:
        asked = re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command)
        assert asked, command
        for number, one in enumerate(self.peer.box, 1):
            if one.uid == int(asked[1]):
                raw = one.raw[: int(asked[2])]
                self.wfile.write(
                    b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n" % (number, one.uid, len(raw)) + raw + b")\r\n"
                )
        return "OK done"

    def _store(self, command: str, _tag: str) -> str:
        asked = re.fullmatch(r"UID STORE ([\d,]+) \+FLAGS \((.+)\)", command)
        assert asked, command
        for number, one in enumerate(self.peer.box, 1):
            if str(one.uid) in asked[1].split(","):
                one.flags |= set(asked[2].split())
                self.tell(f"* {number} FETCH (UID {one.uid} FLAGS ({' '.join(one.flags)}))")
        return "OK done"

    def _expunge(self, command: str, _tag: str) -> str:
        asked = command.partition("EXPUNGE ")[2].split(",")
        assert command.startswith("UID "), "this removes what people have marked"
        self.peer.box = [one for one in self.peer.box if r"\Deleted" not in one.flags or str(one.uid) not in asked]
        return "OK done"

    def _logout(self, _command: str, _tag: str) -> str:
        self.tell("* BYE")
        return "OK done"

    def _idle(self, _command: str, _tag: str) -> str:
        if not self.peer.idle:
            return "BAD what?"
        news = f"\r\n* {len(self.peer.box)} EXISTS" if len(self.peer.box) != self._told else ""
        self.tell(f"+ idling{news}")
        self.peer.idlers.add(self)
        self.peer.lock.release()
        try:
            return "OK done" if next(self.lines(), "") == "DONE" else "BAD what?"
        finally:
            self.peer.lock.acquire()


class _Smtp(_Peer):
    def handle(self) -> None:
        self.tell("220 mail.example ESMTP")
        sender, receivers = "", list[str]()
        for line in self.lines():
            name = line[:4].upper().strip()
            self.peer.step(name)
            if refused := self._refused(name):
                self.tell(f"{refused} not for {receivers or line}")
                continue
            match name:
                case "EHLO":
                    self.tell("250-mail.example\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250 SIZE 35882577")
                case "AUTH":
                    word = base64.b64decode(line.split()[2]).decode().split("\0")
                    self.tell("235 ok" if word[1:] == [OFFICE, PASSWORD] else "535 no")
                case "MAIL":
                    sender, receivers = line[line.index("<") + 1 : line.index(">")], []
                    self.tell("250 ok")
                case "RCPT":
                    receiver = line[line.index("<") + 1 : line.index(">")]
                    if receiver == OFFICE and not self.peer.copies:
                        self.tell("452 full")
                    else:
                        receivers.append(receiver)
                        self.tell("250 ok")
                case "DATA":
                    self._data(sender, receivers)
                case "STAR":
                    self.tell("220 begin")
                    self.secure()
                case "QUIT":
                    self.tell("221 bye")
                    return
                case _:
                    self.tell("250 ok")

    def _refused(self, name: str) -> int:
        with self.peer.lock:
            if self.peer.refuses and self.peer.refuses[0][0] == name:
                return self.peer.refuses.pop(0)[1]
            return 0

    def _data(self, sender: str, receivers: list[str]) -> None:
        self.tell("354 go on")
        lines = list[bytes]()
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if refused := self._refused("."):
            self.tell(f"{refused} no")
            return
        raw = b"".join(lines)
        with self.peer.lock:
            self.peer.handed.append(Handed(sender, list(receivers), raw))
            if OFFICE in receivers:
                self.peer.deliver(raw, sender)
        self.peer.step(".")
        self.tell("250 taken")
