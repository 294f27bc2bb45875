"""Who may connect to the speech service: Asterisk, on this machine, with the UUID of a call that waits for it."""

import asyncio
import os
from uuid import UUID

import structlog

from agi.hearing.audiosocket import Kind, NotAudioSocket, Reader
from agi.hearing.call import Call
from agi.owner import owner

_log = structlog.get_logger("speech")
_SAY_WHO_S = 1.0
_BACKLOG = 128
_STRANGERS = 256
"""Connections that have not said who they are; one more takes the place of the oldest: Asterisk says it at once."""
_BUFFER = 4096
_UNSENT = 50 * 323  # bytes: a second of sound that Asterisk does not take


class Acceptor:
    """Accepts AudioSocket on 127.0.0.1:`port`; `waiting`: the calls for which Asterisk may connect, each once."""

    def __init__(self) -> None:
        self.port = 0
        self.waiting: dict[UUID, Call] = {}
        self.strangers: dict[Connection, None] = {}  # the oldest first

    async def open(self) -> None:
        """Begin, at a port that is free."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), "127.0.0.1", 0, backlog=_BACKLOG)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Accept no more, and let nobody wait who has not said who they are: Asterisk would do so for 2 s."""
        self._server.close()
        for connection in list(self.strangers):
            connection.transport.abort()
        await asyncio.sleep(0)  # closed then


class Connection(asyncio.BufferedProtocol):
    """A connection: a stranger's until it has said the UUID of a call."""

    transport: asyncio.Transport

    def __init__(self, acceptor: Acceptor) -> None:
        self._acceptor = acceptor
        self._reader = Reader()
        self._buffer = bytearray(_BUFFER)
        self._call: Call | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody has connected."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP
        transport.set_write_buffer_limits(_UNSENT)
        self.transport = transport
        strangers = self._acceptor.strangers
        if len(strangers) >= _STRANGERS:
            oldest = next(iter(strangers))
            del strangers[oldest]
            oldest.transport.abort()
        strangers[self] = None
        self._limit = asyncio.get_running_loop().call_later(_SAY_WHO_S, transport.abort)

    def get_buffer(self, sizehint: int) -> bytearray:
        """Where what comes is put: asyncio's own way asks the system for 256 KB for each frame."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Frames have come: the first says which call's."""
        try:
            frames = self._reader.take(self._buffer[:nbytes])
        except NotAudioSocket:
            self.transport.abort()
            return
        if frames and self._call is None:
            first, *frames = frames
            self._call = self._called(first.uuid) if first.kind is Kind.UUID else None
            if self._call is None:
                _log.warning("speech.stranger", kind=first.kind.name)
                self.transport.abort()
                return
            self._known()
            self._call.connected(self.transport)
        if self._call is not None:
            self._call.take(frames)

    def pause_writing(self) -> None:
        """Asterisk takes no more sound."""
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended, from whichever side."""
        self._known()
        if self._call is not None:
            self._call.lost()

    def _called(self, uuid: UUID) -> Call | None:
        """The call that waits for `uuid`; None where none does, or it is no process of ours."""
        # Looked up for those only who know a UUID.
        if uuid in self._acceptor.waiting and owner(self.transport.get_extra_info("socket")) == os.getuid():
            return self._acceptor.waiting.pop(uuid)
        return None

    def _known(self) -> None:
        self._limit.cancel()
        self._acceptor.strangers.pop(self, None)
