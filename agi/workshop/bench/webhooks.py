"""How long a network waits until its webhook is taken, and how fast its messages are answered, by the door of WhatsApp.

The network is a process of ours that speaks its protocol: it calls at a steady rate, whether earlier calls were
answered or not, so that a call that waits makes those behind it late, too.
"""

import asyncio
import hashlib
import hmac
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agi.books.importing import import_csv
from agi.privacy import hash_key
from agi.settings import ROOT, SAMPLE
from agi.workshop.bench.installation import (
    BenchFailed,
    free_port,
    lend_voice,
    private_environment,
    run_hotline,
    settings_of,
)

_SECRETS = {"token": "bench", "app-secret": "bench", "verify-token": "bench"}
_NUMBER = "1"
_AT_ONCE = 32
"""Connections of the network."""
_OPEN_S, _ANSWERED_S = 30.0, 120.0
_QUESTIONS = ("syarat kk hilang", "jam buka", "kantor kota bandung", "status#202611250018")


@dataclass(frozen=True, slots=True)
class WebhookFigures:
    """Milliseconds from when a call is due until it is answered with 200; `refused`: calls that were not; answers that
    the network got, and those a second from the first call to the last answer."""

    calls: int
    rate: float
    p50_ms: float
    p95_ms: float
    worst_ms: float
    refused: int
    answered: int
    answers_per_s: float


def measure(folder: Path, calls: int, rate: float) -> WebhookFigures:
    """Let a network call `rate` times a second, `calls` times, in a private installation below `folder`."""
    port, peer = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
    environment = {
        **private_environment(folder, 21_000, 100),
        "HOTLINE_WHATSAPP__NUMBER_ID": _NUMBER,
        "HOTLINE_WHATSAPP__GRAPH": f"http://127.0.0.1:{peer}",
        "HOTLINE_MESSAGES__WEBHOOK_PORT": str(port),
        "HOTLINE_LOG__LEVEL": "ERROR",
    }
    secrets = folder / "var" / "secrets"
    secrets.mkdir(parents=True, mode=0o700)
    for name, value in _SECRETS.items():
        (secrets / f"whatsapp-{name}").write_text(value)
    lend_voice(folder / "var")
    run_hotline(environment, "prompts", "publish")
    settings = settings_of(environment)
    digits = settings.identity.kk_digits
    import_csv(settings.registry_db, hash_key(settings.var), "residents", SAMPLE / "residents.csv", kk_digits=digits)
    serving = subprocess.Popen((sys.executable, "-m", "agi.doors.serve"), env={**os.environ, **environment}, cwd=ROOT)
    try:
        return asyncio.run(_network(port, peer, calls, rate))
    finally:
        serving.kill()
        serving.wait()


async def _network(port: int, peer: int, calls: int, rate: float) -> WebhookFigures:
    answered = _Answered()
    server = await asyncio.start_server(answered.take, "127.0.0.1", peer)
    await _is_open(port)
    queue: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
    waits: list[float] = []
    refused = 0

    async def connection() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (call := await queue.get()) is not None:
            due, raw = call
            writer.write(raw)
            status = await _status(reader)
            waits.append((time.monotonic() - due) * 1000)
            refused += status != 200
        writer.close()

    connections = [asyncio.create_task(connection()) for _ in range(_AT_ONCE)]
    began = time.monotonic()
    for nth in range(calls):
        due = began + nth / rate
        await asyncio.sleep(max(due - time.monotonic(), 0))
        queue.put_nowait((due, _call(nth)))
    for _ in connections:
        queue.put_nowait(None)
    await asyncio.gather(*connections)
    limit = time.monotonic() + _ANSWERED_S
    while answered.count < calls - refused and time.monotonic() < limit:
        await asyncio.sleep(0.05)
    server.close()
    p95 = statistics.quantiles(waits, n=20)[-1]
    took = answered.last - began
    return WebhookFigures(
        calls, rate, statistics.median(waits), p95, max(waits), refused, answered.count, answered.count / took
    )


class _Answered:
    """The API that answers are sent to."""

    def __init__(self) -> None:
        self.count, self.last = 0, time.monotonic()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, and one answer by it: our door opens a new one for each."""
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        self.count, self.last = self.count + 1, time.monotonic()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()


def _call(nth: int) -> bytes:
    """A signed webhook with the `nth` message, each of somebody else."""
    message: Mapping[str, object] = {
        "id": f"wamid.{nth}",
        "from": f"6281{nth:09d}",
        "type": "text",
        "text": {"body": _QUESTIONS[nth % len(_QUESTIONS)]},
    }
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "messages": [message]}}
    raw = json.dumps({"object": "whatsapp_business_account", "entry": [{"changes": [change]}]}).encode()
    signed = hmac.new(_SECRETS["app-secret"].encode(), raw, hashlib.sha256).hexdigest()
    head = (
        f"POST /whatsapp HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(raw)}\r\n"
        f"X-Hub-Signature-256: sha256={signed}\r\n\r\n"
    )
    return head.encode() + raw


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(_length(head))
    return int(head.split()[1])


def _length(head: bytes) -> int:
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in lines if name == b"content-length"), 0)


async def _is_open(port: int) -> None:
    limit = time.monotonic() + _OPEN_S
    while time.monotonic() < limit:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise BenchFailed(f"The doors do not open on port {port}.")
