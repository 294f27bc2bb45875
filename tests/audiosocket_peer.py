"""What stands on the other side of the speech service in tests: Asterisk's end of AudioSocket, and a small recogniser.

The recogniser hears by level: sound is speech, 200 ms of silence end it, and the loudness says which digit it was
(sample value 1000 is "1", 2000 is "2", …); 300 is a noise that is no speech.
"""

import socket
import threading
import time
from collections.abc import Sequence
from uuid import UUID

from agi.dialogue.question import Digits, Question
from agi.hearing.audiosocket import END, FRAME_BYTES, FRAME_MS, Frame, Kind, Reader, audio, packed
from agi.hearing.protocol import CannotListen
from agi.languages import named
from agi.speech.answer import Heard, Progress, Verdict

QUIET = bytes(FRAME_BYTES)
NOISE = 300


def spoken(digit: int | str, frames: int = 10) -> list[bytes]:
    """`frames` frames in which "digit" is said."""
    level = int(digit) * 1000
    return [level.to_bytes(2, "little", signed=True) * (FRAME_BYTES // 2)] * frames


def noise(frames: int = 10) -> list[bytes]:
    """`frames` frames of something that is no speech."""
    return [NOISE.to_bytes(2, "little") * (FRAME_BYTES // 2)] * frames


def number(digits: str) -> list[bytes]:
    """A number said digit by digit, with short pauses."""
    return [frame for digit in digits for frame in (*spoken(digit, 5), *[QUIET] * 3)]


class LevelRecogniser:
    """Hears by level."""

    def __init__(self, question: Question, rest: int) -> None:
        self._question = question
        self._rest = rest
        self._heard = ""
        self._last = 0
        self._quiet = 0
        self._started = False
        self.frames = self.began_ms = 0

    def feed(self, sound: bytes, sent: bytes) -> Progress:
        for at in range(0, len(sound), FRAME_BYTES):
            self.frames += 1
            self._one(int.from_bytes(sound[at : at + 2], "little", signed=True))
        return Progress(self._last >= 1000, self._started, self._started and self._quiet >= 10)

    def _one(self, level: int) -> None:
        if level >= 1000:
            if self._last < 1000:
                self._heard += str(level // 1000)
            if not self._started:
                self.began_ms = self.frames * FRAME_MS
            self._started = True
        self._quiet = 0 if level >= 1000 else self._quiet + 1
        self._last = level

    def finish(self) -> Heard:
        if not self._heard:
            return Heard(Verdict.SILENCE)
        text = " ".join(named("id").numbers.digits[int(digit)] for digit in self._heard)
        accepts = self._question.accepts
        if isinstance(accepts, Digits):
            answers = (accepts.least if not self._rest else 1) <= len(self._heard) <= (self._rest or accepts.most)
        else:
            answers = self._heard in accepts.keys
        if not answers:
            return Heard(Verdict.REJECTED, text=text, confidence=0.9)
        return Heard(Verdict.ACCEPTED, self._heard, text=text, confidence=0.9)

    def close(self) -> None:
        return


class LevelListener:
    """What listens with `LevelRecogniser`s."""

    def recogniser(self, question: Question, rest: int, *, first: bool) -> LevelRecogniser:
        return LevelRecogniser(question, rest)


class Stubborn:
    """A listener and its recogniser in one, which hears nothing."""

    began_ms = 0

    def recogniser(self, question: Question, rest: int, *, first: bool) -> "Stubborn":
        return self

    def feed(self, sound: bytes, sent: bytes) -> Progress:
        return Progress(False, False, False)

    def finish(self) -> Heard:
        return Heard(Verdict.SILENCE)

    def close(self) -> None:
        return


class Hanging(Stubborn):
    """Takes for ever."""

    def feed(self, sound: bytes, sent: bytes) -> Progress:
        time.sleep(60)
        return Progress(False, False, False)


class Failing(Stubborn):
    """Has a fault."""

    def feed(self, sound: bytes, sent: bytes) -> Progress:
        raise RuntimeError


class Ignorant(Stubborn):
    """Knows no grammar."""

    def recogniser(self, question: Question, rest: int, *, first: bool) -> "Stubborn":
        raise CannotListen(question.grammar)


def Absent() -> LevelListener:  # noqa: N802 - stands where a class could
    """Has no model."""
    raise CannotListen("There is no model here.")


class Peer:
    """Asterisk's end of one connection: sends frames every 20 ms, notes what comes and when."""

    def __init__(self, port: int, uuid: str, *, say_who: bool = True) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.socket.settimeout(None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.frames: list[tuple[float, Frame]] = []
        self.ended = threading.Event()
        if say_who:
            self.send(packed(Kind.UUID, UUID(uuid).bytes))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        reader = Reader()
        while True:
            try:
                data = self.socket.recv(65536)
            except OSError:
                break
            if not data:
                break
            now = time.monotonic()
            for frame in reader.take(data):
                self.frames.append((now, frame))
                if frame.kind is Kind.END:
                    self.socket.close()
        self.ended.set()

    def send(self, data: bytes) -> None:
        """Send bytes as they are; nothing where the other side has closed."""
        try:
            self.socket.sendall(data)
        except OSError:
            self.ended.set()

    def key(self, keys: str) -> None:
        """Press keys."""
        for key in keys:
            self.send(packed(Kind.KEY, key.encode()))

    def speak(self, frames: Sequence[bytes]) -> float:
        """Send frames at their pace; the time at which the first was sent."""
        begun = time.monotonic()
        for number, frame in enumerate(frames):
            if self.ended.wait(max(0.0, begun + number * 0.02 - time.monotonic())):
                break
            self.send(audio(frame))
        return begun

    def hang_up(self) -> None:
        """The caller has gone."""
        self.send(END)
        self.socket.close()

    def heard(self) -> list[tuple[float, bytes]]:
        """The frames of sound that came, with their times."""
        return [(at, frame.payload) for at, frame in self.frames if frame.kind is Kind.AUDIO]

    def wait(self, limit_s: float = 10.0) -> None:
        """Wait for the end of the connection."""
        assert self.ended.wait(limit_s), "the call was not given back"
