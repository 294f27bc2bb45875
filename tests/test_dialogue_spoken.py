"""Answers by voice: certain ones are taken, doubtful ones confirmed, and after two failures the keypad comes first."""

from dataclasses import replace

import pytest
from spoken_caller import (
    AGENT,
    ASKS_HELP,
    BACK,
    MENU,
    MUMBLE,
    NIK,
    OTHER,
    REPEAT,
    SILENCE,
    Call,
    deaf,
    keyed,
    perhaps,
    said,
)

from agi.dialogue.asking import Back, GaveUp, ToAgent
from agi.dialogue.question import Answer, Mode, Prompt

# ---- Menus ----


def test_a_prompt_that_was_cut_by_what_had_no_words_is_heard_whole_the_next_time() -> None:
    call = Call(replace(SILENCE, cut_short=True), MUMBLE, said("1"), said("2"))
    assert call.choose() == "1"
    assert call.choose() == "2"
    assert [one.voice_barge_in for one in call.phone.asked] == [True, False, False, True]
    assert all(one.barge_in for one in call.phone.asked)


@pytest.mark.parametrize("first", [SILENCE, replace(MUMBLE, cut_short=True)], ids=["silence", "other speech"])
def test_who_cuts_no_prompt_or_says_something_may_speak_over_the_next_one(first: Answer) -> None:
    call = Call(first, said("1"))
    call.choose()
    assert [one.voice_barge_in for one in call.phone.asked] == [True, True]


def test_a_certain_choice_is_taken_without_a_question() -> None:
    call = Call(said("2"))
    assert call.choose() == "2"
    assert call.phone.asked[0].grammar == "menu:main"
    assert call.heard == ["speech.menu", "menu.main"]


def test_callers_are_told_once_that_they_may_speak() -> None:
    call = Call(said("1"), said("2"))
    call.choose()
    call.choose()
    assert call.heard == ["speech.menu", "menu.main", "menu.main"]


def test_a_menu_without_words_is_for_keys_and_says_so_by_saying_nothing() -> None:
    call = Call(keyed("1"))
    assert call.talk.choose("other", MENU, "12", grammar="menu:other") == "1"
    assert call.phone.asked[0].grammar == ""
    assert call.heard == ["menu.main"]


def test_on_a_phone_that_does_not_hear_nobody_is_invited_to_speak() -> None:
    call = Call(SILENCE, keyed("1"), hears=False)
    call.choose()
    assert call.heard == ["menu.main", "help.menu.silent", "menu.main"]


@pytest.mark.parametrize("yes", [said("1"), keyed("1")])
def test_a_doubtful_choice_is_confirmed_in_its_own_words(yes: Answer) -> None:
    call = Call(perhaps("1", "2"), yes)
    assert call.choose() == "1"
    assert call.phone.prompts[2] == Prompt("speech.confirm_option", {"option": "cek nik"})
    assert call.phone.asked[1].grammar == "yesno"
    assert call.noted == [("speech.confirmed", "main")]


def test_after_a_no_the_second_reading_is_offered() -> None:
    call = Call(perhaps("1", "2"), said("2"), said("1"))
    assert call.choose() == "2"
    assert [prompt.places.get("option") for prompt in call.phone.prompts[2:]] == ["cek nik", "status"]
    assert call.noted == [("speech.denied", "main"), ("speech.confirmed", "main")]


def test_after_two_noes_the_question_is_asked_again() -> None:
    call = Call(perhaps("1", "2"), said("2"), keyed("2"), said("2"))
    assert call.choose() == "2"
    assert call.heard[-2:] == ["help.menu.unheard", "menu.main"]


def test_silence_and_doubtful_consent_confirm_nothing() -> None:
    call = Call(perhaps("1"), perhaps("1"), SILENCE, said("2"))
    assert call.choose() == "2"
    assert call.heard[2:] == [
        "speech.confirm_option",
        "help.yes_no",
        "speech.confirm_option",
        "help.menu.unheard",
        "menu.main",
    ]


def test_who_stays_silent_is_not_offered_the_second_reading() -> None:
    call = Call(perhaps("1", "2"), SILENCE, SILENCE, said("2"))
    assert call.choose() == "2"
    assert [prompt.places.get("option") for prompt in call.phone.prompts if prompt.places] == ["cek nik", "cek nik"]


def test_after_two_failures_the_keypad_is_offered_first() -> None:
    call = Call(MUMBLE, MUMBLE, keyed("1"))
    assert call.choose() == "1"
    assert call.heard[2:] == ["help.menu.unheard", "menu.main", "help.menu.press", "menu.main"]


def test_a_caller_who_is_never_understood_is_given_up() -> None:
    call = Call(MUMBLE, MUMBLE, MUMBLE)
    with pytest.raises(GaveUp) as gone:
        call.choose()
    assert gone.value.where == "main"


def test_silence_after_speech_that_was_not_understood_gets_help_that_says_what_may_be_said() -> None:
    call = Call(MUMBLE, SILENCE, said("1"))
    call.choose()
    assert call.heard[2:] == ["help.menu.unheard", "menu.main", "help.menu.silent_heard", "menu.main"]


@pytest.mark.parametrize(("command", "flow"), [(BACK, Back), (AGENT, ToAgent)])
def test_commands_by_voice_do_what_their_keys_do(command: Answer, flow: type[Exception]) -> None:
    for ask in (Call.choose, Call.nik, Call.kk):
        with pytest.raises(flow):
            ask(Call(command))


@pytest.mark.parametrize(("command", "flow", "word"), [(BACK, Back, "kembali"), (AGENT, ToAgent, "petugas")])
def test_a_doubtful_command_is_confirmed_before_it_takes_the_caller_away(
    command: Answer, flow: type[Exception], word: str
) -> None:
    call = Call(replace(command, sure=False), said("1"))
    with pytest.raises(flow):
        call.choose()
    assert call.phone.prompts[-1] == Prompt("speech.confirm_option", {"option": word})
    call = Call(replace(command, sure=False), said("2"), said("1"))
    assert call.choose() == "1"
    assert call.heard[-2:] == ["help.menu.unheard", "menu.main"]


def test_a_doubtful_command_in_a_confirmation_is_no_command() -> None:
    call = Call(perhaps("1"), replace(AGENT, sure=False), said("1"))
    assert call.choose() == "1"


def test_asking_for_a_repetition_or_for_help_is_no_failure() -> None:
    call = Call(REPEAT, ASKS_HELP, REPEAT, ASKS_HELP, said("1"))
    assert call.choose() == "1"
    assert call.heard[1:] == [
        "menu.main",
        "menu.main",
        *["help.menu.asked", "menu.main", "menu.main"],
        *call.heard[-2:],
    ]
    assert [attempt for _, _, attempt in call.notes.all_asked] == [1] * 5


def test_going_back_from_a_confirmation_asks_the_question_again() -> None:
    call = Call(perhaps("1"), BACK, said("2"))
    assert call.choose() == "2"


def test_an_agent_can_be_reached_from_a_confirmation() -> None:
    with pytest.raises(ToAgent):
        Call(perhaps("1"), AGENT).choose()


# ---- Speech that stops listening ----


@pytest.mark.parametrize("why", ["slow", "full", "dead"])
def test_callers_who_were_invited_are_told_once_that_only_keys_are_taken_now(why: str) -> None:
    call = Call(deaf(SILENCE, why), deaf(keyed("1"), why), keyed(NIK))
    call.choose()
    call.nik()
    assert call.heard[2:] == [
        *["speech.keys_only", "help.menu.silent", "menu.main"],
        "nik.ask",
    ]
    assert call.noted == [("speech.fell_back", why)]


def test_the_notice_comes_with_the_next_question_when_this_one_was_answered_by_key() -> None:
    call = Call(deaf(keyed("1"), "dead"), keyed(NIK))
    call.choose()
    call.nik()
    assert call.heard[2:] == ["speech.keys_only", "nik.ask"]


def test_in_one_question_speech_is_asked_once_whether_it_listens() -> None:
    call = Call(SILENCE, said("5"), keyed("1"), said(NIK))
    call.choose()
    assert call.phone.states_asked == 1
    call.nik()
    assert call.phone.states_asked == 2


def test_a_question_for_keys_alone_does_not_ask_whether_speech_listens() -> None:
    call = Call(keyed("1"))
    call.talk.choose("main", MENU, "12")
    assert call.phone.states_asked == 0


def test_speech_that_is_switched_off_is_not_mentioned() -> None:
    call = Call(deaf(SILENCE, "off"), keyed("1"), hears=False)
    call.choose()
    assert call.heard == ["menu.main", "help.menu.silent", "menu.main"]
    assert call.noted == []


# ---- The record ----


def test_nothing_private_that_was_heard_reaches_the_record() -> None:
    call = Call(perhaps(NIK, OTHER), said("2:0541"), said("4"), said("0007"), said("ya"), perhaps("123456"), said("1"))
    call.nik()
    call.kk()
    shown = repr(call.notes)
    for part in (NIK, OTHER, NIK[:4], "0541", "0007", "123"):
        assert part not in shown


def test_the_record_tells_how_and_how_surely_an_answer_was_heard() -> None:
    call = Call(perhaps("1", "2"), said("1"))
    call.choose()
    (_, first, _), (_, second, _) = call.notes.all_asked
    assert (first.mode, first.sure, first.confidence) == (Mode.SPEECH, False, 0.6)
    assert (second.mode, second.sure) == (Mode.SPEECH, True)
