"""One spoken turn, rule by rule: what stops the prompt, what ends the turn, how speech and keys make one number."""

from collections.abc import Sequence

import pytest

from agi.dialogue.keys import KeyQueue
from agi.dialogue.question import Answer, Digits, Mode, Options, Question, Result
from agi.dialogue.turn import Said, Voice
from agi.hearing.audiosocket import FRAME_BYTES
from agi.hearing.turn import SpokenTurn
from agi.hearing.worker_process import Broken, News

TALKS, TALKED = Voice(True, True), Voice(False, True)
MENU = Question("menu", (), Options("123"), first_key_ms=3000, between_keys_ms=2000, grammar="menu:main")
NIK = Question("nik", (), Digits(4, 4), first_key_ms=3000, between_keys_ms=2000, total_ms=20000, grammar="nik")
CONFIRM = Question("nik_confirm", (), Options("12"), first_key_ms=3000, grammar="yesno", consent="1")
PIN = Question("pin", (), Digits(2, 6), first_key_ms=3000, between_keys_ms=2000, grammar="digits")


class Ear:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, bytes]] = []
        self.asked = 0
        self.rests: list[int] = []
        self.lag = 0

    def hear(self, sound: bytes, sent: bytes) -> None:
        self.heard.append((sound, sent))

    def finish(self) -> None:
        self.asked += 1

    def listen_for_rest(self, digits: int) -> None:
        self.rests.append(digits)

    def lag_ms(self) -> int:
        return self.lag


class Call:
    """A turn in virtual time: beats every 20 ms, with a frame of the caller's sound in each."""

    def __init__(
        self, question: Question, prompt_ms: int = 1000, *, read_back_ms: int = 0, hash_is_habit: bool = False
    ) -> None:
        self.now = 0
        self.ear = Ear()
        self.queue = KeyQueue(hash_is_habit=hash_is_habit)
        prompt = b"\1" * (prompt_ms * 16)
        self.turn = SpokenTurn(question, prompt, self.ear, self.queue, 0, read_back=read_back_ms * 16)
        self.frames = 0

    def pass_ms(self, ms: int) -> None:
        for _ in range(ms // 20):
            self.now += 20
            self.turn.sound(bytes(FRAME_BYTES), self.now)
            self.frames += bool(self.turn.next_frame(self.now))

    def news(self, *news: News) -> None:
        for one in news:
            self.turn.news(one, self.now)

    def keys(self, keys: str) -> None:
        for key in keys:
            self.queue.put(key)
            self.turn.pressed(self.now)

    @property
    def answer(self) -> Answer:
        assert self.turn.answer is not None
        return self.turn.answer

    @property
    def left(self) -> str:
        """The keys that the turn has not used."""
        return self.queue.waiting


def said(
    result: Result, value: str = "", digits: str = "", *, sure: bool = True, confidence: float = 0.9, began_ms: int = 0
) -> Said:
    return Said(Answer(result, value, Mode.SPEECH, confidence, sure=sure), digits, began_ms)


def test_the_prompt_is_played_frame_by_frame_to_its_end() -> None:
    call = Call(MENU)
    call.pass_ms(1500)
    assert call.frames == 50


def test_speech_stops_the_prompt_at_the_next_frame() -> None:
    call = Call(MENU)
    call.pass_ms(400)
    call.news(TALKS)
    call.pass_ms(400)
    assert call.frames == 20


NOTHING = Voice(False, False)


@pytest.mark.parametrize("nothing", [NOTHING, said(Result.NO_INPUT)], ids=["forgotten", "asked for"])
def test_a_prompt_goes_on_after_what_was_nothing_from_the_word_that_was_cut(nothing: News) -> None:
    call = Call(MENU, 2000)
    call.pass_ms(1000)
    call.news(TALKS)
    call.pass_ms(400)
    call.news(nothing)
    call.pass_ms(3000)
    assert call.frames == 50 + 40 + 50
    call.pass_ms(1700)
    assert not call.turn.over
    call.pass_ms(200)
    assert call.answer == Answer(Result.NO_INPUT, took_ms=6200)


def confirming() -> Call:
    """A number is read back for 1 s, then the caller is asked for a second whether it is right."""
    return Call(CONFIRM, 2000, read_back_ms=1000)


def test_a_yes_begun_before_the_number_was_read_back_is_none_and_the_prompt_goes_on() -> None:
    call = confirming()
    call.pass_ms(800)
    call.news(TALKS)
    call.pass_ms(400)
    call.news(said(Result.MATCH, "1", began_ms=780))
    call.pass_ms(4900)
    assert call.frames == 40 + 40 + 60, "the number is not heard to its end"
    assert not call.turn.over
    call.news(TALKS, said(Result.MATCH, "1", began_ms=6000))
    assert (call.answer.result, call.answer.value) == (Result.MATCH, "1")


def test_a_yes_that_is_told_late_counts_from_when_it_was_begun() -> None:
    call = confirming()
    call.pass_ms(1900)
    call.news(said(Result.MATCH, "1", began_ms=980))
    assert not call.turn.over
    call.news(said(Result.MATCH, "1", began_ms=1020))
    assert call.answer.value == "1"


def test_a_yes_that_is_always_too_soon_is_not_understood() -> None:
    call = confirming()
    for _ in range(3):
        assert not call.turn.over
        call.pass_ms(400)
        call.news(TALKS, said(Result.MATCH, "1", began_ms=400))
    assert (call.answer.result, call.answer.value) == (Result.NO_MATCH, "")


def test_a_no_a_key_and_another_answer_are_taken_while_a_number_is_read_back() -> None:
    for early in (said(Result.MATCH, "2"), said(Result.AGENT), said(Result.NO_MATCH)):
        call = confirming()
        call.pass_ms(400)
        call.news(TALKS, early)
        assert call.answer.result is early.answer.result
    call = confirming()
    call.pass_ms(400)
    call.keys("1")
    assert (call.answer.value, call.answer.mode) == ("1", Mode.KEYS)


def test_an_answer_over_a_prompt_that_goes_on_stops_it_again() -> None:
    call = Call(MENU)
    call.pass_ms(400)
    call.news(TALKS, NOTHING)
    call.pass_ms(100)
    call.news(TALKS)
    call.pass_ms(400)
    assert call.frames == 20 + 5
    call.news(said(Result.MATCH, "2"))
    assert call.answer.value == "2"


def test_a_prompt_that_nothing_has_torn_twice_is_not_taken_up_again() -> None:
    call = Call(MENU)
    for _ in range(3):
        call.pass_ms(400)
        call.news(TALKS, NOTHING)
    call.pass_ms(3000)
    assert call.answer == Answer(Result.NO_INPUT, took_ms=4200, cut_short=True)


def test_a_prompt_that_was_over_is_not_said_again_for_nothing() -> None:
    call = Call(MENU)
    call.pass_ms(1100)
    call.news(TALKS, NOTHING)
    call.pass_ms(2900)
    assert (call.frames, call.turn.over) == (50, False)
    call.pass_ms(200)
    assert call.answer.result is Result.NO_INPUT


def test_a_prompt_is_not_taken_up_again_once_a_number_was_begun() -> None:
    call = Call(NIK)
    call.news(TALKS)
    call.keys("12")
    call.news(Said(Answer(Result.NO_INPUT)), TALKS, NOTHING)
    call.pass_ms(400)
    assert call.frames == 0


@pytest.mark.parametrize("news", [(), (TALKS,)], ids=["silence", "speech after the prompt"])
def test_a_prompt_that_was_heard_to_its_end_was_not_cut_short(news: Sequence[News]) -> None:
    call = Call(MENU)
    call.pass_ms(1100)
    call.news(*news, said(Result.NO_INPUT))
    call.pass_ms(3100)
    assert not call.answer.cut_short


def test_a_key_stops_the_prompt_and_answers_a_menu() -> None:
    call = Call(MENU)
    call.pass_ms(400)
    call.keys("2")
    assert (call.answer.result, call.answer.value, call.answer.mode) == (Result.MATCH, "2", Mode.KEYS)
    assert call.turn.next_frame(call.now) == b""


@pytest.mark.parametrize("keys", ["0", "9", "*"])
def test_command_keys_keep_their_meaning(keys: str) -> None:
    call = Call(MENU)
    call.keys(keys)
    assert call.answer.result is {"0": Result.AGENT, "9": Result.REPEAT, "*": Result.BACK}[keys]


def test_sound_goes_to_the_recogniser_from_the_first_frame_with_what_was_sent() -> None:
    call = Call(MENU)
    call.pass_ms(100)
    assert len(call.ear.heard) == 5
    assert call.ear.heard[0] == (bytes(FRAME_BYTES), b"")
    assert call.ear.heard[1] == (bytes(FRAME_BYTES), b"\1" * FRAME_BYTES)


def test_without_voice_barge_in_speech_over_the_prompt_is_not_listened_to() -> None:
    call = Call(Question("q", (), Options("12"), grammar="yesno", voice_barge_in=False))
    call.pass_ms(1000)
    assert not call.ear.heard[:-1]
    call.pass_ms(100)
    assert len(call.ear.heard) >= 5


def test_without_barge_in_keys_over_the_prompt_count_for_nothing_and_are_used_up() -> None:
    call = Call(Question("q", (), Options("12"), barge_in=False, grammar="yesno"))
    call.pass_ms(500)
    call.keys("1")
    call.pass_ms(1000)
    assert not call.turn.over
    assert call.left == ""
    call.keys("2")
    assert call.answer.value == "2"


def test_an_answer_by_speech_ends_the_turn_with_its_confidence() -> None:
    call = Call(MENU)
    call.pass_ms(1200)
    call.news(TALKS, TALKED, said(Result.MATCH, "3", sure=False, confidence=0.7))
    assert call.answer == Answer(Result.MATCH, "3", Mode.SPEECH, 0.7, took_ms=1200, sure=False)


def test_silence_counts_from_the_end_of_the_prompt() -> None:
    call = Call(MENU)
    call.pass_ms(3900)
    assert not call.turn.over
    call.pass_ms(200)
    assert call.answer.result is Result.NO_INPUT


def test_talk_without_an_answer_is_waited_for_and_then_taken_as_it_is() -> None:
    call = Call(MENU)
    call.pass_ms(3000)
    call.news(TALKS)
    call.pass_ms(2500)
    assert call.ear.asked == 0
    call.news(TALKED)
    call.pass_ms(2100)
    assert call.ear.asked == 1
    call.news(said(Result.NO_MATCH))
    assert call.answer.result is Result.NO_MATCH


def test_a_noise_that_was_no_speech_is_as_if_it_had_not_been() -> None:
    call = Call(MENU)
    call.pass_ms(400)
    call.pass_ms(3000)
    call.news(TALKS, NOTHING)
    call.pass_ms(2900)
    assert not call.turn.over
    call.pass_ms(200)
    assert call.answer.result is Result.NO_INPUT


def test_long_after_a_noise_the_time_for_talk_has_not_begun() -> None:
    call = Call(NIK)
    call.pass_ms(1100)
    for _ in range(10):
        call.news(TALKS, NOTHING)
        call.pass_ms(2500)
    assert not call.turn.over


def test_talk_without_end_is_cut() -> None:
    call = Call(NIK)
    call.pass_ms(1100)
    call.news(TALKS)
    call.pass_ms(20100)
    assert call.ear.asked == 1


@pytest.mark.parametrize(
    ("first", "keys", "value"),
    [("12", "34", "1234"), ("1", "234", "1234"), ("123", "4", "1234")],
)
def test_digits_that_are_spoken_are_completed_by_keys(first: str, keys: str, value: str) -> None:
    call = Call(NIK)
    call.pass_ms(1100)
    call.news(TALKS, TALKED)
    call.keys(keys[0])
    assert call.ear.asked == 1
    call.news(said(Result.NO_MATCH, digits=first))
    call.keys(keys[1:])
    assert (call.answer.result, call.answer.value, call.answer.mode) == (Result.MATCH, value, Mode.SPEECH)
    assert call.left == ""


def test_digits_that_are_keyed_are_completed_by_speech() -> None:
    call = Call(NIK)
    call.keys("12")
    assert call.ear.rests == [3, 2]
    call.news(TALKS, TALKED, said(Result.MATCH, "34", digits="34", sure=False))
    assert call.answer.value == "1234"
    assert not call.answer.sure


def test_spoken_and_keyed_digits_alternate() -> None:
    call = Call(NIK)
    call.news(TALKS, TALKED)
    call.keys("2")
    call.news(said(Result.NO_MATCH, digits="1"))
    call.news(TALKS, TALKED, said(Result.MATCH, "3", digits="3"))
    assert not call.turn.over
    call.keys("4")
    assert call.answer.value == "1234"


def test_a_hash_after_a_spoken_number_ends_it() -> None:
    call = Call(PIN)
    call.news(TALKS, TALKED)
    call.keys("#")
    call.news(said(Result.MATCH, "123", digits="123"))
    assert (call.answer.result, call.answer.value, call.left) == (Result.MATCH, "123", "")


def test_a_key_after_a_whole_spoken_number_belongs_to_the_next_question() -> None:
    call = Call(NIK)
    call.news(TALKS, TALKED)
    call.keys("7")
    call.news(said(Result.MATCH, "1234", digits="1234"))
    assert (call.answer.value, call.left) == ("1234", "7")


def test_a_key_after_a_noise_is_just_a_key() -> None:
    call = Call(NIK)
    call.news(TALKS)
    call.keys("1234")
    call.news(Said(Answer(Result.NO_INPUT)))
    assert (call.answer.value, call.answer.mode) == ("1234", Mode.KEYS)


def test_an_entry_that_is_half_keyed_and_then_left_is_no_match() -> None:
    call = Call(NIK)
    call.keys("12")
    call.pass_ms(2100)
    assert (call.answer.result, call.answer.value) == (Result.NO_MATCH, "12")


def test_a_hash_by_habit_is_swallowed_and_the_prompt_goes_on() -> None:
    call = Call(NIK, hash_is_habit=True)
    call.pass_ms(100)
    call.keys("#")
    call.pass_ms(100)
    assert call.turn.playing
    call.keys("1234")
    assert call.answer.value == "1234"
    assert call.left == ""


def test_keys_after_the_end_are_received_and_not_used() -> None:
    call = Call(MENU)
    call.keys("1273")
    assert (call.answer.value, call.left) == ("1", "273")


@pytest.mark.parametrize("command", [Result.BACK, Result.AGENT, Result.REPEAT])
def test_a_spoken_command_ends_a_number_that_was_begun(command: Result) -> None:
    call = Call(NIK)
    call.keys("1")
    call.news(TALKS, TALKED, said(command))
    assert call.answer.result is command


def test_a_recogniser_that_lags_gives_the_turn_up() -> None:
    call = Call(MENU)
    call.ear.lag = 1600
    call.pass_ms(20)
    assert call.turn.fell_back == "slow"


def test_a_recogniser_that_fails_gives_the_turn_up() -> None:
    call = Call(MENU)
    call.news(Broken())
    assert call.turn.fell_back == "dead"
    assert call.turn.answer is None


@pytest.mark.parametrize("late", [[TALKS], [said(Result.MATCH, "2")], [Broken()]])
def test_news_after_the_end_changes_nothing(late: Sequence[News]) -> None:
    call = Call(MENU)
    call.keys("1")
    call.news(*late)
    assert call.answer.value == "1"
    assert not call.turn.fell_back
