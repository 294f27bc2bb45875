"""The worker: the process that recognises what callers say, in a few threads, for many sessions at once.

A process of its own beside the one that moves the sound: recognition needs Python's lock and the processor for long
stretches, and sound must not wait for either. What a session is to do is queued; a thread takes all that is queued for
one session at once, so that under load the pieces of sound grow and the cost for each falls. Vosk releases Python's
lock while it decodes.
"""

import os
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from queue import SimpleQueue
from typing import NoReturn

from agi import pulse
from agi.dialogue.question import Question
from agi.dialogue.turn import Voice
from agi.hearing.answers import said
from agi.hearing.audiosocket import FRAME_BYTES, FRAME_MS
from agi.hearing.listener import ModelListener
from agi.hearing.protocol import (
    LONGEST,
    Alive,
    Audio,
    Begin,
    CannotListen,
    CannotOpen,
    Close,
    Failed,
    Final,
    Finish,
    FromWorker,
    ListenForRest,
    Message,
    Partial,
    clock_ms,
    decode,
    encode,
)
from agi.speech.recogniser import Recogniser

BEAT_S = 0.1
"""So often the worker says that it lives, and which sessions lag."""
NICE = 5
"""Its niceness: sound comes before recognition when there is not enough of the processor for both."""
_TOLD_LAG_MS = 200
_SWITCH_S = 0.0005
"""A thread gives Python's lock up after this time: decoding threads ask for it after each piece of sound."""
_SILENCE = Voice(False, False)
_ToDo = Audio | Finish | ListenForRest | Close


class Session:
    """The hearing of one turn. `put` what is to be done, in order; a thread of the worker's calls `work`.

    `ready(session)` is called when there is work; what comes of it is given to `tell`, in that thread. Raises
    `CannotListen`.
    """

    def __init__(
        self,
        number: int,
        question: Question,
        listener: ModelListener,
        ready: Callable[["Session"], None],
        tell: Callable[[FromWorker], None],
    ) -> None:
        self._number = number
        self._question = question
        self._listener = listener
        self._ready = ready
        self._tell = tell
        self._recogniser: Recogniser | None = listener.recogniser(question, 0, first=True)
        self._rest = 0
        self._heard = self._heard_before = 0  # bytes: in all, and by those who listened before
        self._voice = _SILENCE
        self._queue: deque[_ToDo] = deque()
        self._oldest_ms: int | None = None
        self._lock = threading.Lock()
        self._owned = False  # a thread has it, or will
        self._closed = False

    def put(self, message: _ToDo) -> None:
        """Queue `message`; after `Close` whatever is queued is forgotten."""
        with self._lock:
            if self._oldest_ms is None and isinstance(message, Audio | Finish):
                self._oldest_ms = message.at_ms if isinstance(message, Audio) else clock_ms()
            self._closed = self._closed or isinstance(message, Close)
            self._queue.append(message)
            if self._owned:
                return
            self._owned = True
        self._ready(self)

    def lag_ms(self) -> int:
        """Age of the oldest thing that is queued or being worked on."""
        oldest = self._oldest_ms
        return 0 if oldest is None else clock_ms() - oldest

    # ---- for one thread at a time ----

    def work(self) -> None:
        """Do what is queued now."""
        with self._lock:
            messages = list(self._queue)
            self._queue.clear()
        try:
            self._do(messages)
        except Exception as error:  # noqa: BLE001  # one turn's fault is not another's: this one falls back to keys
            self._drop()
            self._tell(Failed(self._number, type(error).__name__))
        with self._lock:
            self._owned = again = bool(self._queue)
            self._oldest_ms = next((one.at_ms for one in self._queue if isinstance(one, Audio)), None)
        if again:
            self._ready(self)

    def _do(self, messages: list[_ToDo]) -> None:
        if self._closed:
            self._drop()
            return
        sound, sent = bytearray(), bytearray()
        for message in messages:
            if isinstance(message, Audio):
                sound += message.heard
                sent += message.sent or bytes(len(message.heard))
                continue
            self._feed(bytes(sound), bytes(sent))
            sound.clear()
            sent.clear()
            if isinstance(message, Finish):
                self._finish()
            elif isinstance(message, ListenForRest):
                self._drop()
                self._rest = message.digits
        self._feed(bytes(sound), bytes(sent))

    def _feed(self, sound: bytes, sent: bytes) -> None:
        if not sound:
            return
        progress = self._listening().feed(sound, sent if any(sent) else b"")
        self._heard += len(sound)
        voice = Voice(progress.speaking, progress.started)
        if progress.ended:
            self._finish()
        elif voice != self._voice:
            self._voice = voice
            self._tell(Partial(self._number, voice))

    def _listening(self) -> Recogniser:
        if self._recogniser is None:
            self._recogniser = self._listener.recogniser(self._question, self._rest, first=False)
            self._heard_before = self._heard
        return self._recogniser

    def _finish(self) -> None:
        recogniser = self._listening()
        answer = said(recogniser.finish(), self._question, self._rest)
        began_ms = self._heard_before * FRAME_MS // FRAME_BYTES + recogniser.began_ms
        self._drop()
        self._tell(Final(self._number, replace(answer, began_ms=began_ms)))

    def _drop(self) -> None:
        self._voice = _SILENCE
        if self._recogniser is not None:
            self._recogniser.close()
            self._recogniser = None


class Worker:
    """All sessions, told by `service` what to do."""

    def __init__(self, service: socket.socket, listener: ModelListener) -> None:
        self._service = service
        self._listener = listener
        self._sessions: dict[int, Session] = {}
        self._ready: SimpleQueue[Session] = SimpleQueue()

    def run(self) -> None:
        """Until the service closes the socket."""
        for number in range(os.cpu_count() or 2):
            threading.Thread(target=self._listen, name=f"listen-{number}", daemon=True).start()
        threading.Thread(target=self._beat, name="beat", daemon=True).start()
        while packet := self._service.recv(LONGEST):
            self._take(decode(packet))

    def _take(self, message: Message) -> None:
        match message:
            case Begin(number, question):
                try:
                    self._sessions[number] = Session(number, question, self._listener, self._ready.put, self._tell)
                except CannotListen as trouble:
                    self._tell(Failed(number, str(trouble)))
            case Audio() | Finish() | ListenForRest() if session := self._sessions.get(message.session):
                session.put(message)
            case Close(number) if session := self._sessions.pop(number, None):
                session.put(message)

    def _listen(self) -> None:
        while True:
            self._ready.get().work()

    def _beat(self) -> None:
        while True:
            lags = {number: session.lag_ms() for number, session in list(self._sessions.items())}
            self._tell(Alive({number: lag for number, lag in lags.items() if lag > _TOLD_LAG_MS}))
            time.sleep(BEAT_S)

    def _tell(self, message: FromWorker) -> None:
        try:
            self._service.send(encode(message))
        except OSError:  # the service has gone: so do we
            os._exit(0)


def main() -> NoReturn:
    """The process; arguments: DESCRIPTOR MODULE:FUNCTION, and the function gives the listener."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the service's to answer
    service = socket.socket(fileno=int(sys.argv[1]))
    module, name = sys.argv[2].split(":")
    os.nice(NICE)
    sys.setswitchinterval(_SWITCH_S)
    pulse.beat()
    try:
        listener: ModelListener = getattr(import_module(module), name)()
    except CannotListen as trouble:
        service.send(encode(CannotOpen(str(trouble))))
        sys.exit(1)
    Worker(service, listener).run()
    os._exit(0)  # nothing to save; threads may be in the middle of a word
