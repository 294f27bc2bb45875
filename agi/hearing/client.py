"""The line's side of the speech service: hands it a call and the call's questions, takes the answers."""

import select
import socket
from pathlib import Path

from agi.hearing.protocol import (
    KIND,
    LONGEST,
    Ask,
    BadMessage,
    GetState,
    Left,
    Message,
    Ready,
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
            if isinstance(state := _asked(service, GetState()), State):
                return state
        raise Unheard("dead")

    def open(self, ask: Ask) -> "SpokenCall":
        """Hand a call over; `ask` is its first turn. Raises `Unheard`."""
        service = self._connected()
        try:
            match _asked(service, ask):
                case Ready(uuid, port):
                    return SpokenCall(service, uuid, port)
                case Report(None, why):
                    raise Unheard(why)
            raise Unheard("dead")
        except Unheard:
            service.close()
            raise

    def _connected(self) -> socket.socket:
        service = socket.socket(socket.AF_UNIX, KIND)
        service.settimeout(self._limit_s)
        try:
            service.connect(str(self._path))
        except OSError:
            service.close()
            raise Unheard("dead") from None
        return service


class SpokenCall:
    """A call at the service; Asterisk may connect to `port` and say `uuid`, once. `leave` it, always."""

    def __init__(self, service: socket.socket, uuid: str, port: int) -> None:
        self._service = service
        self.uuid = uuid
        self.port = port

    def ask(self, ask: Ask) -> bool:
        """Ask for one more turn; False where the call is no longer there."""
        ended = select.poll()
        ended.register(self._service, select.POLLIN)
        try:
            if ended.poll(0):  # between two turns only the end is told
                return False
            self._service.sendall(encode(ask))
        except OSError:
            return False
        return True

    def report(self, back: int, longest_s: float) -> Report | None:
        """How the turn went; None where the descriptor `back` says first that the call is back. Raises `Unheard`."""
        first = select.poll()
        first.register(self._service, select.POLLIN)
        first.register(back, select.POLLIN)
        ready = [descriptor for descriptor, _ in first.poll(longest_s * 1000)]
        if ready == [back]:
            return None
        if ready and isinstance(report := _next(self._service), Report):
            return report
        raise Unheard("dead")

    def leave(self) -> Left | None:
        """Give the call back to Asterisk; None where the service has gone or says nothing."""
        try:
            self._service.shutdown(socket.SHUT_WR)
            while not isinstance(message := _next(self._service), Left):
                pass
            return message
        except (OSError, Unheard):
            return None
        finally:
            self._service.close()


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
