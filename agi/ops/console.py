"""Asterisk's command line, asked from within the line: by its socket, as `asterisk -rx` asks it, without a process."""

import socket
from pathlib import Path

from agi.ops.places import run_folder

_LIMIT_S = 5.0
_LONGEST = 1_000_000


def ask(var: Path, question: str) -> str | None:
    """What the Asterisk running for `var` answers to the command `question`; None when it does not run or hangs.

    It says who it is in a line, is asked, and ends the connection after its answer.
    """
    told = b""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as console:
            console.settimeout(_LIMIT_S)
            console.connect(str(run_folder(var) / "asterisk.ctl"))
            while b"\n" not in told:
                if not (more := console.recv(256)):
                    return None
                told += more
            console.sendall(f"cli quit after {question}\0".encode())
            while len(told) < _LONGEST and (more := console.recv(65_536)):
                told += more
    except OSError:
        return None
    return told.partition(b"\n")[2].replace(b"\0", b"").decode(errors="replace")
