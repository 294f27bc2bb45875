"""One Asterisk channel: pyst2's AGI made safe. The only module that imports pyst2.

What is kept is pyst2's set of commands. What is mended: every argument passes through one quoting function
(pyst2 escapes nothing, so a value could carry a second command); nothing that was entered or said is written
anywhere; no signal handler is set, so it works in threads; replies are bytes until they are parsed; the five
faces of a hang-up are one exception; every command has a time limit.
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from asterisk.agi import AGI

from agi.dialogue.keys import KEYS
from agi.dialogue.question import HungUp
from agi.line.protocol import CLOSED, ChannelError, Refused, Reply, Silent, command_line, key_in, parsed
from agi.line.variables import KEYS as PRESSED
from agi.line.wire import Ended, TooLong, Wire

_DEAD = 511
_WAITING = ("SAY ", "GET DATA", "GET OPTION", "STREAM ", "CONTROL ", "RECORD ", "RECEIVE ", "SEND ", "EXEC")
_WAITS_S = 600.0  # such a command of pyst2's may take, since it waits for the caller
_KEYS_AND_CLEAR = f"${{{PRESSED}}}${{SET({PRESSED}=)}}"


@dataclass(frozen=True, slots=True)
class Played:
    """How a STREAM FILE ended: the key that stopped it or "", and where it stopped (samples)."""

    key: str
    endpos: int


class Channel(AGI):  # type: ignore[misc]  # pyst2 has no types
    """The commands of pyst2 on a `Wire`; each raises `HungUp`, or a `ChannelError`.

    `limit_s`: how long a command that does not wait for the caller may take; `header_limit_s`: all headers together.
    """

    def __init__(self, wire: Wire, *, limit_s: float = 5.0, header_limit_s: float | None = None) -> None:
        # pyst2's own constructor takes the process's SIGHUP, writes argv to stderr and reads text.
        self._wire = wire
        self._limit_s = limit_s
        self._gone: Exception | None = None
        self.env: Mapping[str, str] = self._read_environment(limit_s if header_limit_s is None else header_limit_s)

    # ---- commands ----

    def command(self, verb: str, *arguments: object, wait_s: float = 0.0) -> Reply:
        """Send one command; `wait_s` is the time it is meant to take. Returns a reply with code 200.

        Raises `BadArgument`, `Refused`, `Silent`, `HungUp`.
        """
        self.begin(verb, *arguments)
        return self.end(verb, wait_s=wait_s)

    def begin(self, verb: str, *arguments: object) -> None:
        """Send a command and let it run; no other may be sent until `end` has its reply.

        Raises `BadArgument`, `Silent`, `HungUp`.
        """
        line = command_line(verb, arguments)
        with self._ending(verb):
            if b"HANGUP" in self._wire.drop_held():
                raise HungUp
            self._wire.write(line, time.monotonic() + self._limit_s)

    def end(self, verb: str, *, wait_s: float = 0.0) -> Reply:
        """The reply of the command that was begun; it may take `wait_s` more. Raises `Refused`, `Silent`, `HungUp`."""
        with self._ending(verb):
            reply = self._read_reply(time.monotonic() + self._limit_s + wait_s)
        if reply.code == _DEAD:
            raise self._end(HungUp())
        if reply.code != 200:
            raise Refused(f"Asterisk refused {verb} ({reply.code}).")
        if reply.result == "-1":
            self._tell_hang_up_from_failure(verb, reply)
        return reply

    @property
    def replies(self) -> int:
        """A file descriptor that is readable when the command that was begun is over (or the caller gone)."""
        return self._wire.reading

    def stream(self, path: str, escape: str = "", offset: int = 0, *, lasts_s: float = 600.0) -> Played:
        """Play the file `path` (no extension, `lasts_s` long) from sample `offset` until its end or a key of `escape`.

        Raises `Refused` when there is no such file.
        """
        reply = self.command("STREAM FILE", path, escape, offset, wait_s=lasts_s)
        return Played(key_in(reply), reply.endpos or 0)

    def wait_for_digit(self, timeout: int = 2000) -> str:
        """The next key within `timeout` (ms), or ""; also "", before its time, for a key that says nothing (A to D)."""
        key = key_in(self.command("WAIT FOR DIGIT", timeout, wait_s=timeout / 1000))
        return key if key in KEYS else ""

    def take_keys(self) -> str:
        """All keys (0-9, *, #) since the last time, in order, read and cleared in one step of Asterisk's.

        Asterisk throws away keys that arrive between two commands; the dialplan's StoreDTMF keeps them
        in HOTLINE_KEYS, and so this is the one true list of what was pressed.
        """
        reply = self.command("GET FULL VARIABLE", _KEYS_AND_CLEAR)
        return "".join(key for key in reply.data if key in KEYS)

    # ---- what pyst2's other commands are made of ----

    def execute(self, command: str, *args: object) -> dict[str, tuple[str, str]]:
        """pyst2's way to run a command: its reply as `{"result": (value, data), "endpos": …}`."""
        reply = self.command(command, *args, wait_s=_WAITS_S if command.upper().startswith(_WAITING) else 0.0)
        found = {"result": (reply.result, reply.data)}
        if reply.endpos is not None:
            found["endpos"] = (str(reply.endpos), "")
        return found

    def _quote(self, string: object) -> object:
        """As it is: `command` quotes, once."""
        return string

    # ---- the wire ----

    @contextmanager
    def _ending(self, verb: str) -> Iterator[None]:
        """After these faults the channel is of no more use: they are raised again then."""
        if self._gone is not None:
            raise self._gone
        try:
            yield
        except (Ended, HungUp):
            raise self._end(HungUp()) from None
        except TimeoutError:
            raise self._end(Silent(f"Asterisk did not reply to {verb} in time.")) from None
        except TooLong:
            raise self._end(Silent(f"Asterisk's reply to {verb} has no end.")) from None

    def _end(self, error: Exception) -> Exception:
        self._gone = error
        return error

    def _read_environment(self, limit_s: float) -> dict[str, str]:
        """The header lines `agi_name: value` up to the empty one; all of it within the limit.

        Raises `HungUp` when it ends early, `Silent` when it does not come, `ChannelError` when it is none.
        """
        deadline = time.monotonic() + limit_s
        found: dict[str, str] = {}
        try:
            for _ in range(200):
                line = self._wire.read_line(deadline).decode(errors="replace").strip()
                if not line:
                    return found
                name, colon, value = line.partition(":")
                if colon and name.startswith("agi_"):
                    found[name] = value.strip()
        except Ended:
            raise HungUp from None
        except TimeoutError:
            raise Silent("No AGI headers came.") from None
        except TooLong:
            raise ChannelError("What came was no AGI header.") from None
        raise ChannelError("The AGI headers have no end.")

    def _read_reply(self, deadline: float) -> Reply:
        hung_up = False
        while True:
            line = self._wire.read_line(deadline)
            if line == b"HANGUP":
                # An event, not the reply: the reply still comes (or the connection ends); then no one is there.
                hung_up, deadline = True, min(deadline, time.monotonic() + 1.0)
                continue
            if not re.match(rb"\d{3}(?:[ -]|$)", line) or line.startswith(b"1"):
                continue  # the rest of a value with line breaks, or "100 Trying"
            if line.startswith(b"520-"):
                while not (line := self._wire.read_line(deadline)).startswith(b"520 "):  # its usage, in lines of text
                    pass
            if line.startswith(b"200 result=") and b" (" in line:
                line = self._whole_value(line, deadline)
            if hung_up:
                raise HungUp
            return parsed(line)

    def _whole_value(self, line: bytes, deadline: float) -> bytes:
        """A reply with a value in parentheses up to the end of the value, which may have line breaks in it.

        A reply comes in one piece and nothing follows it but `HANGUP`: the last line held that can be its end is
        its end, so that no line within a value passes for a reply or for a hang-up.
        """
        while True:
            held = self._wire.held_lines()
            ends = [number for number, one in enumerate(held, start=1) if CLOSED.search(one)]
            if ends:
                line = b"\n".join((line, *held[: ends[-1]]))
                self._wire.drop_lines(ends[-1])
            if CLOSED.search(line):
                return line
            if len(line) > Wire.LONGEST:
                raise TooLong
            line += b"\n" + self._wire.read_line(deadline)

    def _tell_hang_up_from_failure(self, verb: str, reply: Reply) -> None:
        """Result -1 is a hang-up or a failure (a missing file): ask whether the channel is still up.

        Raises `HungUp` or `Refused`.
        """
        if reply.data == "hangup":
            raise self._end(HungUp())
        self.begin("CHANNEL STATUS")
        with self._ending(verb):
            state = self._read_reply(time.monotonic() + self._limit_s)
        if state.code != 200 or state.result in {"-1", "0", ""}:
            raise self._end(HungUp())
        raise Refused(f"Asterisk could not do {verb}.")
