"""The process that recognises, and what the speech service and it say to each other.

A process of its own beside the one that moves the sound: recognition needs Python's lock and the processor for long
stretches, and sound must not wait for either. One packet on a Unix socket pair is one message: a letter, the number of
the ear, the rest. Packets are never logged: they hold what callers say.

To it: B begin (the question as JSON), S sound (time in ms, length, sound, what was sent meanwhile), F finish,
R listen for the rest (digits), C close. From it: O open for work, E cannot work (a sentence), V voice (speaking,
started), D done (what was said, as JSON), X broken (the kind of fault), L lag (ms, of one ear; of ear 0: it lives).
"""

import os
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import NoReturn, Protocol

from agi import pulse
from agi.dialogue.question import Question
from agi.dialogue.turn import Said, Voice
from agi.hearing.listening import Make, WorkerEar, Workers
from agi.hearing.protocol import Form
from agi.hearing.turn import Broken, News

LONGEST_PACKET = 131_072
BEAT_S = 0.1
"""So often the process says that it lives, and which ears lag."""
NICE = 5
"""Its niceness: sound comes before recognition when there is not enough of the processor for both."""
_TOLD_LAG_MS = 200
_SWITCH_S = 0.0005
"""A thread gives Python's lock up after this time: decoding threads ask for it after each piece of sound."""
_HEAD = struct.Struct("!cI")
_SOUND = struct.Struct("!QI")
_QUESTION = Form(Question)
_SAID = Form(Said)


class CannotListen(Exception):
    """There is nothing to hear with, or not for this question; the message is a sentence for the admin."""


class Listener(Protocol):
    """What knows how to listen: the model, or a stand-in in tests."""

    def maker(self, question: Question) -> Make:
        """What makes the recognisers of a turn. Raises `CannotListen`."""


# ---- messages ----


def begin(ear: int, question: Question) -> bytes:
    """A new ear, for `question`."""
    return _HEAD.pack(b"B", ear) + _QUESTION.written(question)


def sound(ear: int, at_ms: int, heard: bytes, sent: bytes) -> bytes:
    """Sound for an ear; `sent` is "" or as long as `heard`."""
    return _HEAD.pack(b"S", ear) + _SOUND.pack(at_ms, len(heard)) + heard + sent


def finish(ear: int) -> bytes:
    """Ask an ear what was said."""
    return _HEAD.pack(b"F", ear)


def rest(ear: int, digits: int) -> bytes:
    """Begin anew, for the rest of a number."""
    return _HEAD.pack(b"R", ear) + bytes((min(digits, 255),))


def close(ear: int) -> bytes:
    """An ear is needed no more."""
    return _HEAD.pack(b"C", ear)


def opened(packet: bytes) -> tuple[bytes, int, bytes]:
    """The letter, the ear, the rest of a packet."""
    letter, ear = _HEAD.unpack_from(packet)
    return letter, ear, packet[_HEAD.size :]


def news(letter: bytes, body: bytes) -> News | None:
    """The news in a packet of V, D or X; None for another."""
    if letter == b"V":
        return Voice(bool(body[0]), bool(body[1]))
    if letter == b"D":
        return _SAID.read(body)
    return Broken(body.decode(errors="replace")) if letter == b"X" else None


def _packed(ear: int, one: News) -> bytes:
    match one:
        case Voice():
            return _HEAD.pack(b"V", ear) + bytes((one.speaking, one.started))
        case Said():
            return _HEAD.pack(b"D", ear) + _SAID.written(one)
        case Broken():
            return _HEAD.pack(b"X", ear) + one.why.encode()


# ---- the process ----


class Process:
    """All ears of the process, fed from `sock`."""

    def __init__(self, sock: socket.socket, listener: Listener, clock_ms: Callable[[], int]) -> None:
        self._sock = sock
        self._listener = listener
        self._workers = Workers(os.cpu_count() or 2, clock_ms)
        self._ears: dict[int, WorkerEar] = {}

    def run(self) -> None:
        """Until the service closes the socket."""
        self._send(_HEAD.pack(b"O", 0))
        threading.Thread(target=self._tell_lags, name="beat", daemon=True).start()
        while packet := self._sock.recv(LONGEST_PACKET):
            self._take(*opened(packet))

    def _take(self, letter: bytes, number: int, body: bytes) -> None:
        if letter == b"B":
            self._begin(number, _QUESTION.read(body))
        elif ear := self._ears.get(number):
            self._do(letter, number, body, ear)

    def _begin(self, number: int, question: Question) -> None:
        try:
            make = self._listener.maker(question)
        except CannotListen as trouble:
            self._send(_packed(number, Broken(str(trouble))))
            return
        self._ears[number] = self._workers.ear(make, lambda one: self._send(_packed(number, one)))

    def _do(self, letter: bytes, number: int, body: bytes, ear: WorkerEar) -> None:
        if letter == b"S":
            at_ms, length = _SOUND.unpack_from(body)
            heard = body[_SOUND.size : _SOUND.size + length]
            ear.hear(heard, body[_SOUND.size + length :], at_ms)
        elif letter == b"F":
            ear.finish()
        elif letter == b"R":
            ear.listen_for_rest(body[0])
        elif letter == b"C":
            del self._ears[number]
            ear.close()

    def _tell_lags(self) -> None:
        while True:
            time.sleep(BEAT_S)
            for number, ear in list(self._ears.items()):
                if (lag := ear.lag_ms()) > _TOLD_LAG_MS:
                    self._send(_HEAD.pack(b"L", number) + struct.pack("!I", lag))
            self._send(_HEAD.pack(b"L", 0) + struct.pack("!I", 0))

    def _send(self, packet: bytes) -> None:
        try:
            self._sock.send(packet)
        except OSError:  # the service has gone: so do we
            os._exit(0)


def _clock_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def main() -> NoReturn:
    """The process; arguments: DESCRIPTOR MODULE:FUNCTION, and the function gives the `Listener`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the service's to answer
    sock = socket.socket(fileno=int(sys.argv[1]))
    module, name = sys.argv[2].split(":")
    os.nice(NICE)
    sys.setswitchinterval(_SWITCH_S)
    pulse.beat()
    try:
        listener: Listener = getattr(import_module(module), name)()
    except CannotListen as trouble:
        sock.send(_HEAD.pack(b"E", 0) + str(trouble).encode())
        sys.exit(1)
    Process(sock, listener, _clock_ms).run()
    os._exit(0)  # nothing to save; workers may be in the middle of a word
