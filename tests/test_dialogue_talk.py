"""Asking with patience: help escalates, private values stay private, a caller is never asked for ever."""

import pytest
from scripted_caller import Notes, ScriptedKeypad, ScriptedPhone

from agi.dialogue.asking import MOST_TURNS, Back, GaveUp, Patience, ToAgent, public
from agi.dialogue.question import HungUp, Prompt, Result
from agi.dialogue.talk import Talk

NIK = "3273054101900001"
MENU = [Prompt("menu.main")]
ENTRY = [Prompt("nik.ask")]


def talk_with(script: str, tries: int = 3) -> tuple[Talk, ScriptedPhone, Notes]:
    phone, notes = ScriptedPhone(ScriptedKeypad(script)), Notes()
    talk = Talk(phone, notes, Patience(tries=tries))
    talk.enter("node")
    return talk, phone, notes


def ask_nik(talk: Talk) -> str:
    return talk.enter_digits("nik", ENTRY, 16, short=Prompt("nik.short"), repeat=[Prompt("nik.readback")])


def test_silence_in_a_menu_gets_a_hint_once_then_gives_up() -> None:
    talk, phone, notes = talk_with(", ,")
    with pytest.raises(GaveUp) as gone:
        talk.choose("node", MENU, "12")
    assert phone.heard == ["menu.main", "help.menu.silent", "menu.main"]
    assert (gone.value.where, gone.value.why.value) == ("node", "no-input")
    assert [attempt for _, _, attempt in notes.all_asked] == [1, 2]


def test_silence_in_a_menu_after_a_wrong_key_gets_the_fuller_help() -> None:
    talk, phone, _ = talk_with("5 , 1")
    assert talk.choose("node", MENU, "12") == "1"
    assert phone.heard == ["menu.main", "help.menu.wrong", "menu.main", "help.menu.silent_again", "menu.main"]


def test_wrong_keys_in_a_menu_get_help_of_their_own() -> None:
    talk, phone, _ = talk_with("5 6 1")
    assert talk.choose("node", MENU, "12") == "1"
    assert phone.heard == ["menu.main", "help.menu.wrong", "menu.main", "help.menu.wrong_again", "menu.main"]


def test_silence_and_wrong_keys_count_together() -> None:
    talk, _, _ = talk_with("5 , 6")
    with pytest.raises(GaveUp):
        talk.choose("node", MENU, "12")


def test_too_few_digits_are_told_with_their_number() -> None:
    talk, phone, _ = talk_with(f"32730541 327 {NIK}")
    assert ask_nik(talk) == NIK
    assert phone.heard == ["nik.ask", "nik.short", "nik.ask", "nik.short", "help.entry.short_again", "nik.ask"]
    assert [p.places["count"] for p in phone.keypad.heard if p.key == "nik.short"] == [8, 3]


def test_silence_in_an_entry_gets_help_that_tells_how_to_reach_an_agent() -> None:
    talk, phone, _ = talk_with(f", , {NIK}")
    assert ask_nik(talk) == NIK
    assert phone.heard == ["nik.ask", "help.entry.silent", "nik.ask", "help.entry.silent_again", "nik.ask"]


def test_a_repetition_is_no_failed_try() -> None:
    talk, phone, _ = talk_with("9 9 9 9 2")
    assert talk.choose("node", MENU, "12") == "2"
    assert phone.heard == ["menu.main"] * 5


def test_a_repetition_in_an_entry_reads_back_first() -> None:
    talk, phone, _ = talk_with(f"9# {NIK}")
    assert ask_nik(talk) == NIK
    assert phone.heard == ["nik.ask", "nik.readback", "nik.ask"]


def test_a_cleared_entry_starts_again_and_is_no_failed_try() -> None:
    talk, phone, _ = talk_with(f"32* 33* 34* 35* {NIK}")
    assert ask_nik(talk) == NIK
    assert phone.heard == ["nik.ask", *["help.entry.cleared"] * 4]


@pytest.mark.parametrize(("script", "flow"), [("*", Back), ("0", ToAgent), ("0#", ToAgent)])
def test_star_and_zero_leave_an_entry(script: str, flow: type[Exception]) -> None:
    talk, _, _ = talk_with(script)
    with pytest.raises(flow):
        ask_nik(talk)


@pytest.mark.parametrize(("script", "flow"), [("*", Back), ("0", ToAgent)])
def test_star_and_zero_leave_a_menu(script: str, flow: type[Exception]) -> None:
    talk, _, _ = talk_with(script)
    with pytest.raises(flow):
        talk.choose("node", MENU, "12")


def test_a_private_value_reaches_the_journal_as_dots_only() -> None:
    talk, _, notes = talk_with(f"327 {NIK}")
    ask_nik(talk)
    assert [answer.value for _, answer, _ in notes.all_asked] == ["•••", "•" * 16]


def test_a_number_in_a_prompt_reaches_the_journal_as_dots_only() -> None:
    assert public(Prompt("nik.readback", {"nik": NIK})).places == {"nik": "•" * 16}
    assert public(Prompt("nik.short", {"count": 8})).places == {"count": 8}
    assert public(Prompt("x", {"document": "document.kk"})).places == {"document": "document.kk"}


def test_the_place_in_the_call_is_the_node_and_the_question_in_it() -> None:
    talk, _, _ = talk_with("1 ,")
    assert talk.where == "node"
    talk.choose("node", MENU, "12")
    assert talk.where == "node"
    with pytest.raises(GaveUp) as gone:
        Talk.enter_digits(_patient(talk, 1), "nik", ENTRY, 16, short=Prompt("nik.short"))
    assert gone.value.where == "node.nik"


def _patient(talk: Talk, tries: int) -> Talk:
    talk.patience = Patience(tries=tries)
    return talk


def test_a_stuck_key_does_not_keep_a_call_for_ever() -> None:
    talk, _, _ = talk_with(" ".join("9" * (MOST_TURNS + 10)))
    with pytest.raises(GaveUp):
        talk.choose("node", MENU, "12")


def test_a_refusal_is_heard_whole_and_voids_what_was_typed_ahead() -> None:
    talk, phone, _ = talk_with("12 2")
    assert talk.choose("node", MENU, "12") == "1"
    talk.refuse(Prompt("identity.mismatch"))
    assert phone.heard[-1] == "identity.mismatch"
    assert talk.choose("node", MENU, "12") == "2"


def test_a_question_in_which_the_caller_hangs_up_is_in_the_journal() -> None:
    talk, _, notes = talk_with("")
    with pytest.raises(HungUp):
        talk.choose("node", MENU, "12")
    question, answer, _ = notes.all_asked[-1]
    assert (question.prompts, answer.result) == (tuple(MENU), Result.HANG_UP)
