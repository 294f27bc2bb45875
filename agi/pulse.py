"""The pulse of a process that is kept running: whether it hangs, or only waits for a busy processor.

Who dies is noticed by whoever keeps it running; who hangs is not. So each of our processes has a thread that beats
for the watch (agi/ops/watch.py), over a Unix socket, and the watch beats back: either notices when the other hangs.
"""

import os
import signal
import socket
import struct
import threading
import time
from contextlib import suppress
from pathlib import Path

MARK = "SUPERVISED_FOR"
"""Every process of an installation carries its run folder in this variable: that is how those that outlive a killed
supervisord are told from strangers, and where they find the watch."""
SOCKET = "watch.sock"
BEAT_S = 0.25
IDLE_S = 1.5
"""So long without a beat and without a wish for the processor: it hangs (its thread had only to sleep and send)."""
SILENT_S = 15.0
"""So long without a beat, however busy it is or its disk: it will not beat again."""
_BUSY = frozenset("RD")  # wants the processor, or waits for a disk


class Pulse:
    """What is known of the process `pid` since its last beat. Ask `hangs` every `BEAT_S`, or tell it `beat`.

    Time counts only as far as the asker was awake: a machine that slept or an asker that was frozen blames nobody.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.beat()

    def beat(self) -> None:
        """It has just shown that it lives."""
        self.silent_s = 0.0
        self._idle_s = 0.0
        self._worked = -1
        self._looked = time.monotonic()

    def hangs(self) -> bool:
        """Whether it has been silent for too long."""
        now = time.monotonic()
        span = min(now - self._looked, 2 * BEAT_S)
        self._looked = now
        self.silent_s += span
        worked, busy = _work(self.pid)
        if busy or worked != self._worked:
            self._worked, self._idle_s = worked, 0.0
        else:
            self._idle_s += span
        return self._idle_s >= IDLE_S or self.silent_s >= SILENT_S

    def kill(self) -> None:
        """End the process; whoever keeps it running starts another one."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def beat() -> None:
    """Beat for the watch from now on, in a thread of its own; does nothing where nobody keeps this process running."""
    folder = os.environ.get(MARK)
    if folder:
        threading.Thread(target=_beat_for_ever, args=(Path(folder) / SOCKET,), name="pulse", daemon=True).start()


def peer(sock: socket.socket) -> int:
    """The process at the other end of a Unix socket: of a server, the one that listens (SO_PEERCRED, unix(7))."""
    pid, _, _ = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return int(pid)


def felt(sock: socket.socket) -> bool:
    """Whether beats have come since the last time; raises OSError when the other end is gone."""
    try:
        if not sock.recv(4096):
            raise ConnectionResetError
    except BlockingIOError:
        return False
    return True


def _beat_for_ever(path: Path) -> None:
    """Beat for the watch that listens on `path`, and end it when it hangs."""
    while True:
        # An error: there is no watch yet, or it is being started anew.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.setblocking(False)
            sock.connect(str(path))
            watch = Pulse(peer(sock))
            while True:
                with suppress(BlockingIOError):
                    sock.send(b".")
                time.sleep(BEAT_S)
                if felt(sock):
                    watch.beat()
                elif watch.hangs():
                    watch.kill()
        time.sleep(BEAT_S)


def _work(pid: int) -> tuple[int, bool]:
    """Clock ticks of processor time that `pid` has had, and whether any thread of it wants more, or a disk."""
    ticks, busy = 0, False
    for task in Path(f"/proc/{pid}/task").glob("*/stat"):
        with suppress(OSError, ValueError, IndexError):  # a thread that has just ended
            fields = task.read_text().rpartition(")")[2].split()
            busy |= fields[0] in _BUSY
            ticks += int(fields[11]) + int(fields[12])
    return ticks, busy
