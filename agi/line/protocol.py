"""What stands on one AGI line: arguments quoted, replies parsed, what can go wrong with them.

Protocol: "Asterisk Gateway Interface", one command a line, one reply a line (`CODE result=VALUE (DATA)
endpos=N`); a line is at most 8,192 bytes.
"""

import re
from dataclasses import dataclass

LONGEST_LINE = 8191
"""Bytes of a command with its line feed: Asterisk's buffer of 8,192 holds a closing NUL too."""

_VERB = re.compile(r"[A-Za-z]+( [A-Za-z]+)*")
_REPLY = re.compile(rb"(\d{3})(?: result=(\S*))?(?: \((.*)\))?(?: endpos=(\d+))?\s*", re.DOTALL)
CLOSED = re.compile(rb"\)(?: endpos=\d+)?\s*\Z")
"""How a reply that holds a value in parentheses ends."""


class ChannelError(Exception):
    """Something went wrong with a command while the caller is still there. Never holds a value."""


class BadArgument(ChannelError, ValueError):
    """An argument that cannot be sent on an AGI line; nothing was sent."""


class Refused(ChannelError):
    """Asterisk did not do the command (unknown, wrong use, missing file or application)."""


class Silent(ChannelError, TimeoutError):
    """Asterisk did not reply within the limit; the channel is of no more use."""


def quote(value: object) -> str:
    """`value` as one AGI argument: in double quotes, `\\` and `"` escaped.

    Raises `BadArgument` for CR, LF, NUL and for what is not Unicode text (lone surrogates).
    """
    text = str(value)
    if any(mark in text for mark in "\r\n\0"):
        raise BadArgument("An AGI argument may not hold a line break or a NUL.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadArgument("An AGI argument must be Unicode text.") from None
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass(frozen=True, slots=True)
class Reply:
    """What Asterisk said: `result` as it stands after `result=`, `data` from the parentheses, `endpos` in samples."""

    code: int
    result: str = ""
    data: str = ""
    endpos: int | None = None


def command_line(verb: str, arguments: tuple[object, ...]) -> bytes:
    """The bytes of one command. Raises `BadArgument`."""
    if not _VERB.fullmatch(verb):
        raise BadArgument("An AGI command is made of letters.")
    line = " ".join([verb, *map(quote, arguments)]).encode() + b"\n"
    if len(line) > LONGEST_LINE:
        raise BadArgument(f"An AGI line may have {LONGEST_LINE} bytes, this one has {len(line)}.")
    return line


def parsed(line: bytes) -> Reply:
    """The reply on `line` (with the line breaks of its value, if any); only its code when the rest is odd."""
    found = _REPLY.fullmatch(line)
    if found is None:
        return Reply(int(line[:3]))
    code, result, data, endpos = found.groups()
    return Reply(
        int(code),
        (result or b"").decode(errors="replace"),
        (data or b"").decode(errors="replace"),
        int(endpos) if endpos else None,
    )


def key_in(reply: Reply) -> str:
    """The key in a reply's result (its ASCII code; 0 is none)."""
    code = int(reply.result) if reply.result.isascii() and reply.result.isdigit() else 0
    return chr(code) if 0 < code < 128 else ""
