"""Walking the menu: where every key leads, back and forth, and what ends the walk."""

from pathlib import Path

import pytest
from scripted_caller import Notes, ScriptedKeypad, ScriptedPhone

from agi.dialogue.asking import Back, GaveUp, Patience, ToAgent
from agi.dialogue.menu import Menu, MenuError
from agi.dialogue.question import HungUp, Prompt, Result
from agi.dialogue.talk import Talk

MENU = """
start = "main"

[main]
prompt = "menu.main"
1 = "service"
2 = "more"
3 = "strict"

[service]
service = "echo"

[more]
prompt = "menu.more_menu"
1 = "facts"
2 = "service"
give_up = "facts"

[facts]
say = ["info.one", "info.two"]

[strict]
prompt = "menu.strict"
1 = "facts"
give_up = "end"
barge_in = false
first_key_ms = 3000
tries = 1
"""


class Walk:
    """A walk through MENU by a scripted caller; `services` are those that were run."""

    def __init__(self, path: Path, script: str, start: str | None = None) -> None:
        file = path / "menu.toml"
        file.write_text(MENU)
        self.phone = ScriptedPhone(ScriptedKeypad(script))
        self.notes = Notes()
        self.talk = Talk(self.phone, self.notes, Patience())
        self.services: list[str] = []
        self.leave_by_back = False
        self.menu = Menu.load(file)
        self.start = start

    def run(self) -> list[str]:
        self.menu.run(self.talk, self._serve, self.start)
        return self.phone.heard

    def _serve(self, name: str) -> None:
        self.services.append(name)
        if self.leave_by_back:
            raise Back
        self.talk.tell(Prompt("told"))


def test_a_key_leads_to_a_service_and_then_the_caller_may_leave(tmp_path: Path) -> None:
    walk = Walk(tmp_path, "1 2")
    assert walk.run() == ["menu.main", "told", "menu.more"]
    assert walk.services == ["echo"]


def test_after_a_service_one_leads_to_the_main_menu(tmp_path: Path) -> None:
    assert Walk(tmp_path, "1 1 1 2").run() == ["menu.main", "told", "menu.more"] * 2


def test_after_a_service_nine_repeats_what_was_told(tmp_path: Path) -> None:
    walk = Walk(tmp_path, "1 9 9 2")
    assert walk.run() == ["menu.main", "told", "menu.more", "told", "menu.more", "told", "menu.more"]
    assert walk.services == ["echo"]


def test_information_is_told_whole_and_repeated_whole(tmp_path: Path) -> None:
    info = ["info.one", "info.two", "menu.more"]
    assert Walk(tmp_path, "2 1 9 2").run() == ["menu.main", "menu.more_menu", *info, *info]


def test_silence_after_an_answer_ends_the_call_politely(tmp_path: Path) -> None:
    assert Walk(tmp_path, "1 , ,").run()[-3:] == ["menu.more", "help.menu.silent", "menu.more"]


def test_star_goes_back_one_level_at_a_time(tmp_path: Path) -> None:
    walk = Walk(tmp_path, "2 1 * * 1 2")
    assert walk.run()[2:] == [
        "info.one",
        "info.two",
        "menu.more",
        "menu.more_menu",
        "menu.main",
        "told",
        "menu.more",
    ]


def test_star_in_the_main_menu_stays_there(tmp_path: Path) -> None:
    assert Walk(tmp_path, "* * 1 2").run()[:3] == ["menu.main"] * 3


def test_star_at_the_first_question_of_a_service_goes_back_to_the_menu(tmp_path: Path) -> None:
    walk = Walk(tmp_path, "1 0")
    walk.leave_by_back = True
    with pytest.raises(ToAgent):
        walk.run()
    assert walk.phone.heard == ["menu.main", "menu.main"]


def test_zero_reaches_an_agent_from_every_menu(tmp_path: Path) -> None:
    for script in ("0", "2 0", "3 0", "1 0", "2 1 0"):
        with pytest.raises(ToAgent):
            Walk(tmp_path, script).run()


def test_keys_typed_ahead_pass_through_several_menus_unheard(tmp_path: Path) -> None:
    assert Walk(tmp_path, "21 2").run() == ["menu.main", "info.one", "info.two", "menu.more"]


def test_giving_up_leads_to_an_agent_unless_the_node_says_otherwise(tmp_path: Path) -> None:
    with pytest.raises(GaveUp) as gone:
        Walk(tmp_path, ", , ,").run()
    assert (gone.value.where, gone.value.target) == ("main", "agent")


def test_giving_up_may_end_the_call_and_tries_may_be_fewer(tmp_path: Path) -> None:
    with pytest.raises(GaveUp) as gone:
        Walk(tmp_path, "3 ,").run()
    assert (gone.value.where, gone.value.why, gone.value.target) == ("strict", Result.NO_INPUT, "end")


def test_giving_up_may_lead_to_another_node(tmp_path: Path) -> None:
    assert Walk(tmp_path, "2 7 8 9 5 2").run()[-3:] == ["info.one", "info.two", "menu.more"]


def test_a_node_may_forbid_barge_in_and_shorten_the_wait(tmp_path: Path) -> None:
    walk = Walk(tmp_path, "31 1 2")
    assert "menu.strict" in walk.run()
    question = walk.notes.all_asked[1][0]
    assert (question.barge_in, question.first_key_ms) == (False, 3000)


def test_a_walk_may_start_elsewhere(tmp_path: Path) -> None:
    assert Walk(tmp_path, "1 2", start="more").run()[0] == "menu.more_menu"


def test_a_walk_tells_where_the_caller_hung_up(tmp_path: Path) -> None:
    walk = Walk(tmp_path, "2 !")
    with pytest.raises(HungUp):
        walk.run()
    assert walk.talk.where == "more"


def test_a_menu_with_errors_is_not_loaded_and_says_where(tmp_path: Path) -> None:
    file = tmp_path / "menu.toml"
    file.write_text(MENU.replace('2 = "more"', '2 = "mor"'))
    with pytest.raises(MenuError, match=r"menu\.toml:7: M008 .*maksud Anda 'more'"):
        Menu.load(file)
