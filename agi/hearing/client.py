"""The line's side of the speech service: hands it a question, waits for Asterisk to come back, takes the answer."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from agi.dialogue.question import Question
from agi.hearing.protocol import (
    KIND,
    LONGEST,
    Ask,
    BadMessage,
    GetState,
    Message,
    Ready,
    Refused,
    Report,
    State,
    ToService,
    decode,
    encode,
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
        with self._connected() as service:
            match _asked(service, GetState()):
                case State() as state:
                    return state
        raise Unheard("dead")

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
        ask = Ask(replace(question, prompts=()), tuple(map(str, clips)), hash_is_habit)
        with self._connected() as service:
            match _asked(service, ask):
                case Refused(why):
                    raise Unheard(why)
                case Ready(uuid, port):
                    connect(uuid, port)
                    if isinstance(report := _next(service), Report):
                        return report
        raise Unheard("dead")

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX, KIND) as service:
            service.settimeout(self._limit_s)
            try:
                service.connect(str(self._path))
            except OSError:
                raise Unheard("dead") from None
            yield service


def _asked(service: socket.socket, message: ToService) -> Message:
    """What the service answers to `message`. Raises `Unheard`."""
    try:
        service.sendall(encode(message))
    except OSError:
        raise Unheard("dead") from None
    return _next(service)


def _next(service: socket.socket) -> Message:
    """What the service says next. Raises `Unheard`."""
    try:
        return decode(service.recv(LONGEST))
    except (OSError, BadMessage):  # silent for too long, gone, or no such service
        raise Unheard("dead") from None
