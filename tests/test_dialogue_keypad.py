"""One turn on a keypad: given what the caller presses, the turn gives this answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_caller import ScriptedKeypad, ScriptedPhone

from agi.dialogue.keypad import KeypadTurns
from agi.dialogue.keys import KeyQueue
from agi.dialogue.question import Answer, Digits, HungUp, Mode, Options, Prompt, Question, Result
from agi.dialogue.turn import HABIT_MS, Turn

NIK = "3273054101900001"
ASK = (Prompt("nik.ask"),)


def menu(keys: str = "123", **options: bool) -> Question:
    return Question("menu", (Prompt("menu.main"),), Options(keys), **options)


def entry(least: int = 16, most: int = 16, **options: bool) -> Question:
    return Question("nik", ASK, Digits(least, most), private=True, **options)


def answers(script: str, *questions: Question) -> list[Answer]:
    phone = ScriptedPhone(ScriptedKeypad(script))
    return [phone.turn(question) for question in questions]


def results(script: str, *questions: Question) -> list[tuple[str, str]]:
    return [(answer.result.value, answer.value) for answer in answers(script, *questions)]


@pytest.mark.parametrize(
    ("key", "result", "value"),
    [
        ("1", "match", "1"),
        ("3", "match", "3"),
        ("4", "no-match", "4"),
        ("#", "hold", ""),
        ("0", "agent", ""),
        ("9", "repeat", ""),
        ("*", "back", ""),
        (",", "no-input", ""),
    ],
)
def test_a_menu_is_answered_by_one_key(key: str, result: str, value: str) -> None:
    assert results(key, menu()) == [(result, value)]


def test_a_menu_may_list_a_reserved_key_as_an_option() -> None:
    assert results("0", menu("10")) == [("match", "0")]


@pytest.mark.parametrize(
    ("keys", "result", "value"),
    [
        (NIK, "match", NIK),
        (NIK[:8], "no-match", NIK[:8]),
        (NIK[:8] + "#", "no-match", NIK[:8]),
        ("#", "hold", ""),
        (",", "no-input", ""),
        ("*", "back", ""),
        ("3273*", "cleared", ""),
        ("0#", "agent", ""),
        ("0", "agent", ""),
        ("9#", "repeat", ""),
        ("9", "no-match", "9"),
        ("00#", "no-match", "00"),
        ("01#", "no-match", "01"),
    ],
)
def test_an_entry_of_sixteen_digits(keys: str, result: str, value: str) -> None:
    assert results(keys, entry()) == [(result, value)]


def test_half_a_nik_before_the_time_out_is_never_taken_as_whole() -> None:
    for length in range(2, 16):
        [(result, value)] = results(NIK[:length], entry())
        assert (result, len(value)) == ("no-match", length)


def test_an_entry_that_may_be_shorter_is_whole_at_the_time_out_or_at_the_hash() -> None:
    assert results("12", entry(2, 6)) == [("match", "12")]
    assert results("123#", entry(2, 6)) == [("match", "123")]


def test_an_entry_of_one_digit_takes_zero_and_nine_as_digits() -> None:
    assert results("0# 9#", entry(1, 3), entry(1, 3)) == [("match", "0"), ("match", "9")]


def test_keys_typed_ahead_answer_several_turns_and_skip_their_prompts() -> None:
    phone = ScriptedPhone(ScriptedKeypad(f"12{NIK}1234561"))
    given_ = [phone.turn(one).value for one in (menu(), menu(), entry(), entry(6, 6), menu())]
    assert given_ == ["1", "2", NIK, "123456", "1"]
    assert phone.heard == ["menu.main"]


def test_a_key_that_cuts_a_message_short_answers_the_next_turn() -> None:
    phone = ScriptedPhone(ScriptedKeypad("12"))
    assert phone.turn(menu()).value == "1"
    phone.say([Prompt("call.welcome")])
    phone.say([Prompt("call.goodbye")])
    assert phone.turn(menu()).value == "2"
    assert phone.heard == ["menu.main"]


def test_a_no_match_throws_away_what_was_typed_ahead() -> None:
    assert results(f"7123 {NIK}", menu(), entry()) == [("no-match", "7"), ("match", NIK)]


def test_a_short_entry_ended_by_hash_throws_away_what_was_typed_ahead() -> None:
    assert results("3273#123 1", entry(), menu()) == [("no-match", "3273"), ("match", "1")]


def test_without_barge_in_keys_pressed_ahead_are_thrown_away_and_the_prompt_is_heard() -> None:
    phone = ScriptedPhone(ScriptedKeypad("112 3"))
    assert phone.turn(menu()).value == "1"
    assert phone.turn(menu(barge_in=False)).value == "3"
    assert phone.heard == ["menu.main", "menu.main"]


def test_a_message_without_barge_in_throws_away_the_key_that_cut_the_message_before_it() -> None:
    phone = ScriptedPhone(ScriptedKeypad("12 3"))
    phone.turn(menu())
    phone.say([Prompt("call.welcome")])
    phone.say([Prompt("identity.mismatch")], barge_in=False)
    assert phone.turn(menu()).value == "3"
    assert "identity.mismatch" in phone.heard


@pytest.mark.parametrize("habit", [f"{NIK}#", "1#"])
def test_a_hash_pressed_by_habit_does_not_disturb_the_next_turn(habit: str) -> None:
    first = entry() if len(habit) > 2 else menu()
    phone = ScriptedPhone(ScriptedKeypad(f"{habit} 123456"))
    assert phone.turn(first).result is Result.MATCH
    assert phone.turn(entry(6, 6)).value == "123456"
    assert phone.heard[1:] == ["nik.ask"]


def test_a_late_habitual_hash_is_swallowed_after_the_prompt_too() -> None:
    assert results(f"{NIK} #2", entry(), menu())[1] == ("match", "2")


def test_only_one_hash_is_habit() -> None:
    assert results(f"{NIK}## 2", entry(), menu())[1] == ("hold", "")


def test_a_hash_that_comes_late_is_no_habit() -> None:
    keys, question = KeyQueue(hash_is_habit=True), entry()
    turn = Turn(question, keys, 0)
    turn.prompt_over(0)
    keys.put("#")
    turn.pressed(HABIT_MS + 1)
    assert turn.answer is not None
    assert turn.answer.result is Result.HOLD


def test_a_hash_that_ended_an_entry_is_followed_by_no_other_habit() -> None:
    assert results("9## 1", entry(), menu())[1] == ("hold", "")


def test_a_star_keeps_what_is_typed_after_it() -> None:
    assert results(f"32*{NIK}", entry(), entry()) == [("cleared", ""), ("match", NIK)]


def test_a_hang_up_while_a_key_is_awaited_leaves_the_turn() -> None:
    with pytest.raises(HungUp):
        answers("327", entry(), entry())


def test_the_time_an_answer_took_counts_from_the_start_of_the_prompt() -> None:
    [answer] = answers("1", menu())
    assert answer.took_ms == 2000 + 100
    assert answer.mode is Mode.KEYS


def test_the_whole_entry_has_a_time_limit() -> None:
    question = Question("nik", ASK, Digits(16, 16), between_keys_ms=4000, total_ms=10_000)
    keys = KeyQueue()
    turn = Turn(question, keys, 0)
    turn.prompt_over(0)
    assert turn.patience_ms(0) == question.first_key_ms
    for at_ms in (0, 3000, 6000):
        keys.put("1")
        turn.pressed(at_ms)
        assert turn.answer is None
    assert turn.patience_ms(7000) == 3000
    assert turn.patience_ms(10_000) == 0
    turn.time(10_000)
    assert turn.answer == Answer(Result.NO_MATCH, "111", Mode.KEYS, took_ms=10_000)


class AnyKeypad:
    """Keys with pauses before them, as hypothesis draws them; the clock follows the time-outs."""

    def __init__(self, presses: list[tuple[str, int]]) -> None:
        self.presses = presses
        self.now_ms = 0

    def play(self, prompts: object, *, barge_in: bool) -> str:
        self.now_ms += 1000
        return self.key(0) if barge_in else ""

    def key(self, timeout_ms: int) -> str:
        if not self.presses or self.presses[0][1] > timeout_ms:
            if self.presses:
                self.presses[0] = (self.presses[0][0], self.presses[0][1] - timeout_ms)
            self.now_ms += timeout_ms
            return ""
        key, pause_ms = self.presses.pop(0)
        self.now_ms += pause_ms
        return key


PRESSES = st.lists(st.tuples(st.sampled_from("0123456789*#"), st.sampled_from([0, 50, 500, 4500, 9000])), max_size=60)


@given(PRESSES, st.integers(1, 16), st.integers(0, 4))
def test_any_keys_with_any_pauses_end_the_turn_and_never_match_with_a_wrong_length(
    presses: list[tuple[str, int]], least: int, more: int
) -> None:
    keypad = AnyKeypad(presses)
    question = Question("nik", ASK, Digits(least, least + more))
    answer = KeypadTurns(keypad, lambda: keypad.now_ms).turn(question)
    assert answer.took_ms <= 1000 + question.first_key_ms + question.total_ms + 64 * 60
    if answer.result is Result.MATCH:
        assert least <= len(answer.value) <= least + more
        assert answer.value.isdigit()
    if answer.result in (Result.BACK, Result.AGENT, Result.REPEAT, Result.CLEARED, Result.NO_INPUT, Result.HOLD):
        assert answer.value == ""


@given(PRESSES, st.lists(st.sampled_from(["menu", "entry", "say", "firm"]), max_size=12))
def test_any_keys_end_any_row_of_turns(presses: list[tuple[str, int]], steps: list[str]) -> None:
    keypad = AnyKeypad(presses)
    turns = KeypadTurns(keypad, lambda: keypad.now_ms)
    for step in steps:
        if step == "say":
            turns.say(ASK)
        elif step == "firm":
            turns.say(ASK, barge_in=False)
        else:
            answer = turns.turn(menu() if step == "menu" else entry(6, 6))
            if answer.result is Result.MATCH:
                assert len(answer.value) == (1 if step == "menu" else 6)
