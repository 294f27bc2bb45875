"""Whose process is at the other end of a connection on this machine: the kernel knows."""

import socket
import sys
from pathlib import Path

_TABLE = Path("/proc/net/tcp")
_HERE, _THERE, _OWNER = 1, 2, 7  # columns; an address is in the machine's byte order, a port is not


def owner(peer: socket.socket) -> int | None:
    """The uid that holds the far end of `peer`, a TCP connection (IPv4) within this machine; None where nobody does."""
    try:
        here, there = _written(peer.getpeername()), _written(peer.getsockname())
        rows = (row.split() for row in _TABLE.read_text().splitlines())
        return next((int(row[_OWNER]) for row in rows if row[_HERE] == here and row[_THERE] == there), None)
    except OSError:  # it is gone already
        return None


def _written(address: tuple[str, int]) -> str:
    """An address as the table has it."""
    host, port = address
    return f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{port:04X}"
