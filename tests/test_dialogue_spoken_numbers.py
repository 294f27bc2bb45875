"""Numbers by voice: certain ones are taken, doubtful ones read back, a group of digits is corrected."""

import pytest
from spoken_caller import (
    ASKS_HELP,
    MUMBLE,
    NIK,
    OTHER,
    SILENCE,
    Call,
    keyed,
    perhaps,
    said,
)

from agi.dialogue.asking import GaveUp
from agi.dialogue.question import Answer, Mode, Prompt


def test_a_certain_number_is_taken_without_a_question() -> None:
    call = Call(said(NIK))
    assert call.nik() == NIK
    assert call.heard == ["nik.ask", "speech.entry"]
    assert (call.phone.asked[0].grammar, call.phone.asked[0].private) == ("nik", True)


def test_a_doubtful_nik_is_read_back_and_taken_when_the_caller_agrees() -> None:
    for yes in (said("ya"), keyed("1")):
        call = Call(perhaps(NIK, OTHER), yes)
        assert call.nik() == NIK
        assert call.phone.prompts[2:] == [Prompt("speech.readback", {"number": NIK}), Prompt("speech.repair")]
        assert call.phone.asked[1].grammar == "repair"


def test_after_a_no_the_second_number_is_read_back_and_no_third() -> None:
    call = Call(perhaps(NIK, OTHER, NIK[::-1]), said("tidak"), said("ya"))
    assert call.nik() == OTHER
    call = Call(perhaps(NIK, OTHER, NIK[::-1]), keyed("2"), said("tidak"), keyed(NIK))
    assert call.nik() == NIK
    assert call.heard[-2:] == ["help.entry.unheard", "nik.ask"]


def test_a_reading_that_cannot_be_is_never_offered() -> None:
    call = Call(perhaps(OTHER, NIK), said("ya"))
    assert call.nik(plausible=lambda number: number == NIK) == NIK
    assert call.phone.prompts[2].places == {"number": NIK}


def test_a_certain_reading_that_cannot_be_gives_way_to_one_that_can_after_a_question() -> None:
    call = Call(Answer(*(said(OTHER).result, OTHER, Mode.SPEECH), alternatives=(NIK,)), said("ya"))
    assert call.nik(plausible=lambda number: number == NIK) == NIK
    assert "speech.readback" in call.heard


def test_no_reading_that_can_be_is_not_understood() -> None:
    call = Call(said(OTHER), keyed(NIK))
    assert call.nik(plausible=lambda number: number == NIK) == NIK
    assert call.heard == ["nik.ask", "speech.entry", "help.entry.unheard", "nik.ask"]


def test_one_group_is_corrected_with_its_digits_in_one_breath() -> None:
    call = Call(perhaps(NIK), said("2:0541"), said("ya"))
    assert call.nik() == f"{NIK[:4]}0541{NIK[8:]}"
    assert call.noted == [("speech.repaired", "nik"), ("speech.confirmed", "nik")]


@pytest.mark.parametrize("digits", [said("0007"), perhaps("0007"), keyed("0007")])
def test_one_group_is_corrected_by_saying_or_keying_it_when_asked(digits: Answer) -> None:
    call = Call(perhaps(NIK, OTHER[::-1]), said("4"), digits, said("ya"))
    assert call.nik() == OTHER
    assert Prompt("speech.group", {"group": 4}) in call.phone.prompts
    assert call.phone.asked[2].private


def test_after_a_correction_the_number_is_read_back_whole_and_a_no_asks_again() -> None:
    call = Call(perhaps(NIK, OTHER), said("1:1111"), said("tidak"), keyed(NIK))
    assert call.nik() == NIK
    assert [prompt.places["number"] for prompt in call.phone.prompts if prompt.key == "speech.readback"] == [
        NIK,
        f"1111{NIK[4:]}",
    ]


def test_correcting_has_an_end() -> None:
    call = Call(perhaps(NIK), *[said("1:1111"), said("1:2222"), said("1:3333"), said("1:4444")], keyed(NIK))
    assert call.nik() == NIK


def test_a_group_that_is_not_there_or_not_given_asks_for_the_number_again() -> None:
    assert Call(perhaps("123456789012"), said("4:1111"), keyed("123456789012")).registration() == "123456789012"
    assert Call(perhaps(NIK), said("2"), SILENCE, SILENCE, keyed(NIK)).nik() == NIK


def test_six_digits_are_read_back_in_two_threes_and_answered_with_yes_or_no() -> None:
    call = Call(perhaps("123456"), said("1"))
    assert call.kk() == "123456"
    assert call.phone.prompts[2:] == [Prompt("speech.readback_halves", {"first": "123", "second": "456"})]
    assert call.phone.asked[1].grammar == "yesno"


@pytest.mark.parametrize(("number", "consent"), [(NIK, "ya"), ("123456", "1")])
def test_a_yes_to_a_number_read_back_is_told_to_the_phone_which_knows_what_was_heard(number: str, consent: str) -> None:
    """In `repair` a 1 is the first group."""
    call = Call(perhaps(number), said(consent))
    (call.nik if number == NIK else call.kk)()
    assert [question.consent for question in call.phone.asked] == ["", consent]


def test_after_two_failures_an_entry_is_for_keys_and_the_tries_begin_again() -> None:
    call = Call(MUMBLE, perhaps(NIK), said("tidak"), *[SILENCE] * 4, keyed(NIK))
    assert call.nik() == NIK
    assert call.heard.count("help.entry.press") == 1
    asked = [question.grammar for question in call.phone.asked if question.name == "nik"]
    assert asked == ["nik", "nik", "", "", "", "", ""]
    assert ("speech.to_keys", "nik") in call.noted


def test_a_caller_who_neither_is_understood_nor_presses_is_given_up() -> None:
    call = Call(MUMBLE, MUMBLE, *[SILENCE] * 5)
    with pytest.raises(GaveUp) as gone:
        call.nik()
    assert gone.value.where == "main.nik"


def test_help_in_an_entry_is_given_when_asked_for() -> None:
    call = Call(ASKS_HELP, *[SILENCE] * 4, said(NIK))
    call.nik()
    assert [key for key in call.heard if key.startswith(("help.", "nik.paper"))] == [
        *["nik.paper", "help.entry.asked"],
        *["nik.paper", "help.fetch"],
        "help.entry.silent",
        "help.entry.silent_heard",
    ]


def test_a_pin_may_be_spoken_but_callers_are_asked_to_press_it() -> None:
    call = Call(said("123456"))
    assert call.pin() == "123456"
    assert call.heard == ["pin.ask", "speech.secret"]


def test_a_pin_is_never_read_back_a_doubtful_one_is_keyed() -> None:
    call = Call(perhaps("123456"), keyed("123456"))
    assert call.pin() == "123456"
    assert call.heard == ["pin.ask", "speech.secret", "help.entry.press", "pin.ask"]
    assert call.phone.asked[1].grammar == ""
