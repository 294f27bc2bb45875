"""`python -m agi.ops.supervisord`: supervisord, which keeps the line's port for as long as it runs.

supervisord itself closes the socket of an `fcgi-program` whenever none of its processes runs; whoever listened there
next would be given our callers, and what they press.
"""

import socket
from typing import ClassVar

from supervisor import process, supervisord
from supervisor.socket_manager import SocketManager


class KeptSockets(SocketManager):  # type: ignore[misc]  # supervisor has no types
    """Opens a socket once, for all that ever need one of that address, and never closes it."""

    _kept: ClassVar[dict[str, socket.socket]] = {}
    socket: socket.socket

    def _prepare_socket(self) -> None:
        if self.socket_config.url not in self._kept:
            super()._prepare_socket()
            self._kept[self.socket_config.url] = self.socket
        self.socket = self._kept[self.socket_config.url]
        self.prepared = True

    def _close(self) -> None:
        """Not while we live."""


if __name__ == "__main__":
    process.SocketManager = KeptSockets
    supervisord.main()
