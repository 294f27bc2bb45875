"""What a drill does to a hotline, part by part."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from enum import StrEnum

from agi.ops.speech import socket_path
from agi.ops.supervise import Supervisor
from agi.settings import Settings
from agi.workshop.bench import disks
from agi.workshop.bench.installation import Bench, BenchFailed
from agi.workshop.bench.processes import children

_STRANGERS = 200
_THIEF_S = 0.001  # so often a thief tries


class Part(StrEnum):
    """What something is done to."""

    NOTHING = "nothing"
    LINE = "line"
    SPEECH = "speech"
    RECOGNISER = "recogniser"
    ASTERISK = "asterisk"
    WATCH = "watch"
    SUPERVISOR = "supervisor"
    DATA = "data"
    VAR = "var"
    DISKS = "both disks"


class Fault(StrEnum):
    """What is done to it."""

    DONE = "done"
    """Nothing is: a call has pauses of its own."""
    KILLED = "killed"
    FROZEN = "frozen"
    ROBBED = "robbed"
    """Killed, while another program takes its port or socket as soon as it can."""
    BESIEGED = "besieged"
    """Strangers hold connections to its port."""
    FULL = "full"


_SUDDEN = (Fault.KILLED, Fault.FROZEN)
FAULTS_OF = {
    Part.NOTHING: (Fault.DONE,),
    Part.LINE: (*_SUDDEN, Fault.ROBBED, Fault.BESIEGED),
    Part.SPEECH: (*_SUDDEN, Fault.ROBBED),
    Part.RECOGNISER: _SUDDEN,
    Part.ASTERISK: (*_SUDDEN, Fault.ROBBED),
    Part.WATCH: _SUDDEN,
    Part.SUPERVISOR: _SUDDEN,
    Part.DATA: (Fault.FULL,),
    Part.VAR: (Fault.FULL,),
    Part.DISKS: (Fault.FULL,),
}
_PROCESSES = {part for part, possible in FAULTS_OF.items() if Fault.KILLED in possible}
LASTING = {Fault.ROBBED, Fault.BESIEGED, Fault.FULL}
"""What is ended from outside; the others are for the hotline to mend."""


def pid_of(box: Bench, part: Part) -> int | None:
    """The process of a part; None where it does not run, or is none."""
    supervisor = Supervisor(box.settings)
    if part not in _PROCESSES:
        return None
    if part is Part.SUPERVISOR:
        return supervisor.pid()
    if part is Part.RECOGNISER:
        service = supervisor.process(Part.SPEECH).pid
        with suppress(OSError):
            return next(iter(children(service)), None) if service else None
        return None
    return supervisor.process(part).pid


@contextmanager
def done(box: Bench, part: Part, fault: Fault) -> Iterator[None]:
    """`fault` is done to `part` until the end of the context. Raises BenchFailed."""
    with ExitStack() as stack:
        if fault in (*_SUDDEN, Fault.ROBBED):
            pid = pid_of(box, part)
            if pid is None:
                raise BenchFailed(f"{part} does not run.")
            stack.enter_context(_sent(pid, signal.SIGSTOP if fault is Fault.FROZEN else signal.SIGKILL))
        if fault is Fault.ROBBED:
            stack.enter_context(_thief(_PORTS[part], box.settings))
        elif fault is Fault.BESIEGED:
            for _ in range(_STRANGERS):
                stack.enter_context(socket.create_connection(("127.0.0.1", box.settings.line.agi_port), timeout=5))
        elif fault is Fault.FULL:
            if part is not Part.VAR:
                stack.enter_context(disks.full(box.settings.data))
            if part is not Part.DATA:
                stack.enter_context(disks.full(box.settings.var))
        yield


def strangers_refused(box: Bench, tries: int) -> int:
    """How many of `tries` connections to the line's port, without the proof that Asterisk gives, were told nothing."""
    refused = 0
    for _ in range(tries):
        with socket.create_connection(("127.0.0.1", box.settings.line.agi_port), timeout=5) as sock:
            with suppress(OSError):  # to be cut off is to be refused as well
                sock.sendall(b"agi_network: yes\nagi_uniqueid: 1.1\nagi_arg_1: main\n\n")
                refused += sock.recv(4096) == b""
                continue
            refused += 1
    return refused


def starts_refused(box: Bench) -> Iterator[str]:
    """What `hotline up` says where another program holds a port; the hotline is down afterwards."""
    box.hotline("down")
    for part in (Part.LINE, Part.ASTERISK):
        with closing(_PORTS[part](box.settings)):
            try:
                box.hotline("up")
            except BenchFailed as refusal:
                yield str(refusal)
            else:
                yield f"hotline up: took no notice that the port of {part} is taken"
                box.hotline("down")


def _agi_port(settings: Settings) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return _bound(sock, ("127.0.0.1", settings.line.agi_port))


def _sip_port(settings: Settings) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    return _bound(sock, (settings.telephony.listen, settings.telephony.sip_port))


def _speech_socket(settings: Settings) -> socket.socket:
    path = socket_path(settings.var)
    path.unlink(missing_ok=True)
    return _bound(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM), str(path))


_PORTS = {Part.LINE: _agi_port, Part.ASTERISK: _sip_port, Part.SPEECH: _speech_socket}


def _bound(sock: socket.socket, address: tuple[str, int] | str) -> socket.socket:
    try:
        sock.bind(address)
    except OSError:
        sock.close()
        raise
    if sock.type == socket.SOCK_STREAM:
        sock.listen()
    return sock


@contextmanager
def _thief(take: Callable[[Settings], socket.socket], settings: Settings) -> Iterator[None]:
    """Another program that takes a port when it is free, and keeps it."""
    over = threading.Event()

    def steal() -> None:
        while not over.wait(_THIEF_S):
            with suppress(OSError), closing(take(settings)):
                over.wait()

    thread = threading.Thread(target=steal, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _sent(pid: int, number: signal.Signals) -> Iterator[None]:
    """Send a signal to a process; what is still frozen at the end goes on, so that it can be ended."""
    process = os.pidfd_open(pid)  # a number may be another's by the time it is used again
    try:
        signal.pidfd_send_signal(process, number)
        yield
    finally:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(process, signal.SIGCONT)
        os.close(process)
