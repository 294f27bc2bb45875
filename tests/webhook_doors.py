"""The process that takes webhooks, with one door open, and a network's API beside it that tests answer for."""

import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
from installation import private_environment, run_hotline, settings_of
from line_exchange import until

from agi.books.importing import import_csv
from agi.books.mailbox_log import MailboxLog
from agi.books.ticket import Note, State, Ticket
from agi.books.tickets import TicketBook
from agi.privacy import hash_key
from agi.settings import SAMPLE, Settings
from agi.voice.texts import Texts
from agi.workshop.bench.installation import free_port


class Asked(NamedTuple):
    """What the door has asked of its network."""

    method: str
    path: str
    headers: Mapping[str, str]
    told: Any


class Mute(OSError):
    """The network has heard, and hangs up before it answers."""


class Answered(NamedTuple):
    """What the network answers."""

    status: int
    told: object
    headers: Mapping[str, str] = {}


@contextmanager
def api(answer: Callable[[Asked], Answered]) -> Iterator[str]:
    """A network's API that answers as `answer` does, many at once; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answered = answer(Asked(self.command, self.path, self.headers, json.loads(raw or "null")))
            body = json.dumps(answered.told).encode()
            self.send_response(answered.status)
            for name, value in {**answered.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # a process that was killed waits for no answer
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@dataclass
class Doors:
    """The process that takes webhooks, with the door `name`; `sign` tells the header that proves raw bytes."""

    name: str
    settings: Settings
    environment: dict[str, str]
    sign: Callable[[bytes], tuple[str, str]]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen((sys.executable, "-m", "agi.doors.serve"), env=self.environment)
        until("the doors are open", lambda: self.get({}).status_code == 403)

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def get(self, query: dict[str, str]) -> httpx2.Response:
        try:
            return httpx2.get(self._url, params=query)
        except httpx2.TransportError:
            return httpx2.Response(599)

    def post(self, told: object, signature: str | None = None) -> int:
        """Call the webhook, signed as the network does or with `signature`; the status that comes back."""
        raw = told if isinstance(told, bytes) else json.dumps(told, ensure_ascii=False).encode()
        header, signed = self.sign(raw)
        headers = {header: signed if signature is None else signature.encode("ascii", "replace").decode()}
        return httpx2.post(self._url, content=raw, headers=headers, timeout=20).status_code

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self.settings.messages.webhook_port}/{self.name}"

    @property
    def log(self) -> MailboxLog:
        return MailboxLog(self.settings.mailbox_db)

    def spoken(self, key: str) -> str:
        return Texts.load(self.settings.prompts).message(key)

    def hotline(self, *words: str) -> str:
        return run_hotline(self.environment, *words).stdout

    def tickets(self) -> list[tuple[Ticket, tuple[Note, ...]]]:
        """All of them, with what is noted about each."""
        book = TicketBook(self.settings.tickets_db)
        return [(one, book.notes(one.id)) for one in book.tickets(list(State))]

    def kept(self) -> bytes:
        """All that stands in databases and logs."""
        folders = (self.settings.data, self.settings.var / "log")
        return b"".join(path.read_bytes() for one in folders for path in one.rglob("*") if path.is_file())


def hex_signed(secret: str, header: str) -> Callable[[bytes], tuple[str, str]]:
    """How Meta signs: the header, and the HMAC as hex digits."""
    return lambda raw: (header, f"sha256={hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}")


@contextmanager
def open_door(
    name: str, home: Path, secrets: Mapping[str, str], sign: Callable[[bytes], tuple[str, str]], **setup: str
) -> Iterator[Doors]:
    """The process with this door, set up by its table's fields and its `secrets`, in an installation of its own."""
    environment = private_environment(
        home,
        HOTLINE_MESSAGES__WEBHOOK_PORT=str(free_port(socket.SOCK_STREAM)),
        **{f"HOTLINE_{name.upper()}__{field.upper()}": value for field, value in setup.items()},
    )
    settings = settings_of(environment)
    folder = settings.var / "secrets"
    folder.mkdir(mode=0o700, parents=True)
    for secret, value in secrets.items():
        (folder / f"{name}-{secret}").write_text(f"{value}\n")
    run_hotline(environment, "prompts", "publish")
    key, digits = hash_key(settings.var), settings.identity.kk_digits
    import_csv(settings.registry_db, key, "residents", SAMPLE / "residents.csv", kk_digits=digits)
    made = Doors(name, settings, {**os.environ, **environment}, sign)
    made.start()
    yield made
    made.kill()
