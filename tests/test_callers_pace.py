"""A caller has time: to fetch a paper, to ask for more of it, to hear everything slower; none of it is an error."""

import numpy as np
import pytest
from sample_office import SampleOffice, nik
from scripted_caller import Notes, ScriptedKeypad, ScriptedPhone
from spoken_caller import AGENT, HOLD, MUMBLE, NIK, REPEAT, SILENCE, SLOWER, Call, keyed, said

from agi.dialogue.asking import SLOWER_WAITS, GaveUp, Patience, ToAgent
from agi.dialogue.question import Answer, Prompt, Result
from agi.dialogue.talk import Talk
from agi.dialogue.waiting import FETCH_MS, HOLD_MS
from agi.speech.tuning import Tuning
from agi.voice import audio
from agi.voice.audio import Audio
from agi.voice.slower import slower

pytest_plugins = ["office_fixtures"]

USUAL = Patience()


def first_key_ms(call: Call) -> list[int]:
    """How long each turn waited for the caller's first key or word."""
    return [question.first_key_ms for question in call.phone.asked]


def after(ms: int, answer: Answer) -> Answer:
    """`answer`, given so long after the prompt began."""
    return Answer(answer.result, answer.value, answer.mode, answer.confidence, took_ms=ms)


# ---- "Sebentar" ----


@pytest.mark.parametrize("ask", [Call.choose, Call.nik, Call.kk, Call.pin])
def test_a_question_is_held_for_two_minutes_and_answered_when_the_caller_is_ready(ask: object) -> None:
    call = Call(HOLD, keyed("1"))
    ask(call)  # type: ignore[operator]
    assert call.heard[-1] == "help.hold"
    assert first_key_ms(call) == [USUAL.first_key_ms, HOLD_MS]
    assert [attempt for _, _, attempt in call.notes.all_asked] == [1, 1]


def test_when_the_time_is_over_the_question_is_asked_again_and_nothing_counts_as_a_failure() -> None:
    call = Call(HOLD, after(HOLD_MS, SILENCE), SILENCE, said("1"))
    assert call.choose() == "1"
    assert call.heard[2:] == ["help.hold", "menu.main", "help.menu.silent", "menu.main"]
    assert first_key_ms(call) == [USUAL.first_key_ms, HOLD_MS, USUAL.first_key_ms, USUAL.first_key_ms]


def test_talk_with_somebody_else_meanwhile_neither_counts_nor_begins_the_time_anew() -> None:
    call = Call(HOLD, after(50_000, MUMBLE), after(40_000, MUMBLE), said("1"))
    assert call.choose() == "1"
    assert call.heard[2:] == ["help.hold"] * 3
    assert first_key_ms(call)[1:] == [HOLD_MS, HOLD_MS - 50_000, HOLD_MS - 90_000]
    assert {attempt for _, _, attempt in call.notes.all_asked} == {1}


def test_a_question_is_not_held_for_ever() -> None:
    call = Call(*[HOLD] * 5)
    with pytest.raises(GaveUp):
        call.choose()
    assert call.heard.count("help.hold") == 3


def test_wrong_keys_while_a_question_is_held_are_told_as_ever() -> None:
    call = Call(HOLD, Answer(Result.NO_MATCH, "8"), said("1"))
    assert call.choose() == "1"
    assert call.heard[-2:] == ["help.menu.wrong", "menu.main"]
    assert first_key_ms(call)[-1] == USUAL.first_key_ms


def test_an_agent_can_be_asked_for_while_a_question_is_held() -> None:
    with pytest.raises(ToAgent):
        Call(HOLD, AGENT).nik()


def test_the_key_holds_a_menu_and_an_entry(office: SampleOffice) -> None:
    call = office.call(f"# 1 , # {nik(1)} !")
    assert call.heard[:4] == ["call.welcome", "menu.main", "help.hold", "nik.ask"]
    assert call.heard[4:7] == ["nik.paper", "help.fetch", "help.hold"]
    assert call.heard[-1] == "kk.ask"


# ---- Papers ----


def test_who_says_nothing_where_a_paper_is_needed_is_told_where_it_stands_and_given_time() -> None:
    call = Call(SILENCE, said(NIK))
    assert call.nik() == NIK
    assert call.heard[2:] == ["nik.paper", "help.fetch"]
    assert first_key_ms(call) == [USUAL.first_key_ms, FETCH_MS]
    assert [attempt for _, _, attempt in call.notes.all_asked] == [1, 1]


def test_silence_after_that_counts() -> None:
    call = Call(*[SILENCE] * 5)
    with pytest.raises(GaveUp):
        call.nik()
    assert [key for key in call.heard if key.startswith("help.")] == [
        "help.fetch",
        "help.entry.silent",
        "help.entry.silent_heard",
    ]


# ---- "Lebih pelan" ----


def test_who_asks_for_it_is_spoken_to_slower_and_waited_for_longer_until_the_end() -> None:
    call = Call(SLOWER, said("1"), said(NIK))
    call.choose()
    call.nik()
    assert call.phone.slow
    assert call.heard[2:4] == ["help.slower", "menu.main"]
    assert first_key_ms(call) == [USUAL.first_key_ms, *[SLOWER_WAITS * USUAL.first_key_ms] * 2]
    slow = call.phone.asked[-1]
    assert (slow.between_keys_ms, slow.total_ms) == (2 * USUAL.between_keys_ms, 2 * USUAL.total_ms)
    assert call.noted == [("pace.slower", "main")]


def test_to_hear_a_question_twice_again_asks_for_it_too() -> None:
    call = Call(REPEAT, said("1"))
    call.choose()
    assert not call.phone.slow
    call = Call(REPEAT, REPEAT, said("1"))
    call.choose()
    assert call.phone.slow


def test_a_held_question_waits_no_longer_for_a_slow_caller() -> None:
    call = Call(SLOWER, HOLD, said("1"))
    call.choose()
    assert first_key_ms(call)[-1] == HOLD_MS


def test_a_pause_in_what_a_slow_caller_says_may_be_longer() -> None:
    usual, slow = Tuning(), Tuning().slower()
    assert slow.digits_ms == 2 * usual.digits_ms
    assert slow.whole_ms == usual.whole_ms


def tone(ms: int, hz: int) -> np.ndarray:
    return np.round(8000 * np.sin(np.arange(ms * hz // 1000) * 2 * np.pi * 440 / hz)).astype(np.int16)


def clip(*parts_ms: int) -> Audio:
    """Sound and silence in turns."""
    narrow, wide = (
        np.concatenate([tone(ms, hz) if nth % 2 == 0 else np.zeros(ms * hz // 1000, np.int16) for nth, ms in
                        enumerate(parts_ms)])
        for hz in (audio.NARROW_HZ, audio.WIDE_HZ)
    )  # fmt: skip
    return Audio(narrow, wide)


def loud_ms(samples: np.ndarray, hz: int) -> list[int]:
    """Lengths of sound and silence in turns, in ms."""
    frames = np.abs(samples.reshape(-1, hz // 50)).max(axis=1) > 0
    edges = np.flatnonzero(np.diff(frames, prepend=not frames[0], append=not frames[-1]))
    return list(np.diff(edges) * 20)


def test_slower_speech_has_longer_pauses_and_the_same_words() -> None:
    slow = slower(clip(400, 200, 300, 60, 300, 40))
    for samples, hz in ((slow.narrow, audio.NARROW_HZ), (slow.wide, audio.WIDE_HZ)):
        assert loud_ms(samples, hz) == [400, 500, 300, 60, 300, 40 + 160]
    assert slow.narrow.dtype == slow.wide.dtype == np.int16


def test_silence_alone_becomes_longer_too() -> None:
    assert len(slower(audio.pause(400)).narrow) == (400 * 2.5 + 160) * audio.NARROW_HZ // 1000


def test_a_talk_slows_its_own_phone_only() -> None:
    one, other = (ScriptedPhone(ScriptedKeypad("9 9 1")) for _ in range(2))
    Talk(one, Notes(), Patience()).choose("node", [Prompt("menu.main")], "12")
    assert (one.slow, other.slow) == (True, False)
