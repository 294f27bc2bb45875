"""Who may connect to the speech service: Asterisk, on this machine, with the UUID of a turn that waits for it."""

import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from agi.hearing.audiosocket import Frame, Kind, NotAudioSocket, Reader

_log = structlog.get_logger("speech")
_SAY_WHO_S = 1.0
_BACKLOG = 128
_STRANGERS = 256
"""Connections that have not said who they are; one more takes the place of the oldest: Asterisk says it at once."""


@dataclass(eq=False, slots=True)
class Connection:
    """Who has connected: the connection, what was read of it, and the frames that came after the UUID."""

    peer: socket.socket
    reader: Reader = field(default_factory=Reader)
    more: list[Frame] = field(default_factory=list)
    known: bool = False


class Acceptor:
    """Accepts on 127.0.0.1:`port`, in the thread that runs `selector`.

    `after(seconds, what)` does something later in that thread; `let_in(uuid, connection)` says whether a turn waits for
    this UUID, and takes the connection if so.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        after: Callable[[float, Callable[[], None]], None],
        let_in: Callable[[UUID, Connection], bool],
        port: int,
    ) -> None:
        self._selector = selector
        self._after = after
        self._let_in = let_in
        self._strangers: dict[Connection, None] = {}  # the oldest first
        self._listener = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def close(self) -> None:
        """Accept no more, and let nobody wait who has not said who they are: Asterisk would do so for 2 s."""
        self._selector.unregister(self._listener)
        self._listener.close()
        for connection in list(self._strangers):
            self._dismiss(connection)

    def _accept(self) -> None:
        try:
            peer, _ = self._listener.accept()
        except OSError:  # gone again, or no descriptors left
            return
        if len(self._strangers) >= _STRANGERS:
            self._dismiss(next(iter(self._strangers)))
        peer.setblocking(False)
        with suppress(OSError):
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(peer)
        self._strangers[connection] = None
        self._selector.register(peer, selectors.EVENT_READ, lambda: self._hear(connection))
        self._after(_SAY_WHO_S, lambda: self._dismiss(connection))

    def _hear(self, connection: Connection) -> None:
        frames = received(connection.peer, connection.reader)
        if frames is None:
            self._dismiss(connection)
        elif frames:
            first, *connection.more = frames
            self._selector.unregister(connection.peer)
            self._strangers.pop(connection, None)
            connection.known = True
            if first.kind is not Kind.UUID or not self._let_in(first.uuid, connection):
                _log.warning("speech.stranger", kind=first.kind.name)
                connection.peer.close()

    def _dismiss(self, connection: Connection) -> None:
        if not connection.known:
            connection.known = True
            self._strangers.pop(connection, None)
            self._selector.unregister(connection.peer)
            connection.peer.close()


def received(peer: socket.socket, reader: Reader) -> list[Frame] | None:
    """The frames that have come; None when the connection has ended or is none of AudioSocket's."""
    try:
        data = peer.recv(65_536)
    except BlockingIOError:
        return []
    except OSError:
        return None
    if not data:
        return None
    try:
        return reader.take(data)
    except NotAudioSocket:
        return None
