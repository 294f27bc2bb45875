"""A small Asterisk for tests of the channel: plays dialogues recorded from the real one, or answers as told.

A recording has `< ` before what Asterisk sent, `> ` before what it was sent, `= EOF` where it closed; a line break
or carriage return within a line stands as \\n, \\r, a byte that is no UTF-8 as \\xNN.
"""

import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from agi.line.channel import Channel
from agi.line.wire import Wire

RECORDED = Path(__file__).parent / "fixtures" / "agi"
HEADERS = b"agi_network: yes\nagi_uniqueid: 1795504227.1\nagi_callerid: 0215550100\nagi_arg_1: \nagi_arg_2: proof\n\n"
PROOF = "proof"


def recorded(name: str) -> list[str]:
    """The lines of the recording `name`."""
    return (RECORDED / f"{name}.txt").read_text().splitlines()


def raw(line: str) -> bytes:
    """The bytes that Asterisk sent for a `< ` line."""
    marks = {"n": b"\n", "r": b"\r"}
    parts = re.split(r"\\(n|r|x[0-9a-f]{2})", line[2:])
    codes = [marks.get(code) or bytes([int(code[1:], 16)]) for code in parts[1::2]]
    return b"".join(text.encode() + code for text, code in zip(parts[::2], [*codes, b"\n"], strict=True))


@contextmanager
def socket_pair() -> Iterator[tuple[Wire, socket.socket]]:
    """A wire, and the far end of it."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield Wire(ours.fileno(), ours.fileno()), theirs


@contextmanager
def channel_with(*replies: bytes, close: bool = True, limit_s: float = 1.0) -> Iterator[tuple[Channel, list[bytes]]]:
    """A channel whose Asterisk gives `replies` one for each command, then closes; and the lines it was sent."""
    said: list[bytes] = []
    with socket_pair() as (wire, far):
        far.sendall(HEADERS)

        lines = far.makefile("rb")

        def talk() -> None:
            for reply in replies:
                line = lines.readline()
                if not line:
                    return
                said.append(line)
                try:
                    far.sendall(reply)
                except (BrokenPipeError, ConnectionResetError):  # the channel has heard enough, and is gone
                    return
            if close:
                far.shutdown(socket.SHUT_RDWR)

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        yield Channel(wire, limit_s=limit_s), said
    thread.join(5)


class Replay:
    """Plays the Asterisk of a recording: checks what it is sent, sends what it sent."""

    def __init__(self, far: socket.socket, lines: Sequence[str]) -> None:
        self._far = far
        self._lines = lines
        self.unexpected: list[str] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        incoming = self._far.makefile("rb")
        for mark, lines in groupby(self._lines, key=lambda line: line[:2]):
            if mark == "< ":  # what Asterisk says between two commands it sends in one piece
                self._far.sendall(b"".join(map(raw, lines)))
            elif mark == "> ":
                for line in lines:
                    got = incoming.readline().decode().rstrip("\n")
                    if got != line[2:]:
                        self.unexpected.append(f"{line[2:]!r} was to come, {got!r} came")
                        self._far.shutdown(socket.SHUT_RDWR)
                        return
        self._far.shutdown(socket.SHUT_RDWR)

    def finish(self) -> None:
        """Wait for the end; fails when something else was sent than recorded."""
        self._thread.join(5)
        assert not self._thread.is_alive()
        assert self.unexpected == []


@contextmanager
def replayed(name: str) -> Iterator[Channel]:
    """A channel on the recording `name`; at the end everything recorded must have been sent."""
    with socket_pair() as (wire, far):
        replay = Replay(far, recorded(name))
        yield Channel(wire, limit_s=2.0)
        replay.finish()
