"""Would a call be answered now? Asked of the outside: a SIP request, the FastAGI port, the dialplan."""

import secrets
import socket
import time
from collections.abc import Callable
from pathlib import Path

from agi import privacy
from agi.ops import ports
from agi.ops.asterisk import Program
from agi.ops.places import run_folder
from agi.settings import Settings

_PAUSE_S = 0.05
_ALL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - every address of this machine, and one of them
_KNOWN = "tester1"  # a stranger's request would be noted in Asterisk's log each time


def unmet(settings: Settings, program: Program) -> str | None:
    """The first thing in the way of a call, in words; None when a call would be answered."""
    telephony = settings.telephony
    # Asked first: a SIP request before the last module is loaded makes the SIP library complain in the log.
    if program.ask(settings.var, "core waitfullybooted") is None:
        waits = not _listens(run_folder(settings.var) / "asterisk.ctl")
        return (ports.sip_taken(telephony.listen, telephony.sip_port) if waits else None) or "Asterisk is not up"
    if not sip_answers(reachable(telephony.listen), telephony.sip_port):
        return f"Asterisk does not answer SIP on {telephony.listen}, port {telephony.sip_port}"
    shown = program.ask(settings.var, f"dialplan show {telephony.number}@from-testers")
    if shown is None or f"'{telephony.number}'" not in shown:
        return f"the dialplan knows no {telephony.number} for testers"
    if not line_answers(settings.var, settings.line.agi_port):
        return f"the line does not answer on port {settings.line.agi_port}"
    return None


def _listens(path: Path) -> bool:
    """Whether a process listens on the Unix socket `path`, if only a frozen one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        return sock.connect_ex(str(path)) == 0


def until(met: Callable[[], bool], limit_s: float) -> bool:
    """Wait up to `limit_s` seconds until `met()`; whether it came to that."""
    end = time.monotonic() + limit_s
    while not met():
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE_S)
    return True


def wait(settings: Settings, program: Program, limit_s: float) -> str | None:
    """Wait until a call would be answered; None then, else what was in the way after `limit_s` seconds."""
    end = time.monotonic() + limit_s
    while (trouble := unmet(settings, program)) is not None and time.monotonic() < end:
        time.sleep(_PAUSE_S)
    return trouble


def reachable(listen: str) -> str:
    """An address of this machine at which a server that listens on `listen` is reached."""
    return _ALL.get(listen, listen)


def dialled(listen: str) -> str:
    """The address a telephone is given for a server that listens on `listen`, as it stands in a SIP address."""
    address = listen
    if listen in _ALL:
        family, outside = (socket.AF_INET6, "2001:db8::1") if ":" in listen else (socket.AF_INET, "192.0.2.1")
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            try:
                sock.connect((outside, 9))  # sends nothing: it only asks which of our addresses leads outside
                address = sock.getsockname()[0]
            except OSError:
                address = reachable(listen)
    return f"[{address}]" if ":" in address else address


def sip_answers(address: str, port: int, limit_s: float = 0.5) -> bool:
    """Whether anything answers a SIP OPTIONS request (RFC 3261, 11) there; 401 is an answer too."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    shown = f"[{address}]" if ":" in address else address
    token = secrets.token_hex(8)
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(limit_s)
        try:
            sock.connect((address, port))
            own = sock.getsockname()
            request = "\r\n".join(
                (
                    f"OPTIONS sip:{shown}:{port} SIP/2.0",
                    f"Via: SIP/2.0/UDP {shown}:{own[1]};branch=z9hG4bK{token};rport",
                    "Max-Forwards: 1",
                    f"From: <sip:{_KNOWN}@{shown}>;tag={token}",
                    f"To: <sip:{_KNOWN}@{shown}>",
                    f"Call-ID: {token}",
                    "CSeq: 1 OPTIONS",
                    "Content-Length: 0",
                    "",
                    "",
                )
            )
            sock.send(request.encode())
            return sock.recv(4096).startswith(b"SIP/2.0 ")
        except OSError:
            return False


def line_answers(var: Path, port: int, limit_s: float = 0.5) -> bool:
    """Whether the line of the installation at `var` serves on this TCP port of 127.0.0.1.

    It is asked: the supervisor lets callers connect while there is no line.
    """
    question = f"agi_network_script: ready\nagi_arg_2: {privacy.line_proof(var)}\n\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=limit_s) as sock:
            sock.sendall(question.encode())
            return sock.recv(5) == b"NOOP\n"
    except OSError:
        return False


def unusable(address: str, port: int, running_on: str) -> str | None:
    """One sentence on why SIP cannot be listened for on `address`; None when it can.

    `running_on`: where our own Asterisk may hold the port already; an address that shares it with ours is not refused.
    """
    ours = address == running_on or not {address, running_on}.isdisjoint(_ALL)
    return ports.sip_taken(address, 0 if ours else port)


def taken(settings: Settings) -> str | None:
    """One sentence on the first port of ours that another program holds; None when all are free."""
    return ports.sip_taken(settings.telephony.listen, settings.telephony.sip_port) or ports.taken(
        "127.0.0.1", settings.line.agi_port, socket.SOCK_STREAM, "line.agi_port"
    )
