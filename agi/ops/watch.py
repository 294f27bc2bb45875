"""`python -m agi.ops.watch`: ends what hangs, so that it is started anew as if it had died; run by supervisord.

The line, the speech service and the recogniser beat here (agi/pulse.py). Asterisk is asked on its control socket,
where it greets whoever connects. A watch that hangs is ended by those who beat; without one, everything goes on.
"""

import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path

import structlog

from agi import log
from agi.ops.places import run_folder
from agi.pulse import BEAT_S, SOCKET, Pulse, felt, peer
from agi.settings import Settings

_log = structlog.get_logger("watch")
_BACKLOG = 16


class Beating:
    """One process that beats on the connection `sock`."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._pulse = Pulse(peer(sock))
        self._what = _command(self._pulse.pid)

    def look(self) -> bool:
        """Answer its beats, or end it where it hangs; False when it is gone."""
        try:
            if felt(self._sock):
                self._pulse.beat()
                with suppress(BlockingIOError):
                    self._sock.send(b".")
                return True
            if not self._pulse.hangs():
                return True
            _end(self._pulse, self._what)
        except OSError:
            pass
        self._sock.close()
        return False


class Greeting:
    """Asterisk, whose control socket at `path` greets whoever connects."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pulse: Pulse | None = None
        self._sock: socket.socket | None = None

    def look(self) -> None:
        """Connect, or see whether it has greeted; end it where it hangs."""
        try:
            greeted = self._greeted()
        except OSError:  # it does not run, or is ending
            self._pulse = None
            self._close()
            return
        if self._pulse is None:
            return
        if greeted:
            self._pulse.beat()
            self._close()
        elif self._pulse.hangs():
            _end(self._pulse, "Asterisk")
            self._close()

    def _greeted(self) -> bool:
        if self._sock is not None:
            return felt(self._sock)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        self._sock = sock
        try:
            sock.connect(str(self._path))
        except BlockingIOError:  # more wait to be let in than Asterisk lets wait: it is there
            self._close()
            return False
        if self._pulse is None or self._pulse.pid != peer(sock):
            self._pulse = Pulse(peer(sock))
        return False

    def _close(self) -> None:
        if self._sock is not None:
            self._sock.close()
            self._sock = None


def _end(pulse: Pulse, what: str) -> None:
    pulse.kill()
    _log.error("watch.ended", what=what, pid=pulse.pid, silent_s=round(pulse.silent_s, 1))


def _command(pid: int) -> str:
    """What it was started as, without the interpreter."""
    try:
        return " ".join(Path(f"/proc/{pid}/cmdline").read_text().split("\0")[2:5]).strip()
    except OSError:
        return ""


def _wake_supervisor() -> None:
    """Let a stopped supervisord go on: nobody else would start anew what dies."""
    with suppress(OSError):
        if Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()[0] == "T":
            os.kill(os.getppid(), signal.SIGCONT)
            _log.error("watch.woke", what="supervisord")


def watch(folder: Path) -> None:
    """Watch the installation whose run folder is `folder` until killed."""
    path = folder / SOCKET
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(str(path))
        door.listen(_BACKLOG)
        door.setblocking(False)
        asterisk, beating = Greeting(folder / "asterisk.ctl"), list[Beating]()
        while True:
            with suppress(BlockingIOError):
                while True:
                    beating.append(Beating(door.accept()[0]))
            beating = [each for each in beating if each.look()]
            asterisk.look()
            _wake_supervisor()
            time.sleep(BEAT_S)


def main() -> None:
    """Watch until killed."""
    settings = Settings()
    log.configure(settings, "watch", console=True)
    watch(run_folder(settings.var))


if __name__ == "__main__":
    main()
