"""The speech service's side of the worker: starts it, feeds it, starts it again when it dies."""

import asyncio
import errno
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import structlog

from agi.dialogue.question import Question
from agi.dialogue.turn import Said, Voice
from agi.hearing.protocol import (
    KIND,
    LONGEST,
    Alive,
    Audio,
    BadMessage,
    Begin,
    CannotListen,
    CannotOpen,
    Close,
    Failed,
    Final,
    Finish,
    ListenForRest,
    Message,
    Partial,
    ToWorker,
    clock_ms,
    decode,
    encode,
)

START_LIMIT_S = 60.0
_START_AGAIN_S = 0.5
_SILENT_MS = 500
"""Five beats missed: the worker is stuck, or the machine has no time for it."""
MOST_UNSENT = 5000
"""Messages that wait for the worker: a second of a hundred turns. Above it their sound is dropped."""
_log = structlog.get_logger("speech")
_MAIN = "from agi.hearing.worker import main; main()"


class Broken:
    """The recogniser has failed."""


News = Voice | Said | Broken


class Ear:
    """The hearing of one turn, in a session of the worker's: it takes sound now and tells `News` later."""

    def __init__(self, worker: "WorkerProcess", session: int, tell: Callable[[News], None]) -> None:
        self._worker = worker
        self._session = session
        self.tell = tell
        self.told_ms = 0
        self.deprived = False  # of sound that the worker could not take

    def hear(self, sound: bytes, sent: bytes) -> None:
        """Listen to `sound`; `sent` is what was played in the same time ("" where nothing was)."""
        self._worker.send(Audio(self._session, clock_ms(), sound, sent))

    def finish(self) -> None:
        """Ask for what was said so far: `Said` comes, then it listens anew."""
        self._worker.send(Finish(self._session))

    def listen_for_rest(self, digits: int) -> None:
        """Forget what was heard, and listen for at most `digits` more digits of a number."""
        self._worker.send(ListenForRest(self._session, digits))

    def lag_ms(self) -> int:
        """How long the oldest sound that was not listened to has been waiting, or the worker said nothing at all.

        Without end when sound was dropped: half of an answer is none.
        """
        return sys.maxsize if self.deprived else max(self.told_ms, self._worker.silent_ms())

    def close(self) -> None:
        """The turn is over."""
        self._worker.close(self._session)


class WorkerProcess:
    """The worker, which hears with what `factory` makes ("module:function", which gives a listener).

    `start` returns when it is open for work; after that all is for the thread of the loop that it is to `attend`.
    """

    def __init__(self, factory: str) -> None:
        self.longest_ms = 0
        self.open = False  # whether it has said that it works
        self._factory = factory
        self._ears: dict[int, Ear] = {}
        self._begun = 0
        self._unsent: deque[ToWorker] = deque()
        self._heard_ms = clock_ms()
        self._process: subprocess.Popen[bytes] | None = None
        self._sock: socket.socket | None = None

    def start(self) -> None:
        """Start the worker and wait until it is open. Raises `CannotListen`."""
        sock = self._launch()
        sock.settimeout(START_LIMIT_S)
        try:
            first = decode(sock.recv(LONGEST))
        except (OSError, BadMessage):
            first = CannotOpen("The recognising process did not start.")
        if isinstance(first, CannotOpen):
            self.stop()
            raise CannotListen(first.why)
        sock.setblocking(False)
        self._take(first)

    def attend(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hear in `loop` what the worker says, and start another one there when it has died."""
        self._loop = loop
        if self._sock is not None:
            loop.add_reader(self._sock, self._receive, self._sock)

    def _launch(self) -> socket.socket:
        """Start the worker, without waiting for it."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, KIND)
        ours.setblocking(False)
        with theirs:
            self._process = subprocess.Popen(
                (sys.executable, "-c", _MAIN, str(theirs.fileno()), self._factory),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        self._sock = ours
        self._heard_ms = clock_ms() + int(START_LIMIT_S * 1000)  # until it speaks, its silence says nothing
        return ours

    def stop(self) -> None:
        """End the worker."""
        self.open = False
        if self._sock is not None:
            self._sock.close()
            self._sock = None
        if self._process is not None:
            self._process.kill()
            with suppress(subprocess.TimeoutExpired):  # no time for it yet on a busy machine
                self._process.wait(5)
            self._process = None

    @property
    def sessions(self) -> int:
        """Turns that are listened to now."""
        return len(self._ears)

    def ear(self, question: Question, tell: Callable[[News], None]) -> Ear:
        """Begin a session; `tell` is given its news."""
        self._begun += 1
        ear = self._ears[self._begun] = Ear(self, self._begun, tell)
        self.send(Begin(self._begun, question))
        return ear

    def close(self, session: int) -> None:
        """End a session: no more news of it."""
        if self._ears.pop(session, None) is not None:
            self.send(Close(session))

    def silent_ms(self) -> int:
        """For how long the worker has said nothing, if that is longer than it should."""
        silent = clock_ms() - self._heard_ms
        return silent if silent > _SILENT_MS else 0

    def send(self, message: ToWorker) -> None:
        """Send `message`, or keep it until there is room. Where too many wait their sound is dropped, nothing else."""
        self._unsent.append(message)
        if len(self._unsent) > MOST_UNSENT:
            self._drop_sound()
        self._flush()

    def _receive(self, sock: socket.socket) -> None:
        """Take what the worker says, and tell it."""
        try:
            while packet := sock.recv(LONGEST):
                self._take(decode(packet))
        except BlockingIOError:
            self._flush()
            return
        except (OSError, BadMessage):
            pass
        self._died(sock)

    def _flush(self) -> None:
        """Send what waits."""
        while self._unsent and self._sock is not None:
            try:
                self._sock.send(encode(self._unsent[0]))
            except OSError as error:
                if error.errno != errno.EMSGSIZE:  # no room now, or it has died: told by `_receive`
                    return
                self._deprive(self._unsent[0])
            self._unsent.popleft()

    def _drop_sound(self) -> None:
        for sound in (one for one in self._unsent if isinstance(one, Audio)):
            self._deprive(sound)
        kept: deque[ToWorker] = deque(one for one in self._unsent if not isinstance(one, Audio))
        _log.warning("speech.sound_dropped", packets=len(self._unsent) - len(kept))
        self._unsent = kept

    def _deprive(self, dropped: ToWorker) -> None:
        if ear := self._ears.get(dropped.session):
            ear.deprived = True

    def _take(self, message: Message) -> None:
        self._heard_ms = clock_ms()
        match message:
            case Alive(lags):
                self.open = True
                for session, ear in self._ears.items():
                    ear.told_ms = lags.get(session, 0)
                self.longest_ms = max(self.longest_ms, *lags.values(), 0)
            case CannotOpen(why):
                _log.warning("speech.cannot_listen", why=why)
            case Partial(session, voice):
                self._tell(session, voice)
            case Final(session, said):
                self._tell(session, said)
            case Failed(session, why):
                _log.warning("speech.turn_failed", why=why)
                self._tell(session, Broken())

    def _tell(self, session: int, news: News) -> None:
        if ear := self._ears.get(session):
            ear.tell(news)

    def _died(self, sock: socket.socket) -> None:
        _log.warning("speech.recognition_died")
        self._loop.remove_reader(sock)
        self._loop.call_later(_START_AGAIN_S, self._start_again)
        self.stop()
        self._unsent.clear()  # all who wait for an answer to it are told
        ears = list(self._ears.values())
        self._ears.clear()
        for ear in ears:
            ear.tell(Broken())

    def _start_again(self) -> None:
        self._launch()
        self.attend(self._loop)
