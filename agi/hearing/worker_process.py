"""The speech service's side of the recognising process: starts it, feeds it, starts it again when it dies."""

import os
import socket
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Lock

import structlog

from agi.dialogue.question import Question
from agi.hearing import worker as recognition
from agi.hearing.turn import Broken, News
from agi.hearing.worker import LONGEST_PACKET, CannotListen

START_LIMIT_S = 15.0
_SILENT_MS = 500
"""Five beats missed: the process is stuck, or the machine has no time for it."""
_MOST_UNSENT = 5000
_log = structlog.get_logger("speech")
_MAIN = "from agi.hearing.worker import main; main()"
Tell = Callable[[News], None]


class RemoteEar:
    """The `Ear` of one turn in the recognising process; every method returns at once. `open` it before it hears."""

    def __init__(self, owner: "WorkerProcess", number: int, question: Question) -> None:
        self._owner = owner
        self._number = number
        self._question = question
        self.told_ms = 0

    def open(self, tell: Tell) -> None:
        """Begin to listen for the question; `tell` is given the news."""
        self.tell = tell
        self._owner.know(self._number, self)
        self._owner.send(recognition.begin(self._number, self._question))

    def hear(self, sound: bytes, sent: bytes) -> None:
        """Send `sound` there."""
        self._owner.send(recognition.sound(self._number, self._owner.clock_ms(), sound, sent))

    def finish(self) -> None:
        """Ask what was said."""
        self._owner.send(recognition.finish(self._number))

    def listen_for_rest(self, digits: int) -> None:
        """Begin anew, for the rest of a number."""
        self._owner.send(recognition.rest(self._number, digits))

    def lag_ms(self) -> int:
        """What the process says of this ear, or for how long it has said nothing at all."""
        return max(self.told_ms, self._owner.silent_ms())

    def close(self) -> None:
        """The turn is over."""
        self._owner.forget(self._number)
        self._owner.send(recognition.close(self._number))


class WorkerProcess:
    """The recognising process made by `factory` ("module:function", which gives a `recognition.Listener`).

    `start` returns when it is open for work. `descriptor` is readable when there is something for `receive`; news
    are told from there, in the thread that calls it.
    """

    def __init__(self, factory: str, clock_ms: Callable[[], int]) -> None:
        self.clock_ms = clock_ms
        self.longest_ms = 0
        self._factory = factory
        self._lock = Lock()
        self._ears: dict[int, RemoteEar] = {}
        self._number = 0
        self._unsent: deque[bytes] = deque()
        self._heard_ms = clock_ms()
        self._process: subprocess.Popen[bytes] | None = None
        self._sock: socket.socket | None = None
        self.open = False  # whether it has said that it works

    def start(self) -> None:
        """Start the process and wait until it is open. Raises `CannotListen`."""
        self.launch()
        assert self._sock is not None  # noqa: S101 - launch makes it
        self._sock.settimeout(START_LIMIT_S)
        try:
            packet = self._sock.recv(LONGEST_PACKET)
        except OSError:
            packet = b""
        letter, _, body = recognition.opened(packet) if packet else (b"", 0, b"")
        if letter != b"O":
            self.stop()
            raise CannotListen(body.decode(errors="replace") or "The recognising process did not start.")
        self._sock.setblocking(False)
        self.open = True
        self._heard_ms = self.clock_ms()

    def launch(self) -> None:
        """Start the process, without waiting for it."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            self._process = subprocess.Popen(
                (sys.executable, "-c", _MAIN, str(theirs.fileno()), self._factory),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        self._sock = ours
        self._heard_ms = self.clock_ms() + int(START_LIMIT_S * 1000)  # until it speaks, its silence says nothing

    def stop(self) -> None:
        """End the process."""
        self.open = False
        if self._sock is not None:
            self._sock.close()
            self._sock = None
        if self._process is not None:
            self._process.kill()
            self._process.wait(5)
            self._process = None

    @property
    def pid(self) -> int:
        """The process's number; 0 where none runs."""
        return self._process.pid if self._process is not None else 0

    @property
    def sock(self) -> socket.socket | None:
        """Readable when there is something to `receive`; another one after `receive` has returned False."""
        return self._sock

    def ear(self, question: Question) -> RemoteEar:
        """The ear of a new turn, not yet open."""
        with self._lock:
            self._number += 1
            return RemoteEar(self, self._number, question)

    def know(self, number: int, ear: RemoteEar) -> None:
        """Tell this ear the news of `number` from now on."""
        with self._lock:
            self._ears[number] = ear

    def forget(self, number: int) -> None:
        """No more news for this ear."""
        with self._lock:
            self._ears.pop(number, None)

    def silent_ms(self) -> int:
        """How long the process has been silent, when that is longer than it should."""
        silent = self.clock_ms() - self._heard_ms
        return silent if silent > _SILENT_MS else 0

    def send(self, packet: bytes) -> None:
        """Send `packet`, or keep it until there is room."""
        with self._lock:
            self._unsent.append(packet)
            self._flush()

    def receive(self) -> bool:
        """Take what the process says, and tell it; False when it has died: `launch` starts another one."""
        if self._sock is None:
            return False
        try:
            while packet := self._sock.recv(LONGEST_PACKET):
                self._take(packet)
        except BlockingIOError:
            with self._lock:
                self._flush()
            return True
        except OSError:
            pass
        self._died()
        return False

    def _flush(self) -> None:
        """Send what waits; the caller holds the lock."""
        if self._sock is None or len(self._unsent) > _MOST_UNSENT:
            self._unsent.clear()
            return
        with suppress(OSError):  # no room now, or it has died: told by `receive`
            while self._unsent:
                self._sock.send(self._unsent[0])
                self._unsent.popleft()

    def _take(self, packet: bytes) -> None:
        letter, number, body = recognition.opened(packet)
        self._heard_ms = self.clock_ms()
        ear = self._ears.get(number)
        if letter == b"L":
            if ear is not None:
                (ear.told_ms,) = struct.unpack("!I", body)
                self.longest_ms = max(self.longest_ms, ear.told_ms)
        elif letter == b"O":
            self.open = True
        elif letter == b"E":
            _log.warning("speech.cannot_listen", why=body.decode(errors="replace"))
        elif ear is not None and (one := recognition.news(letter, body)) is not None:
            if isinstance(one, Broken):
                _log.warning("speech.turn_failed", why=one.why)
            ear.told_ms = 0
            ear.tell(one)

    def _died(self) -> None:
        _log.warning("speech.recognition_died")
        self.stop()
        with self._lock:
            self._unsent.clear()
            ears = list(self._ears.values())
            self._ears.clear()
        for ear in ears:
            ear.tell(Broken("died"))
