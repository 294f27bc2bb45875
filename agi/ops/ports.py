"""`python -m agi.ops.ports FILE COMMAND…`: runs Asterisk's command once the SIP port that stands in FILE is free.

Asterisk would start without a port that another program holds, answer nobody, and not take it when it is free again.
"""

import errno
import os
import re
import socket
import sys
import time
from pathlib import Path

_LOOK_S = 0.2


def taken(address: str, port: int, kind: socket.SocketKind, setting: str) -> str | None:
    """One sentence when another program holds a port that `setting` names, or there is no such address; else None."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as sock:
        if kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                return f"This machine has no address {address}: change `telephony.listen` or `--listen`."
            protocol = "TCP" if kind == socket.SOCK_STREAM else "UDP"
            return (
                f"{protocol} port {port} is taken by another program: end that one, or set another "
                f"`{setting}` in hotline.toml."
            )
    return None


def sip_taken(address: str, port: int) -> str | None:
    """The same of the port for SIP."""
    return taken(address, port, socket.SOCK_DGRAM, "telephony.sip_port")


def main() -> None:
    """Wait, saying once why, and become the command."""
    file, *command = sys.argv[1:]
    bound = re.search(r"^bind = \[?(\S+?)\]?:(\d+)$", Path(file).read_text(), re.M)
    said = ""
    while bound and (trouble := sip_taken(bound[1], int(bound[2]))):
        if trouble != said:
            print(trouble, flush=True)  # into Asterisk's log
            said = trouble
        time.sleep(_LOOK_S)
    os.execv(command[0], command)  # noqa: S606 - the supervisor's own words


if __name__ == "__main__":
    main()
