"""The line's side of the speech service: hands it a question, waits for Asterisk to come back, takes the answer."""

import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from agi.dialogue.question import Question
from agi.hearing.protocol import (
    ASK_STATE,
    LONGEST_MESSAGE,
    ORDER,
    READY,
    REPORT,
    STATE,
    BadMessage,
    Message,
    Order,
    Ready,
    Report,
    State,
)

ASK_LIMIT_S = 1.5
"""How long the service may take to say that it is ready, and to report when the turn is over: twenty callers at once on
a machine without a free core were asked by keypad after 0.5 s, though all was well. A caller waits so long in silence
for a service that is frozen."""


class Unheard(Exception):
    """Speech does not listen to this question; `why` is a word for the record: full, dead."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class SpeechClient:
    """The speech service of one installation, for all calls; thread-safe. `path`: its socket."""

    def __init__(self, path: Path, *, limit_s: float = ASK_LIMIT_S) -> None:
        self._path = path
        self._limit_s = limit_s

    def state(self) -> State:
        """How the service is. Raises `Unheard`."""
        with self._connected() as control:
            _send(control, ASK_STATE)
            return _read(control, time.monotonic() + self._limit_s, STATE.read)

    def turn(
        self,
        question: Question,
        clips: Sequence[Path],
        connect: Callable[[str, int], None],
        *,
        hash_is_habit: bool = False,
    ) -> Report:
        """Have `question` asked; `connect(uuid, port)` brings the call there and returns when it is back.

        Raises `Unheard` when it was not (wholly) asked, and whatever `connect` raises.
        """
        order = Order(replace(question, prompts=()), tuple(map(str, clips)), hash_is_habit)
        with self._connected() as control:
            _send(control, ORDER.written(order))
            ready = _read(control, time.monotonic() + self._limit_s, READY.read)
            if ready.refused:
                raise Unheard(ready.refused)
            return self._take(control, ready, connect)

    def _take(self, control: socket.socket, ready: Ready, connect: Callable[[str, int], None]) -> Report:
        connect(ready.uuid, ready.port)
        return _read(control, time.monotonic() + self._limit_s, REPORT.read)

    def _connected(self) -> socket.socket:
        control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        control.settimeout(self._limit_s)
        try:
            control.connect(str(self._path))
        except OSError:
            control.close()
            raise Unheard("dead") from None
        return control


def _send(control: socket.socket, data: bytes) -> None:
    """Raises `Unheard`."""
    try:
        control.sendall(data)
    except OSError:
        raise Unheard("dead") from None


def _read(control: socket.socket, deadline: float, read: Callable[[bytes], Message]) -> Message:
    """One message; raises `Unheard`."""
    held = bytearray()
    while not held.endswith(b"\n"):
        data = b""
        with suppress(OSError):  # a time-out too
            control.settimeout(max(deadline - time.monotonic(), 0.001))
            data = control.recv(65_536)
        if not data or len(held) > LONGEST_MESSAGE:
            raise Unheard("dead")
        held += data
    try:
        return read(bytes(held))
    except BadMessage:
        raise Unheard("dead") from None
