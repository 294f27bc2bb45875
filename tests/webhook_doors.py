"""The process that takes webhooks, with one door open, and a network's API beside it that tests answer for."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import httpx2
from door_process import DoorProcess
from installation import run_hotline
from line_exchange import until

from agi.books.ticket import Note, State, Ticket
from agi.books.tickets import TicketBook


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


@dataclass
class Network:
    """The other side of a door: keeps what it is sent, and answers as it is told."""

    sent: list[Any] = field(default_factory=list)
    refuses: list[Answered] = field(default_factory=list)
    """What it answers next to what it does not take, one after another."""
    mute: int = 0
    """How many it takes next without an answer."""
    going: Event = field(default_factory=Event)
    """Cleared: it takes the next one, and its answer is long in coming."""
    stuck: Event = field(default_factory=Event)

    def fresh(self) -> None:
        """As before any test."""
        self.sent.clear()
        self.refuses.clear()
        self.mute = 0
        self.going.set()

    def take(self, told: object) -> None:
        """Keep it."""
        self.sent.append(told)
        if self.mute:
            self.mute -= 1
            raise Mute
        if not self.going.is_set():
            self.stuck.set()
            self.going.wait(20)

    def stick(self) -> None:
        """From now on it is long in answering: whoever sends waits, until `going` is set."""
        self.stuck.clear()
        self.going.clear()


@contextmanager
def api(answer: Callable[[Asked], Answered]) -> Iterator[str]:
    """A network's API that answers as `answer` does, many at once; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answered = answer(Asked(self.command, self.path, self.headers, json.loads(raw or "null")))
            body = json.dumps(answered.told).encode()
            self.send_response_only(answered.status)
            always = {"Date": self.date_time_string(), "Content-Length": str(len(body))}
            for name, value in {**always, **answered.headers}.items():
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
class Doors(DoorProcess):
    """The process that takes webhooks, with the door `name`; `sign` tells the header that proves raw bytes."""

    name: str = ""
    sign: Callable[[bytes], tuple[str, str]] = lambda _: ("", "")

    def get(self, query: dict[str, str]) -> httpx2.Response:
        return httpx2.get(self.url(self.name), params=query)

    def post(self, told: object, signature: str | None = None) -> int:
        """Call the webhook, signed as the network does or with `signature`; the status that comes back."""
        raw = told if isinstance(told, bytes) else json.dumps(told, ensure_ascii=False).encode()
        header, signed = self.sign(raw)
        headers = {header: signed if signature is None else signature.encode("ascii", "replace").decode()}
        return httpx2.post(self.url(self.name), content=raw, headers=headers, timeout=20).status_code

    def wait(self) -> None:
        """Until whatever came is answered, and each answer sent or given up."""
        until("all is sent", lambda: not any(one.waiting for one in self.log.doors()))

    def hotline(self, *words: str) -> str:
        return run_hotline(self.environment, *words).stdout

    def tickets(self) -> list[tuple[Ticket, tuple[Note, ...]]]:
        """All of them, with what is noted about each."""
        book = TicketBook(self.settings.tickets_db)
        return [(one, book.notes(one.id)) for one in book.tickets(list(State))]


def hex_signed(secret: str, header: str) -> Callable[[bytes], tuple[str, str]]:
    """How Meta signs: the header, and the HMAC as hex digits."""
    return lambda raw: (header, f"sha256={hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}")


@contextmanager
def open_door(
    name: str, home: Path, secrets: Mapping[str, str], sign: Callable[[bytes], tuple[str, str]], **setup: str
) -> Iterator[Doors]:
    """The process with this door, set up by its table's fields and its `secrets`, in an installation of its own."""
    fields = {f"HOTLINE_{name.upper()}__{field.upper()}": value for field, value in setup.items()}
    made = Doors.install(home, {f"{name}-{secret}": value for secret, value in secrets.items()}, **fields)
    made.name, made.sign = name, sign
    made.start()
    yield made
    made.kill()
