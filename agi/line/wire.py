"""Lines of bytes to and from one Asterisk channel, over a socket or a pair of pipes, with time limits."""

import os
import select
import time
from contextlib import suppress


class Ended(Exception):
    """The other side has closed the connection."""


class TooLong(Exception):
    """The other side sent a line that is longer than any AGI line can be."""


class Wire:
    """Reads whole lines from `reading` and writes to `writing` (file descriptors; the same one for a socket).

    Uses poll and not select, which fails above descriptor 1023. The descriptors stay their owner's to close.
    """

    LONGEST = 65_536
    """Bytes of one line before `TooLong` (an AGI reply holds a variable's value, some kilobytes at most)."""

    def __init__(self, reading: int, writing: int) -> None:
        self.reading, self._writing = reading, writing
        self._readable = select.poll()
        self._readable.register(reading, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(writing, select.POLLOUT)
        self._held = bytearray()

    def read_line(self, deadline: float) -> bytes:
        """The next line without its line feed; `deadline` on the monotonic clock (s).

        Raises TimeoutError, `Ended` (a last line without line feed is dropped: it may be half), `TooLong`.
        """
        searched = 0
        while (end := self._held.find(b"\n", searched)) < 0:
            searched = len(self._held)
            if searched > self.LONGEST:
                raise TooLong
            self._held += self._receive(deadline)
        line = bytes(self._held[:end])
        del self._held[: end + 1]
        return line

    def write(self, data: bytes, deadline: float) -> None:
        """Write all of `data`; raises TimeoutError and `Ended`."""
        rest = memoryview(data)
        while rest:
            _wait(self._writable, deadline)
            try:
                rest = rest[os.write(self._writing, rest) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise Ended from error

    def held_lines(self) -> list[bytes]:
        """The whole lines that have come so far, without waiting; they stay."""
        with suppress(Ended, TimeoutError):  # told again by the next read_line
            while len(self._held) <= self.LONGEST and self._readable.poll(0):
                self._held += self._receive(0.0)
        return bytes(self._held).split(b"\n")[:-1]

    def drop_lines(self, count: int) -> None:
        """Take away the first `count` lines held."""
        for _ in range(count):
            del self._held[: self._held.find(b"\n") + 1]

    def drop_held(self) -> list[bytes]:
        """Forget what has come and was not asked for; the whole lines of it."""
        lines = self.held_lines()
        self._held.clear()
        return lines

    def _receive(self, deadline: float) -> bytes:
        while True:
            _wait(self._readable, deadline)
            try:
                data = os.read(self.reading, 16_384)
            except BlockingIOError:
                continue
            except OSError as error:
                raise Ended from error
            if not data:
                raise Ended
            return data


def _wait(poll: select.poll, deadline: float) -> None:
    left = deadline - time.monotonic()
    if not poll.poll(max(left, 0.0) * 1000):
        raise TimeoutError
