"""A telephone that stops its sound while the caller is silent (VAD, mute): the turn ends as with any other."""

from dataclasses import replace

from agi.dialogue.keys import KeyQueue
from agi.dialogue.question import Answer, Mode, Options, Question, Result
from agi.dialogue.turn import Said, Voice
from agi.hearing.audiosocket import FRAME_BYTES, FRAME_MS
from agi.hearing.turn import GAP_MS, SpokenTurn
from agi.hearing.worker_process import News

MENU = Question("menu", (), Options("123"), first_key_ms=3000, between_keys_ms=2000, grammar="menu:main")
PAUSE_MS = 220
LOUD = b"\x00\x10" * (FRAME_BYTES // 2)


class Ear:
    """Hears talk by its loudness; an answer has ended after a pause of `PAUSE_MS`."""

    def __init__(self) -> None:
        self.news: list[News] = []
        self.heard_ms = 0
        self._quiet_ms = 0
        self._talked = False

    def hear(self, sound: bytes, sent: bytes) -> None:
        for begin in range(0, len(sound), FRAME_BYTES):
            self.heard_ms += FRAME_MS
            if any(sound[begin : begin + FRAME_BYTES]):
                self._quiet_ms, self._talked = 0, True
                self.news.append(Voice(True, True))
            elif self._talked:
                self._quiet_ms += FRAME_MS
                if self._quiet_ms == PAUSE_MS:
                    self.news.append(Said(Answer(Result.MATCH, "2", Mode.SPEECH)))

    def finish(self) -> None: ...

    def listen_for_rest(self, digits: int) -> None: ...

    def lag_ms(self) -> int:
        return 0


class Call:
    """A turn in virtual time."""

    def __init__(self) -> None:
        self.ear = Ear()
        self.turn = SpokenTurn(MENU, b"", self.ear, KeyQueue(), 0)
        self.now = 0

    def beat(self, ms: int, sound: bytes = b"") -> None:
        """So many ms, with `sound` in each frame of them."""
        for _ in range(ms // FRAME_MS):
            self.now += FRAME_MS
            if sound:
                self.turn.sound(sound, self.now)
            self.turn.next_frame(self.now)
            while self.ear.news:
                self.turn.news(self.ear.news.pop(0), self.now)


def test_an_answer_ends_in_the_usual_time_after_the_last_packet() -> None:
    call = Call()
    call.beat(600, LOUD)
    spoken_until = call.now
    while call.turn.answer is None and call.now < spoken_until + 35_000:
        call.beat(FRAME_MS)
    assert call.turn.answer
    assert replace(call.turn.answer, took_ms=0) == Answer(Result.MATCH, "2", Mode.SPEECH)
    assert call.now - spoken_until == PAUSE_MS


def test_packets_that_are_late_leave_no_hole_in_a_word() -> None:
    call = Call()
    call.beat(600, LOUD)
    call.beat(GAP_MS - FRAME_MS)
    before = call.ear.heard_ms
    for _ in range(GAP_MS // FRAME_MS - 1):
        call.turn.sound(LOUD, call.now)
    assert call.ear.heard_ms == before + GAP_MS - FRAME_MS == call.now


def test_sound_that_comes_again_is_heard_as_it_comes() -> None:
    call = Call()
    call.beat(100, bytes(FRAME_BYTES))
    call.beat(1000)
    call.beat(400, LOUD)
    assert call.ear.heard_ms == call.now


def test_a_telephone_that_never_sends_is_silent_as_long_as_the_question_allows() -> None:
    call = Call()
    call.beat(2980)
    assert call.turn.answer is None
    call.beat(100)
    assert call.turn.answer and call.turn.answer.result is Result.NO_INPUT
    assert call.ear.heard_ms == 0
